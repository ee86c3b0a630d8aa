"""What interpreting something leaves behind: findings, lessons for the schema, what all of it rests on."""

from collections.abc import Iterable
from typing import TypedDict

from specward.code.dataflow.result import Key, Site, Violation
from specward.code.dataflow.values import PERMISSION

FOUND, CHANGED = "found", "changed"  # what is done to rows of one's own: read by a key, written
RUN = "run"  # what administrators do with the rows of users
MADE = "insert"  # a deed that needs no row to be there


class Kept(TypedDict):
    """A trail as JSON."""

    violations: list[tuple[str, str, tuple[str, int, int, list[str]], bool]]
    bindings: list[tuple[str, str]]
    shown: list[str]
    own: list[tuple[str, str]]
    deeds: list[tuple[str, str, tuple[str, int, int, list[str]]]]
    ranked: list[tuple[str, list[str]]]
    offices: list[str]
    held: list[tuple[str, str]]
    personal: list[tuple[str, str, bool]]
    grounds: list[str]
    is_nameless: bool


class Trail:
    """What was found and consulted since something began to be interpreted."""

    __slots__ = (
        *(
            "bindings",
            "compared",
            "consultations",
            "deeds",
            "grounds",
            "held",
            "is_cut",
            "is_nameless",
            "offices",
            "own",
            "personal",
        ),
        *("ranked", "shown", "violations"),
    )

    def __init__(self, grounds: Iterable[str] = ()) -> None:
        self.violations: dict[Key, Violation] = {}
        self.bindings: set[tuple[str, str]] = set()  # table and column that a statement binds to the caller
        self.compared: set[str] = (
            set()
        )  # inputs that something was compared with, or that others were asked about
        self.shown: set[str] = set()  # tables of content that are shown to anybody
        self.own: set[tuple[str, str]] = set()  # tables, and what was done to rows of the principal's there
        self.offices: set[str] = set()  # roles that the principal was asked for
        self.held: set[tuple[str, str]] = set()  # tables, and the roles whose holders are bound to their own
        self.personal: set[tuple[str, str, bool]] = set()  # whom a row names; whether an office sees others'
        self.deeds: set[tuple[str, str, Site]] = (
            set()
        )  # tables, what is done to rows of one's own there, and where
        self.ranked: set[tuple[str, frozenset[str]]] = (
            set()
        )  # tables of members, and what they were asked to be
        self.consultations = 0  # how often something was compared with the principal
        self.is_nameless = False  # whether a route asks nobody who they are
        self.is_cut = False  # whether something was too deep or too much to be read
        self.grounds = {*grounds}  # see `Program.state`

    def report(self, violation: Violation) -> None:
        """Note a finding; the shortest way is kept."""
        known = self.violations.setdefault(violation.key, violation)
        shorter = violation if violation.length < known.length else known
        self.violations[violation.key] = shorter._replace(changes=known.changes or violation.changes)

    def add(self, other: "Trail") -> None:
        """Note what another trail holds."""
        for violation in other.violations.values():
            self.report(violation)
        self.bindings |= other.bindings
        self.compared |= other.compared
        self.shown |= other.shown
        self.own |= other.own
        self.deeds |= other.deeds
        self.ranked |= other.ranked
        self.offices |= other.offices
        self.held |= other.held
        self.personal |= other.personal
        self.consultations += other.consultations
        self.is_cut = self.is_cut or other.is_cut
        self.grounds |= other.grounds

    @property
    def gated(self) -> set[tuple[str, str]]:
        """Tables that something was found on, with the roles that the principal was asked for."""
        tables = {item.table.partition(".")[0] for item in self.violations.values()}
        return {(table, office) for table in tables for office in self.offices - self.permissions}

    @property
    def permissions(self) -> set[str]:
        """The permissions that the principal was asked for."""
        return {office for office in self.offices if office.startswith(PERMISSION)}

    def dump(self) -> Kept:
        """Give it as JSON, as far as it says something of a route that was judged to its end."""
        return {
            "violations": [
                (code, table, _dumped(site), changes)
                for code, table, site, changes, _ in self.violations.values()
            ],
            "bindings": sorted(self.bindings),
            "shown": sorted(self.shown),
            "own": sorted(self.own),
            "deeds": [(table, verb, _dumped(site)) for table, verb, site in sorted(self.deeds)],
            "ranked": sorted((table, sorted(ranks)) for table, ranks in self.ranked),
            "offices": sorted(self.offices),
            "held": sorted(self.held),
            "personal": sorted(self.personal),
            "grounds": sorted(self.grounds),
            "is_nameless": self.is_nameless,
        }

    @classmethod
    def load(cls, kept: Kept) -> "Trail":
        """Read what `dump` gave."""
        trail = cls(kept["grounds"])
        for code, table, site, changes in kept["violations"]:
            trail.report(Violation(code, table, _loaded(site), changes))
        trail.deeds = {(table, verb, _loaded(site)) for table, verb, site in kept["deeds"]}
        trail.ranked = {(table, frozenset(ranks)) for table, ranks in kept["ranked"]}
        trail.bindings = {(table, column) for table, column in kept["bindings"]}
        trail.shown = {*kept["shown"]}
        trail.own = {(table, how) for table, how in kept["own"]}
        trail.offices = {*kept["offices"]}
        trail.is_nameless = kept["is_nameless"]
        trail.held = {(table, role) for table, role in kept["held"]}
        trail.personal = {(table, column, alone) for table, column, alone in kept["personal"]}
        return trail


def _dumped(site: Site) -> tuple[str, int, int, list[str]]:
    return (site.path, site.line, site.column, [*site.chain])


def _loaded(site: tuple[str, int, int, list[str]]) -> Site:
    path, line, column, chain = site
    return Site(path, line, column, tuple(chain))
