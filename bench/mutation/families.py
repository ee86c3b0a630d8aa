"""The families of rules, the modules that hold their decisions, and the tests that hold these."""

from pathlib import Path
from pkgutil import iter_modules
from typing import NamedTuple

import specward.rules
from specward.rules.registry import entries

# Each rule's own: whether its examples are found, and what it says word by word.
EXAMPLES = ("tests/specward/rules/test_examples.py", "tests/specward/rules/test_findings.py")
RULES = Path(specward.rules.__file__ or "").parent
_DATA = ("examples", "world")  # what the examples of a family are made of

_READERS = ("quality.reading", "schema.built", "schema.reading")


class Family(NamedTuple):
    """One family of rules; its name is its folder's."""

    name: str
    tests: tuple[str, ...]  # files, the quick ones first; each rule's own examples come before them
    leans_on: tuple[str, ...] = ()  # modules that decide for the rules

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules to be changed: every rule, what they share, and what they lean on."""
        there = (module.name for module in iter_modules([str(RULES / self.name)]))
        rules = (f"specward.rules.{self.name}.{name}" for name in there if name not in _DATA)
        return (*rules, *self.leans_on)


_RULES = "tests/specward/rules"
_SCHEMA = "tests/specward/schema"
FAMILIES = (
    Family("gate", (f"{_RULES}/test_exceptions.py",)),
    Family("trace", (f"{_RULES}/test_scope.py",)),
    Family("approval", ()),
    Family("scope", (f"{_RULES}/test_tables.py", f"{_RULES}/test_scope.py")),
    Family("contract", ("tests/specward/contract/test_rules.py",)),
    Family("schema", tuple(f"{_SCHEMA}/test_{name}.py" for name in ("revisions", "reading", "built"))),
    Family("isolation", ("tests/specward/isolation/test_settings.py",)),
    Family("catalog", ()),
    Family("quality", ("tests/specward/quality/test_reading.py", "tests/specward/quality/test_tools.py")),
    Family("history", ("tests/specward/history/test_history_rules.py",)),
    Family("wiring", ("tests/specward/wiring/test_wiring_rules.py",)),
)


def reads_facts(module: str) -> bool:
    """Whether a module decides what is asked of other programs, so that an answer in the cache hides it."""
    return module.removeprefix("specward.rules.") in _READERS


def codes_of(module: str) -> tuple[str, ...]:
    """Return the code of the rule that a module is; of one that rules share, the codes of its family."""
    family, _, name = module.removeprefix("specward.rules.").rpartition(".")
    known = {entry.module: entry.code for entry in entries()}
    own = known.get(f"{family}.{name}")
    return (own,) if own else tuple(code for key, code in known.items() if key.startswith(f"{family}."))
