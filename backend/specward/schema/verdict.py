"""What differs between the three schemas, as findings: one for each table, with the places of both sides."""

from collections.abc import Iterable, Iterator, Mapping

from specward.database.facts import Difference, Fact
from specward.database.isolation.checks import problems
from specward.database.isolation.model import Snapshot
from specward.findings import Finding, Severity
from specward.schema import compare
from specward.schema.approved import Approved
from specward.schema.case import Case
from specward.schema.compare import MIGRATIONS, MODELS, Mismatch
from specward.schema.owners import owned_tables, read_settings
from specward.schema.settings import bodies_of_migrations
from specward.specs.model import Place

_WORTH_LISTING = 5
_LONGEST = 120  # letters of a fact that are worth showing
_AS_APPROVED = "Make the code match the data model. A change of the data model needs a task of its own."

Sides = Mapping[str, frozenset[Fact]]  # by name: what there is of models and migrations
Places = Mapping[str, Place]  # of the models' classes, by table
Reduces = Mapping[str, compare.Reduce]  # by side
AS_BUILT: Reduces = {MODELS: compare.for_models, MIGRATIONS: compare.whole}


def schema(
    case: Case, approved: Approved, sides: Sides, places: Places, reduce: Reduces = AS_BUILT
) -> Iterator[Finding]:
    """Hold models and migrations against the data model.

    A table that neither of them has may be absent, with all that its section describes, until a task that
    names it is done.

    Args:
        case: The project.
        approved: The data model's facts.
        sides: The facts of models and migrations, those that there are.
        places: Where the models' classes stand, by table.
        reduce: What of the expected and the actual facts of a side can be held against each other.
    """
    described = compare.tables(approved.facts)
    made = frozenset[str]().union(*map(compare.tables, sides.values()))
    absent = described - made if sides else frozenset[str]()
    yield from _beyond(case, sides, places, described)
    yield from _absent(case, approved, absent)
    for side, facts in sides.items():
        actual = compare.without(facts, compare.tables(facts) - described)
        expected = frozenset(
            fact
            for fact in approved.facts
            if fact in actual or not {fact.relation, approved.origins[fact].table} & absent
        )
        yield from _differing(case, approved, (side, *reduce[side](expected, actual)), places)


def isolation(case: Case, facts: frozenset[Fact], snapshot: Snapshot) -> Iterator[Finding]:
    """Report every hole in the isolation of the migrated database, at the revision that speaks of it."""
    owned = owned_tables(facts, snapshot.foreign_keys, read_settings(case.config))
    described = {table.name: table.place for table in case.model.tables}
    for code, subject, message, hint, is_open, part in problems(snapshot, owned):
        table = subject.partition(".")[0]
        yield Finding(
            code,
            Severity.ERROR if is_open else Severity.WARNING,
            case.revision(table, part),
            message,
            hint,
            (described[table],) if table in described else (),
        )


def left_behind(case: Case, facts: frozenset[Fact]) -> Iterator[Finding]:
    """Report what is still there after the way back to an empty database."""
    for mismatch in compare.mismatches((), facts):
        subject = _subject(mismatch)
        message = f"{subject[0].upper()}{subject[1:]} still exists after the downgrade to the base."
        yield _error(
            "SW514",
            case.revision(subject),
            message,
            "Drop it in the downgrade of the revision that creates it.",
        )


def changed_by_return(case: Case, before: frozenset[Fact], after: frozenset[Fact]) -> Iterator[Finding]:
    """Report what is not the same after the way back and forth."""
    for mismatch in compare.mismatches(before, after):
        told = "; ".join(_told(each, "at first", "then") for each in mismatch.differences[:_WORTH_LISTING])
        message = f"After downgrade and upgrade {_subject(mismatch)} is not what it was: {told}."
        hint = "Make downgrade undo everything that upgrade does."
        yield _error("SW514", case.revision(_subject(mismatch)), message, hint)


def _beyond(case: Case, sides: Sides, places: Places, described: frozenset[str]) -> Iterator[Finding]:
    makers: dict[str, list[str]] = {}
    for side, facts in sides.items():
        for table in compare.tables(facts) - described:
            makers.setdefault(table, []).append(side)
    for table, names in sorted(makers.items()):
        message = f"The {' and the '.join(names)} create {table}, which the data model does not have."
        hint = "Remove it, or add it to the data model, under a task."
        yield _error("SW517", _place(case, places, names[0], table), message, hint)


def _absent(case: Case, approved: Approved, absent: frozenset[str]) -> Iterator[Finding]:
    made_by = {fact.relation: fact for fact in approved.facts if fact.kind in compare.TABLES}
    for task in case.tasks:
        for table in sorted({name.rpartition(".")[2] for name in task.tables} & absent) if task.done else ():
            message = (
                f"{task.key} is marked done, but neither models nor migrations create its table {table}."
            )
            hint = "Write the model and the migration, or set the task's status back to open."
            yield _error("SW518", task.place, message, hint, (approved.place(made_by[table]),))


def _differing(
    case: Case, approved: Approved, compared: tuple[str, frozenset[Fact], frozenset[Fact]], places: Places
) -> Iterator[Finding]:
    side, expected, actual = compared
    left_open = bodies_of_migrations(case.config)
    wanted, found = (compare.by_meaning(_held(facts, left_open)) for facts in (expected, actual))
    for mismatch in compare.mismatches(wanted, found):
        subject = _subject(mismatch)
        stated = [approved.place(wanted[each.expected]) for each in mismatch.differences if each.expected]
        told = [_told(each, "in the data model", f"in the {side}") for each in mismatch.differences]
        if len(told) > _WORTH_LISTING:
            told[_WORTH_LISTING:] = [f"and {len(told) - _WORTH_LISTING} more"]
        yield _error(
            "SW515" if side == MODELS else "SW516",
            _place(case, places, side, mismatch.table or subject),
            f"{subject[0].upper()}{subject[1:]} differs from the data model: {'; '.join(told)}.",
            _AS_APPROVED,
            tuple(dict.fromkeys(stated))[:_WORTH_LISTING],
        )


def _held(facts: Iterable[Fact], left_open: frozenset[str]) -> Iterator[Fact]:
    yield from (fact for fact in facts if fact.kind != "function body" or fact.name not in left_open)


def _subject(mismatch: Mismatch) -> str:
    fact = mismatch.differences[0].expected or mismatch.differences[0].actual
    assert fact is not None  # noqa: S101 -- one of the two is there
    return f"table {mismatch.table}" if mismatch.table else f"{fact.kind.removesuffix(' body')} {fact.name}"


def _told(difference: Difference, one: str, other: str) -> str:
    fact = difference.expected or difference.actual
    assert fact is not None  # noqa: S101 -- as above
    what = " ".join(filter(None, (fact.kind, fact.name)))
    if difference.expected and difference.actual:
        return f"{what} is {_shown(difference.expected)} {one}, {_shown(difference.actual)} {other}"
    return f"{what} is only {one if difference.expected else other}, as {_shown(fact)}"


def _shown(fact: Fact) -> str:
    text = " ".join(fact.text.split()) or "plain"
    return f"`{text}`" if len(text) <= _LONGEST else f"`{text[:_LONGEST]} …`"


def _place(case: Case, places: Places, side: str, subject: str) -> Place:
    return (
        places.get(subject, next(iter(places.values()), Place("pyproject.toml")))
        if side == MODELS
        else case.revision(subject)
    )


def _error(code: str, place: Place, message: str, hint: str, related: tuple[Place, ...] = ()) -> Finding:
    return Finding(code, Severity.ERROR, place, message, hint, related)
