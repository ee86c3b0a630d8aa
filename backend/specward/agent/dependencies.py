"""The one change a permit may allow in pyproject.toml, judged before it is made; SW306 judges it after."""

from specward.code.requirements import foreign, split
from specward.toml import read_toml


def refusal(before: str, after: str, allowed: tuple[str, ...]) -> str:
    """Say why a change of pyproject.toml goes beyond the permit; empty: it does not.

    Args:
        before: the file as it is.
        after: the file as it would be.
        allowed: names of the distributions that may be added or changed.
    """
    try:
        was, rest_before = split(read_toml(before))
        now, rest_after = split(read_toml(after))
    except ValueError as error:
        return f"pyproject.toml would not be valid TOML: {error}."
    if rest_before != rest_after:
        return "Only the lists of dependencies in pyproject.toml may change."
    others = foreign(was, now, allowed)
    return f"{', '.join(others)}: the task names only {', '.join(allowed)}." if others else ""
