"""The rules that the backend engineer's prompt must hold, and how each is recognised in any wording.

They are those of the prompt that this gate enforces. A rule counts as held when one statement of the prompt,
with the headings above it, has all of the rule's concepts; each concept is a pattern of alternative phrases.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from specward.config import Config

_NOT = r"never|forbidden|must not|do not|don't|no\b|nothing"
_STOP = r"\bstop|clarif"
_SPECIAL = frozenset(".^$*+?{}[]\\()")


class SeedRule(NamedTuple):
    """One rule."""

    states: str  # what a prompt must say, as the end of "it must say …"
    concepts: tuple[str, ...]

    def held_by(self, statement: str) -> bool:
        """Whether a statement says it."""
        return all(_is_in(statement, concept) for concept in self.concepts)


def _is_in(statement: str, concept: str) -> bool:
    """Whether a statement has a concept: to compile the many that are plain phrases would take 15 ms."""
    if _SPECIAL.isdisjoint(concept):
        lowered = statement.lower()
        return any(phrase in lowered for phrase in concept.split("|"))
    return re.search(concept, statement, re.IGNORECASE) is not None


_IDENTITY = (
    SeedRule("that specifications are law", (r"specification|spec\b", r"\blaw\b|strictly|binding")),
    SeedRule(
        "that approved tasks are implemented exactly", (r"approved", r"task", r"exact|without deviation")
    ),
    SeedRule("that the framework is FastAPI", ("fastapi",)),
    SeedRule("that the ORM is SQLModel", ("sqlmodel",)),
    SeedRule("that the database is PostgreSQL on Neon", ("postgres", "neon")),
    SeedRule("that authentication is by JWT where specified", ("jwt", r"authenticat", r"specifi")),
)
_ROUTES = (
    SeedRule("that routes are those of the specification", (r"\broutes?\b", r"exactly|contract|as defined")),
    SeedRule("that REST conventions are followed as documented", (r"\brest\b", r"document|plan|convention")),
    SeedRule(
        "which methods, status codes and models to use", (r"methods", r"status codes", r"models|schemas")
    ),
    SeedRule("that requests are validated by schemas", (r"request", r"validat", r"pydantic|sqlmodel|schema")),
)
_DEPENDENCIES = (
    SeedRule("that dependency injection is clean and testable", (r"dependenc", r"inject", r"test")),
    SeedRule("that database sessions are managed", (r"session", r"manage|releas|clos|open")),
    SeedRule(
        "that authentication is set up where required", (r"authenticat", r"required|asks for|specified")
    ),
    SeedRule("that resources are released", (r"resource", r"clean|releas|clos")),
)
_ISOLATION = (
    SeedRule(
        "that every query on user data is bound to the authenticated user",
        (r"every|each|\ball\b", r"quer|statement", r"authenticated user|current user|principal"),
    ),
    SeedRule("that data never crosses user boundaries", (r"never|not", r"expos|visible|leak", r"user")),
    SeedRule("that row-level security is in place", (r"row[- ]level security|\brls\b",)),
    SeedRule("that ownership is checked before any operation", (r"owner", r"before", r"validat|check|verif")),
)
_DATABASE = (
    SeedRule("that models match the specified schema", (r"model", r"match|exact", r"schema|data model")),
    SeedRule("that indexes are considered", (r"index",)),
    SeedRule("how transactions are handled", (r"transaction",)),
    SeedRule("that migrations follow the project's pattern", (r"migration", r"pattern|backend/app")),
)
_HEADER = (
    SeedRule("how the reference header looks", (r"\[Task\]", r"\[From\]", r"\[Description\]")),
    SeedRule(
        "that every file carries the header",
        (r"every|each", r"file", r"header", r"creat", r"modif|chang|edit|opens"),
    ),
    SeedRule(
        "that without task and sections nothing is written",
        (r"cannot (?:identify|name|find)", r"section", r"cannot (?:proceed|write)|\bstop"),
    ),
)
_ALLOWED = (
    SeedRule("that tasks come from speckit.tasks", (r"task", r"speckit\.tasks|specs/tasks")),
    SeedRule("when tests are added", (r"\btests\b", r"\btask", r"when|where|only|\bif\b")),
    SeedRule("when dependencies are added", (r"dependenc", r"approved|only where|entry|lists? them")),
    SeedRule("which helpers are allowed", (r"helper", r"direct|support|serves")),
)
_FORBIDDEN = (
    SeedRule(
        "that API contracts are never changed",
        (_NOT, r"chang", r"contract", r"endpoint", r"schema", r"status code"),
    ),
    SeedRule("that no endpoint is added unasked", (_NOT, r"\badd", r"endpoint", r"task|specif|defined")),
    SeedRule("that no frontend code is written", (_NOT, r"frontend|front-end")),
    SeedRule("that nothing outside is modified", (_NOT, r"outside", r"backend/app|permit|territory")),
    SeedRule("that no feature is added unasked", (_NOT, r"\badd", r"feature", r"task|specif")),
    SeedRule("that no improvement goes beyond the specification", (_NOT, r"improve", r"task|scope|specif")),
    SeedRule(
        "that authentication and authorization stay as they are unless a task says otherwise",
        (_NOT, r"chang|modif", r"authenticat", r"authori[sz]", r"task"),
    ),
)
_STOPS = (
    SeedRule("to stop when JWT behaviour is unclear", (_STOP, r"authenticat|jwt", r"token", r"session")),
    SeedRule("to stop when data ownership is ambiguous", (_STOP, r"owner|owns", r"which user", r"isolat")),
    SeedRule("to stop when the task is missing", (_STOP, r"task", r"missing|cannot find|has no task")),
    SeedRule(
        "to stop when specification and contract conflict", (_STOP, r"conflict|contradict", r"contract")
    ),
    SeedRule("to stop at security implications", (_STOP, r"security", r"authori[sz]", r"expos")),
    SeedRule(
        "to say what is missing",
        (
            _STOP,
            r"what[^.#]{0,30}\bmissing",
        ),
    ),
    SeedRule(
        "to say what was consulted",
        (
            _STOP,
            r"what[^.#]{0,30}\bconsulted",
        ),
    ),
    SeedRule(
        "to say what is needed",
        (
            _STOP,
            r"what[^.#]{0,30}\bneed",
        ),
    ),
)
_WORKFLOW = (
    SeedRule("to verify the task first", (r"verify (?:the |its )?task|task is approved", r"speckit\.tasks")),
    SeedRule("to trace it to its sections", (r"\btrace|locate", r"section|specif")),
    SeedRule("to check the boundaries", (r"check (?:the )?boundar", r"within|permit|backend/app")),
    SeedRule(
        "to check that the contract does not change", (r"(?:validate|check) (?:the )?contract", r"chang")
    ),
    SeedRule("to implement with headers", (r"implement", r"header", r"code|file")),
    SeedRule("to verify isolation afterwards", (r"isolation", r"verify|check", r"access|statement|quer")),
    SeedRule("who makes the history record", (r"\bPHR\b|history record", r"creat|writes|record")),
)
_QUALITY = (
    SeedRule("to follow the patterns of the project", (r"follow", r"pattern", r"backend/app|project|code")),
    SeedRule("to follow the project's SQLModel patterns", (r"pattern", r"sqlmodel")),
    SeedRule("to use type hints", (r"type hints|annotat",)),
    SeedRule("to write docstrings for public functions", (r"docstring", r"public")),
    SeedRule("to raise explicit HTTP errors", (r"explicit", r"http", r"error|exception")),
    SeedRule("to keep functions focused", (r"function", r"focus|one thing|small")),
)
_ANSWER = (
    SeedRule(
        "to name task and sections in the answer", (r"response|answer", r"task id", r"section|reference")
    ),
    SeedRule("to state scope and boundaries in the answer", (r"response|answer", r"scope", r"boundar")),
    SeedRule(
        "to present the implementation with its headers", (r"response|answer", r"implementation", r"header")
    ),
    SeedRule("to note assumptions", (r"assumption",)),
    SeedRule("to flag what would strengthen the specification", (r"strengthen|stronger", r"clarif|specif")),
    SeedRule("to stop and ask when in doubt", (r"in doubt", r"\bstop|\bask")),
)


def _territory(globs: tuple[str, ...]) -> SeedRule:
    return SeedRule(f"that work lies in {', '.join(globs)}", tuple(map(re.escape, globs)))


SEED_RULES = (
    *_IDENTITY, *_ROUTES, *_DEPENDENCIES, *_ISOLATION, *_DATABASE, *_HEADER, *_ALLOWED,
    _territory(Config().territory), *_FORBIDDEN, *_STOPS, *_WORKFLOW, *_QUALITY, *_ANSWER,
)  # fmt: skip


def missing_rules(
    statements: Iterable[str], territory: tuple[str, ...] = Config().territory
) -> tuple[SeedRule, ...]:
    """Return the rules that no statement of a prompt holds.

    Args:
        statements: the prompt's.
        territory: where implementation lives in this project; the usual place is the prompt's own.
    """
    given, usual, own = tuple(statements), _territory(Config().territory), _territory(territory)
    rules = (own if rule == usual else rule for rule in SEED_RULES)
    return tuple(rule for rule in rules if not any(map(rule.held_by, given)))
