"""What an analysis says: the statements that are not bound, and the tables they are about.

Where it is known what an analysis said, this is all to import: the modules that find it out take 25 ms.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

ANY_ROUTE = ""  # begins the way to what a dependency does: the routes that have it are all alike

Key: TypeAlias = tuple[str, str, str, int, int, tuple[str, ...]]


class Site(NamedTuple):
    """A place in the source, and the way from the route to it."""

    path: str
    line: int
    column: int
    chain: tuple[str, ...] = ()


class Violation(NamedTuple):
    """A statement that is not bound, where it stands and how it is reached."""

    code: str
    table: str
    site: Site
    changes: bool = False  # whether rows of others are changed there, or made in their name
    follows: tuple[Site, ...] = ()  # statements that are open for the same reason

    @property
    def key(self) -> Key:
        """What is told once: a place and a table, for each route that reaches it or dependency they share."""
        return (self.code, self.table, *self.site[:3], self.site.chain[:2])

    @property
    def length(self) -> tuple[int, tuple[str, ...], str]:
        """The shortest way to a place is told; of equal ones always the same."""
        return (len(self.site.chain), self.site.chain, self.table)

    def of(self, route: str) -> "Violation":
        """The same, reached from a route."""
        chain = self.site.chain
        return self._replace(site=self.site._replace(chain=(route, *chain[1:]))) if self.is_shared else self

    @property
    def is_shared(self) -> bool:
        """Whether every route that has a dependency reaches it."""
        return self.site.chain[:1] == (ANY_ROUTE,)


class OwnedTable(NamedTuple):
    """What a finding says of a table."""

    path: str  # the way to its owner, in words
    module: str
    line: int


class Sight(NamedTuple):
    """How much of a project was seen."""

    has_users: bool  # whether a table holds the users
    routes: int  # that were judged to their end, and that ask who calls
    reaching: int  # of these, those that reach what somebody owns
    open: int  # of these, those with a statement that is not bound
    by: tuple[str, ...]  # the functions with most of such statements


class Analysis(NamedTuple):
    """The result: what was found, and the tables it is about."""

    violations: tuple[Violation, ...]
    tables: Mapping[str, OwnedTable]
    unread: tuple[str, ...] = ()  # files of Python that this interpreter cannot parse
    sight: Sight | None = None  # None where there is nothing to see

    def owner_path(self, table: str) -> str:
        """The way from a table to its owner, in words."""
        known = self.tables.get(table.partition(".")[0])
        return known.path if known is not None else table

    def place(self, table: str) -> tuple[str, int] | None:
        """Where a table is declared: file and line."""
        known = self.tables.get(table)
        return (known.module, known.line) if known is not None else None
