"""Projects most of whose routes look open: either they are, or they check in a way that is not followed.

Where a hundred statements are bound and one is not, that one was forgotten. Where hardly any is bound, though
most routes ask who calls, a data layer or a policy of the project's own decides all of them at once, and what
it does with the caller was not understood; or else nobody thought of owners at all. The code does not say
which. What is found is told all the same; and the project is told of `checks`.
"""

from collections import Counter
from collections.abc import Sequence

from specward.code.dataflow.owners.proof import ROWS
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.result import MostOpen
from specward.code.dataflow.trail import Trail

_SEVERAL = 5  # routes: fewer say nothing of how a project checks
_MOST = 0.6  # of the routes that reach what somebody owns
_NAMED = 3  # functions


def unfollowed(schema: Schema, trails: Sequence[Trail]) -> MostOpen | None:
    """Find out whether most routes that ask who calls, and reach rows that somebody owns, look open.

    Args:
        schema: The tables, and who owns them.
        trails: What the routes do to them.

    Returns:
        How many do, of how many, and the functions with the most of their statements; None if most are bound.
    """
    asking = [trail for trail in trails if not (trail.is_nameless or trail.is_cut)]
    functions = [_functions(trail) for trail in asking]
    reaching = [
        bool(names) or not schema.owned.isdisjoint(table for table, _ in trail.own)
        for trail, names in zip(asking, functions, strict=True)
    ]
    unbound = sum(map(bool, functions))
    if unbound < _SEVERAL or unbound < _MOST * sum(reaching):
        return None
    counts = Counter(name for names in functions for name in sorted(names))
    by = tuple(name for name, routes in counts.most_common(_NAMED) if routes > 1)
    return MostOpen(unbound, sum(reaching), by)


def _functions(trail: Trail) -> set[str]:
    """The functions whose statements reach rows of others on a route."""
    return {
        item.site.chain[-1] if item.site.chain else ""
        for item in trail.violations.values()
        if item.code in ROWS
    }
