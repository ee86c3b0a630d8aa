"""Hook matchers, as Claude Code reads them (hooks reference; checked with 2.1.330)."""

import re

from specward.patterns import pattern

_NAMES_ONLY = pattern(r"[A-Za-z0-9_\- ,|]*")


def names(matcher: str) -> tuple[str, ...]:
    """Return the names that a matcher lists; empty for one that matches everything, or is a pattern."""
    if matcher in ("", "*") or not _NAMES_ONLY.fullmatch(matcher):
        return ()
    return tuple(name.strip() for name in re.split(r"[|,]", matcher) if name.strip())


def matches(matcher: str, name: str) -> bool:
    """Tell whether a hook with this matcher runs for a tool, agent type or source.

    Letters, digits, `_`, `-`, spaces, `|` and `,` make a list of exact names. Anything else makes it an
    unanchored JavaScript pattern; one that cannot be compiled matches nothing.
    """
    if matcher in ("", "*"):
        return True
    if _NAMES_ONLY.fullmatch(matcher):
        known = names(matcher)
        return name in known or (name == "Agent" and "Task" in known)  # its former name still means it
    try:
        return re.search(matcher, name) is not None
    except (re.error, RecursionError, OverflowError):
        return False
