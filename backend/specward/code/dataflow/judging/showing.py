"""Rows that a project may mean everybody to see: read by whoever asks, and changed by their owner alone.

A forum compares an article with its author before it is edited, and never before it is read. No name says so,
but the routes do: several read it and compare nothing, none compares it only to read it, and none changes
what is somebody else's. It may also be that the check was forgotten each time; so this is asked, once for the
table, and not told as a fault. One open read among others that compare is a fault.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from specward.code.dataflow.owners.offices import with_above
from specward.code.dataflow.owners.proof import FOREIGN, ROWS, SHOWN
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.trail import CHANGED, FOUND, READ, Trail, Violation

_SEVERAL = 2  # routes: one may have been forgotten


class Content(NamedTuple):
    """Tables of a schema that seem to be everybody's to see."""

    schema: Schema
    tables: frozenset[str]

    def covers(self, violation: Violation) -> bool:
        """Whether a finding is nothing but what everybody may do, if the tables are what they seem."""
        return not violation.changes and self._subject(violation) in self.tables

    def asked(self, violations: Iterable[Violation]) -> list[Violation]:
        """Ask once for each table; those below it are part of it.

        Args:
            violations: What they cover. A reference to what everybody sees is not worth a question.
        """
        groups: dict[str, list[Violation]] = {}
        for item in violations:
            if item.code in ROWS:
                groups.setdefault(self._whole(item.table), []).append(item)
        return [
            Violation(SHOWN, table, first.site, follows=tuple(item.site for item in rest))
            for table, (first, *rest) in sorted(groups.items())
        ]

    def _subject(self, violation: Violation) -> str:
        table, _, column = violation.table.partition(".")
        if violation.code != FOREIGN:
            return table if violation.code in ROWS else ""
        target = self.schema.target(table, column) or ""
        above = {*self.schema.parents(table).values()} & self.schema.owned
        owned_otherwise = self.schema.owners.get(table) or above - {target}
        return target if owned_otherwise else ""  # a like for a post, and no line in the order of another

    def _whole(self, table: str) -> str:
        above = with_above(self.schema, table) & self.tables
        return min(above, key=lambda name: (len(with_above(self.schema, name)), name))


def shown(schema: Schema, trails: Sequence[Trail]) -> Content:
    """Find the tables that seem to be everybody's to see.

    Args:
        schema: The tables, and who owns them.
        trails: What the routes do to them.
    """
    read = {
        item.table for trail in trails for item in trail.violations.values() if item.code in ROWS
    } & schema.owned
    uses = {table: _Use.of(table, trails) for table in sorted(read)}
    found = {table for table, use in uses.items() if use.is_content}
    parts = {
        table
        for table, use in uses.items()
        if use.is_harmless and not use.listed and _is_part(schema, table, found | schema.published)
    }
    return Content(schema, frozenset(found | parts))


def _is_part(schema: Schema, table: str, content: Collection[str]) -> bool:
    """Whether a table has no owner but that of what everybody sees: the pictures of a product."""
    parents = {*schema.parents(table).values()} & schema.owned
    return bool(parents) and parents <= {*content} and not schema.owners.get(table)


class _Use(NamedTuple):
    """On how many routes the rows of a table are used in which way."""

    open: int  # rows of anybody are read
    listed: int  # the principal's own are read
    found: int  # one is read by its key, where it is the principal's own
    changed: int  # rows are changed by who may
    taken: int  # rows of anybody are changed

    @classmethod
    def of(cls, table: str, trails: Sequence[Trail]) -> "_Use":
        counts = [0] * 5
        for trail in trails:
            changed = (table, CHANGED) in trail.own
            told = [item.changes for item in trail.violations.values() if item.table == table]
            compares = (table, READ) in trail.own or any(name == table for name, _ in trail.bindings)
            uses = (
                bool(told),
                not changed and compares,
                not changed and not told and (table, FOUND) in trail.own,
                changed,
                any(told),
            )
            counts = [count + use for count, use in zip(counts, uses, strict=True)]
        return cls(*counts)

    @property
    def is_harmless(self) -> bool:
        """Whether whoever reads may, and nobody changes what is another's."""
        return not self.taken and not self.found

    @property
    def is_content(self) -> bool:
        """Whether the project seems to mean it: several reads are open, few are not, and writes are bound."""
        return self.is_harmless and self.open >= _SEVERAL and self.changed > 0 and self.open > 2 * self.listed
