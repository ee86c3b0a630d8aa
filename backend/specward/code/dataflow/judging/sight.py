"""How much of a project was seen: of how many routes it is known what they do to rows that somebody owns."""

from collections import Counter
from collections.abc import Sequence

from specward.code.dataflow.owners.proof import ROWS
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.result import Sight
from specward.code.dataflow.trail import Trail

_NAMED = 3  # functions


def sight(schema: Schema, trails: Sequence[Trail]) -> Sight | None:
    """Count the routes that were judged to their end, and that ask who calls where there is a table of users.

    Args:
        schema: The tables, and who owns them.
        trails: What the routes do to them.

    Returns:
        The counts; None where there are no routes, or where the project says what scopes its statements:
        these are not looked into then.
    """
    if not trails or schema.settings.scoped_sessions or schema.settings.scoped_builders:
        return None
    judged = [trail for trail in trails if not (trail.is_cut or (schema.user and trail.is_nameless))]
    functions = [_functions(trail) for trail in judged]
    reaching = [
        bool(names) or not schema.owned.isdisjoint(table for table, _ in trail.own | trail.bindings)
        for trail, names in zip(judged, functions, strict=True)
    ]
    counts = Counter(name for names in functions for name in sorted(names))
    by = tuple(name for name, routes in counts.most_common(_NAMED) if routes > 1)
    return Sight(bool(schema.user), len(judged), sum(reaching), sum(map(bool, functions)), by)


def _functions(trail: Trail) -> set[str]:
    """The functions whose statements reach rows of others on a route."""
    return {
        item.site.chain[-1] if item.site.chain else ""
        for item in trail.violations.values()
        if item.code in ROWS
    }
