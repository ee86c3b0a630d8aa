"""Rows that a project may mean everybody to see: read by whoever asks, and changed by their owner alone.

A forum compares an article with its author before it is edited, and never before it is read. No name says so,
but the routes do: several read it and compare nothing, none compares it only to read it, and those that
change it keep to their own. It may also be that the check was forgotten each time; so this is asked, once for
the table, and not told as a fault. One open read among others that compare is a fault, and so is a change of
what is somebody else's.

Where none of the routes that read what is anybody's asks for a log-in, as most others of the project do, that
looks meant, too: a price list, a public page. So it is asked, however few they are and whoever else compares.

Who reads a user by a key may do so to show a profile, unless other routes compare that key only to read. That
is asked, too, once for the table of users.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from specward.code.dataflow.owners.naming import names_content
from specward.code.dataflow.owners.offices import with_above
from specward.code.dataflow.owners.proof import CONDITIONAL, ESCAPES, FOREIGN, ROWS, SHOWN
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.result import Violation
from specward.code.dataflow.trail import CHANGED, FOUND, Trail

_SEVERAL = 2  # routes: one may have been forgotten
_FEW = 3  # times more are open than compare what they show
_MOSTLY = 2  # times more changes keep to the principal's own than do not
_READ = ROWS | {ESCAPES}


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
            if item.code in _READ:
                groups.setdefault(self._whole(item.table), []).append(item)
        return [
            Violation(SHOWN, table, first.site, follows=tuple(item.site for item in rest))
            for table, (first, *rest) in sorted(groups.items())
        ]

    def _subject(self, violation: Violation) -> str:
        table, _, column = violation.table.partition(".")
        if violation.code != FOREIGN:
            return table if violation.code in _READ else ""
        target = self.schema.target(table, column) or ""
        above = {*self.schema.parents(table).values()} & self.schema.owned
        owned_otherwise = self.schema.owners.get(table) or above - {target}
        return target if owned_otherwise else ""  # a like for a post, and no line in the order of another

    def _whole(self, table: str) -> str:
        above = (with_above(self.schema, table) or {table}) & self.tables  # above users there is nothing
        return min(above, key=lambda name: (len(with_above(self.schema, name)), name))


def shown(schema: Schema, trails: Sequence[Trail]) -> Content:
    """Find the tables that seem to be everybody's to see.

    Args:
        schema: The tables, and who owns them.
        trails: What the routes do to them.
    """
    read = {item.table for trail in trails for item in trail.violations.values() if item.code in _READ}
    uses = {table: _Use.of(table, trails) for table in sorted(read & schema.owned)}
    signed_in = 2 * sum(trail.is_nameless for trail in trails) < len(trails)
    found = {
        table
        for table, use in uses.items()
        if (use.is_open and (use.changed or names_content(table))) or (use.is_unasked and signed_in)
    }
    if (
        schema.user is not None
        and not (schema.is_tenanted or schema.runs_users)
        and schema.user in read
        and _Use.of(schema.user, trails).outnumbers
    ):
        found.add(schema.user)
    parts = {
        table
        for table, use in uses.items()
        if use.is_harmless and not use.compared and _is_part(schema, table, found | schema.published)
    }
    return Content(schema, frozenset(found | parts))


def _is_part(schema: Schema, table: str, content: Collection[str]) -> bool:
    """Whether a table has no owner but that of what everybody sees: the pictures of a product."""
    parents = {*schema.parents(table).values()} & schema.owned
    return bool(parents) and parents <= {*content} and not schema.owners.get(table)


class _Use(NamedTuple):
    """On how many routes the rows of a table are used in which way."""

    open: int  # rows of anybody are read
    nameless: int  # and nobody is asked who they are
    compared: int  # one is read by its key, where it is the principal's own, or a path of several is bound
    changed: int  # rows are changed by who may
    taken: int  # rows of anybody are changed

    @classmethod
    def of(cls, table: str, trails: Sequence[Trail]) -> "_Use":
        counts = [0] * 5
        for trail in trails:
            changed = (table, CHANGED) in trail.own
            told = [item for item in trail.violations.values() if item.table == table]
            found = not changed and not told and (table, FOUND) in trail.own
            is_read = any(not item.changes for item in told)
            uses = (
                is_read,
                is_read and trail.is_nameless,
                found or any(item.code == CONDITIONAL for item in told),
                changed,
                any(item.changes for item in told),
            )
            counts = [count + use for count, use in zip(counts, uses, strict=True)]
        return cls(*counts)

    @property
    def is_harmless(self) -> bool:
        """Whether whoever changes rows keeps to their own, with few exceptions, each of which is told."""
        return _MOSTLY * self.taken <= self.changed

    @property
    def is_open(self) -> bool:
        """Whether several routes read what is anybody's, few compare, and what is changed is one's own."""
        return self.is_harmless and self.open >= _SEVERAL and (self.outnumbers or self.is_public)

    @property
    def is_public(self) -> bool:
        """Whether none of those that read what is anybody's asks for a log-in, and fewer compare.

        Where some do, somebody must be held to be the owner by what they change, and anybody changes nothing.
        """
        kept = not self.taken and (self.changed > 0 or not self.compared)
        return kept and self.compared < self.open == self.nameless

    @property
    def is_unasked(self) -> bool:
        """Whether none of those who read what is anybody's is asked for a log-in."""
        return 0 < self.open == self.nameless

    @property
    def outnumbers(self) -> bool:
        """Whether few compare what they read, by the routes that do not."""
        return self.open > _FEW * self.compared
