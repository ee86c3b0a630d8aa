"""Regular expressions, compiled when first used.

Compiling those of all modules would cost every run 0.1 s, and most runs use a few.
"""

import re
from typing import AnyStr, Generic, cast


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what `re.compile` would; a mistake in the expression shows when it is first used.

    Args:
        text: the expression.
        flags: those of `re`.
    """
    return cast("re.Pattern[AnyStr]", _Pattern(text, flags))


class _Pattern(Generic[AnyStr]):
    """Stands for a pattern: asked for anything, it compiles it, and gives what that has."""

    def __init__(self, text: AnyStr, flags: int) -> None:
        self._given: tuple[AnyStr, int] = (text, flags)

    def __getattr__(self, name: str) -> object:
        found = getattr(re.compile(*self._given), name)
        setattr(self, name, found)  # the next time it is found without asking here
        return found
