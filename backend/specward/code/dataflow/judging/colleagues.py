"""Rows of an organisation that are somebody's own in it, and are reached by colleagues.

That somebody belongs to a school lets them see what is the school's. Where one route shows invoices to the
office, and to everybody else their own, the route that compares the school alone has forgotten who asks. So
the routes are judged once more, as if the organisation said nothing of such a table, and whoever has an
office in it might do everything there.

That only its author edits a row says nothing of who may read it; and where more routes are open to the whole
organisation than keep their rows to one, that is meant.
"""

from collections.abc import Sequence

from specward.code.dataflow.owners.proof import COLLEAGUE, ROWS
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.result import Violation
from specward.code.dataflow.trail import Trail


def personal(schema: Schema, trails: Sequence[Trail]) -> set[tuple[str, str]]:
    """Find the tables whose rows belong to somebody in an organisation.

    Args:
        schema: The tables, and who owns them.
        trails: What the routes do to them.

    Returns:
        Those tables, with the columns that say to whom.
    """
    named = {(table, column) for trail in trails for table, column, alone in trail.personal if alone}
    bound = {pair for trail in trails for pair in trail.bindings if schema.is_of_organisation(*pair)}
    of_all = {table for table, _ in bound}
    return {(table, column) for table, column in named if table in of_all & schema.owned}


def reached(trails: Sequence[Trail], again: Sequence[Trail]) -> list[list[Violation]]:
    """Find what colleagues reach, by the routes.

    Args:
        trails: What the routes do.
        again: What they do where the organisation says nothing.
    """
    news = [_news(trail, other) for trail, other in zip(trails, again, strict=True)]
    tables = {item.table for items in news for item in items}
    told = {
        (table, changes)
        for table in tables
        for changes in (False, True)
        if _open(news, table, changes=changes) <= _kept(trails, table, changes=changes)
    }
    return [
        [item._replace(code=COLLEAGUE) for item in items if (item.table, item.changes) in told]
        for items in news
    ]


def _news(trail: Trail, again: Trail) -> list[Violation]:
    """What a route does to rows of colleagues, unless it asks for a rank, or whom they name."""
    if trail.is_nameless or trail.is_cut or trail.ranked:
        return []
    asked = {table for table, _, _ in trail.personal}
    known = {(item.table, item.site[:3]) for item in trail.violations.values()}
    return [
        item
        for item in again.violations.values()
        if item.code in ROWS and item.table not in asked and (item.table, item.site[:3]) not in known
    ]


def _open(news: Sequence[Sequence[Violation]], table: str, *, changes: bool) -> int:
    """How many routes let colleagues do something."""
    return sum(any((item.table, item.changes) == (table, changes) for item in items) for items in news)


def _kept(trails: Sequence[Trail], table: str, *, changes: bool) -> int:
    """How many routes keep whoever has no office to their own; what a change asks says nothing of reading."""
    asking = [trail for trail in trails if any(of == table and alone for of, _, alone in trail.personal)]
    return sum(changes or not _changes(trail) for trail in asking)


def _changes(trail: Trail) -> bool:
    return bool(trail.deeds) or any(item.changes for item in trail.violations.values())
