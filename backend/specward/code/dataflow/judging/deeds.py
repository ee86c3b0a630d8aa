"""What the routes of a project do to the rows that members share, and what each asks for before."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from specward.code.dataflow.evaluation.ranks import LADDER
from specward.code.dataflow.owners.offices import with_above
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.result import Site
from specward.code.dataflow.trail import MADE, Trail

EVERY: frozenset[str] = frozenset()  # the ranks of every member


class Deed(NamedTuple):
    """What one route does to the rows of a table, and what it asked for before."""

    route: int
    verb: str
    site: Site
    by_author: bool  # compared who made the row
    by_owner: bool  # compared who owns what it is part of, or asked for a role of the whole service
    by_member: bool  # compared who takes part in it, or in what it is part of
    ranks: frozenset[str] | None  # one of which a member was asked to have; None if nobody was asked

    @property
    def is_members(self) -> bool:
        """Whether any member may do it."""
        return not self.ranks and (self.by_member or not (self.by_author or self.by_owner))


class _Table(NamedTuple):
    """What says that somebody may do something with the rows of a table."""

    own: frozenset[tuple[str, str]]  # columns that say who made a row, or whose it is
    above: frozenset[tuple[str, str]]  # columns that say who owns what it is part of
    doors: frozenset[tuple[str, str]]  # columns that say who takes part in it
    wholes: frozenset[str]  # tables that it is part of

    @classmethod
    def of(cls, schema: Schema, table: str) -> "_Table":
        wholes = with_above(schema, table) - {table}
        around = {table, *wholes}
        doors = {grant for grant, opened in schema.grants.items() if not opened.isdisjoint(around)}
        own = {(table, column) for column in names_author(schema, table)}
        return cls(
            frozenset() if table in schema.grants else frozenset(own),
            _owning(schema, wholes - {*schema.grants}),
            _owning(schema, doors),
            frozenset(wholes),
        )


def names_author(schema: Schema, table: str) -> set[str]:
    """The columns that say who made a row, or whose it is."""
    users = {column for column, parent in schema.parents(table).items() if parent == schema.user}
    return users | schema.owners[table]


def deeds_on(schema: Schema, table: str, trails: Sequence[Trail]) -> list[Deed]:
    """What each route does to the rows of a table.

    Args:
        schema: The tables, and who shares them.
        table: One of them.
        trails: What the routes do, in their order.

    Returns:
        One deed of each route that asks who calls, unless it changes what the rows are part of, too.
    """
    known, every, common = _Table.of(schema, table), _every(schema, trails), _common(trails)
    return [
        _deed(known, index, trail, done, every, common)
        for index, trail in enumerate(trails)
        if not trail.is_nameless
        and (done := sorted((verb == MADE, site, verb) for name, verb, site in trail.deeds if name == table))
        and not any(name in known.wholes and verb != MADE for name, verb, _ in trail.deeds)
    ]


def _deed(
    table: _Table,
    route: int,
    trail: Trail,
    done: Sequence[tuple[bool, Site, str]],
    every: frozenset[str],
    common: Collection[str],
) -> Deed:
    _, site, verb = done[0]  # a change before what is only made
    ranks = _least(trail)
    return Deed(
        route,
        verb,
        site,
        by_author=not table.own.isdisjoint(trail.bindings),
        by_owner=not table.above.isdisjoint(trail.bindings) or not trail.offices <= {*common},
        by_member=not table.doors.isdisjoint(trail.bindings),
        ranks=EVERY if ranks == every else ranks,
    )


def _owning(schema: Schema, tables: Collection[str]) -> frozenset[tuple[str, str]]:
    return frozenset((table, column) for table in tables for column in schema.owners[table])


def _common(trails: Sequence[Trail]) -> set[str]:
    """Roles that most routes ask for, which so tell nobody apart."""
    offices = Counter(office for trail in trails for office in trail.offices)
    return {office for office, routes in offices.items() if 2 * routes > len(trails)}


def _every(schema: Schema, trails: Sequence[Trail]) -> frozenset[str]:
    """The ranks of every member: the most of those among which several who only read are asked for one."""
    doors = _owning(schema, schema.grants)
    readers = [trail for trail in trails if not trail.deeds and not doors.isdisjoint(trail.bindings)]
    asked = [ranks for trail in readers if (ranks := _least(trail)) is not None]
    most = max(asked, key=_weight, default=EVERY)
    return most if asked.count(most) > 1 else EVERY


def _least(trail: Trail) -> frozenset[str] | None:
    """The fewest ranks of which a member was asked for one, on a ladder if there is any."""
    climbed = [ranks for table, ranks in trail.ranked if table == LADDER]
    return min(climbed or [ranks for _, ranks in trail.ranked], key=_weight, default=None)


def _weight(ranks: frozenset[str]) -> tuple[int, list[str]]:
    return len(ranks), sorted(ranks)
