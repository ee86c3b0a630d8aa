"""What somebody may have meant by a name that is none."""

from collections.abc import Iterable


def nearest(name: str, names: Iterable[str], *, most: int = 3, likeness: float = 0.6) -> list[str]:
    """Return the names that look most like another one, the likest first.

    Args:
        name: What somebody wrote.
        names: What there is.
        most: How many at most.
        likeness: From 0 for any to 1 for the same.
    """
    from difflib import get_close_matches  # noqa: PLC0415  # 3 ms that a run without mistakes does not need

    return get_close_matches(name, list(names), n=most, cutoff=likeness)
