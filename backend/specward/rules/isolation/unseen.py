"""What a project is told where the analysis has seen too little of it to be believed.

Where a hundred statements are bound and one is not, that one was forgotten. Where a third is not bound,
though these routes ask who calls, a data layer or a policy of the project's own decides many of them at once,
and what it does with the caller was not understood; or else nobody thought of owners at all. The code does
not say which. And where no route is seen to reach what somebody owns, silence says nothing.
"""

from collections.abc import Iterator

from specward.code.dataflow.result import Sight

_SEVERAL = 5  # routes: fewer say nothing of how a project works
_MANY = 3  # one of so many routes that reach what somebody owns is open
_WAY = "under [tool.specward.isolation]: `specward explain SW601` says how."


def notes(sight: Sight) -> Iterator[str]:
    """Give a sentence for each thing that was not seen."""
    if not sight.has_users:
        yield (
            "No user table was found, so no table is known to be owned, and no route was checked for "
            f"isolation. If there is one, name it in user_table {_WAY}"
        )
    elif sight.routes >= _SEVERAL and not sight.reaching:
        yield (
            f"None of the {sight.routes} routes that authenticate the caller was seen to reach a user-owned "
            "table: how they do so cannot be followed, so nothing is proved about them."
        )
    elif sight.open >= _SEVERAL and _MANY * sight.open >= sight.reaching:
        by = f", most of them through {' and '.join(sight.by)}" if sight.by else ""
        yield (
            f"{sight.open} of the {sight.reaching} routes that reach user-owned tables look open{by}. If a "
            f"function checks the owner in a way that cannot be followed, name it in checks {_WAY}"
        )
