"""Rows that all who have a permission work on: asked once for a table, and not told of each statement.

Whoever has `orders.read` may be a clerk, who reads the orders of all, or a customer, who reads their own.
Where nobody who was asked for a permission over orders is held to rows of their own, that looks meant; where
a single one is, the others have forgotten it, and each is told as a fault. Where there are several
organisations, a permission says nothing of the rows of another one, and nothing is asked.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from specward.code.dataflow.evaluation.privileges import PRIVILEGE
from specward.code.dataflow.owners.naming import names_tenant
from specward.code.dataflow.owners.offices import kin, with_above
from specward.code.dataflow.owners.proof import ESCAPES, FOREIGN, ROWS, SHOWN
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.result import Violation
from specward.code.dataflow.trail import Trail
from specward.code.dataflow.values import PERMISSION
from specward.patterns import pattern

_ROWS = ROWS | {ESCAPES}
_FEW = 2
_MARK = pattern(r"[.:/]")
_VERBS = frozenset(
    {"can", "create", "read", "view", "get", "list", "edit", "update", "delete", "manage", "write"}
)


class Permitted(NamedTuple):
    """Tables that all who have a permission may seem to work on."""

    schema: Schema
    tables: frozenset[str]
    held: Mapping[
        str, frozenset[str]
    ]  # table -> what permissions are over that hold somebody to their own there

    def covers(self, trail: Trail, violation: Violation) -> bool:
        """Whether a finding is nothing but what a permission allows, if the tables are what they seem."""
        table, _, column = violation.table.partition(".")
        subject = self.schema.target(table, column) if violation.code == FOREIGN else table
        if violation.code not in {*_ROWS, FOREIGN} or violation.is_shared or subject not in self.tables:
            return False
        over = _over(trail.permissions)
        return bool(over) and over.isdisjoint(self.held[subject])

    def asked(self, violations: Iterable[Violation]) -> list[Violation]:
        """Ask once for each table that is not named in `permitted_tables`.

        Args:
            violations: What they cover. A reference to what all may work on is not worth a question.
        """
        groups: dict[str, list[Violation]] = {}
        for item in violations:
            if item.code in _ROWS and item.table not in self.schema.settings.permitted_tables:
                groups.setdefault(item.table, []).append(item)
        return [
            Violation(SHOWN, table, first.site, changes=True, follows=tuple(item.site for item in rest))
            for table, (first, *rest) in sorted(groups.items())
        ]


def permitted(schema: Schema, trails: Sequence[Trail]) -> Permitted:
    """Find the tables that all who have a permission seem to work on.

    Args:
        schema: The tables, and who owns them.
        trails: What the routes do to them.
    """
    reached = {
        item.table.partition(".")[0]
        for trail in trails
        if trail.permissions
        for item in trail.violations.values()
    }
    if schema.is_tenanted or not reached:
        return Permitted(schema, frozenset(), {})
    tables = frozenset(table for table in reached & schema.owned if not _is_of_many(schema, table))
    pairs = {pair for trail in trails for pair in trail.held if pair[1].startswith(PERMISSION)}
    near = kin(schema)
    held = {table: _over(role for other, role in pairs if other in near[table]) for table in tables}
    return Permitted(schema, tables, held)


def _over(permissions: Iterable[str]) -> frozenset[str]:
    """What permissions are over: `orders` of `orders.read`."""
    return frozenset(word for text in permissions for word in _over_one(text))


def _over_one(permission: str) -> Collection[str]:
    """What one is over, where any of some codes will do; many things are what everybody has one of."""
    codes = permission.removeprefix(PERMISSION).split(", ")
    words = {word for code in codes if not PRIVILEGE.search(code) for word in _named(code)}
    return words if len(words) <= _FEW else ()


def _named(code: str) -> Collection[str]:
    whole, mark, _ = _MARK.sub(".", code.lower()).partition(".")
    return [whole] if mark else [word for word in re.split("[_ -]", whole) if word not in _VERBS]


def _is_of_many(schema: Schema, table: str) -> bool:
    """Whether a row belongs to one of several organisations, or to the members of something."""
    above = with_above(schema, table)
    granted = {parent for parents in schema.grants.values() for parent in parents}
    columns = {column for name in above for column in schema.tables[name].columns}
    return bool(above & granted) or any(map(names_tenant, columns))
