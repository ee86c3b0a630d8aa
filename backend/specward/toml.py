"""TOML that anybody may have written: what the standard library stumbles over is no TOML, either."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeAlias

Reader: TypeAlias = Callable[[str], Mapping[str, object]]  # raises ValueError, as `read_toml` does

_MOST_PARTS = 1_000  # of a dotted key; the library takes the square of them


@lru_cache(maxsize=8)
def read_toml(text: str) -> Mapping[str, object]:
    """Read a TOML document; one text, which several ask for, is read once, and nobody changes what it says.

    Raises:
        ValueError: it is none, or it is nested or dotted beyond reason; the text says where.
    """
    import tomllib  # noqa: PLC0415  # 6 ms that a run need not spend on what it knows

    for number, line in enumerate(text.split("\n"), start=1):
        if line.partition("=")[0].count(".") > _MOST_PARTS:
            raise ValueError(f"a key has more than {_MOST_PARTS:,} parts (at line {number})")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
