"""Conditions that say of rows that they are everybody's to see."""

from specward.code.dataflow import values as v
from specward.code.dataflow.lattice import options, parts
from specward.code.dataflow.owners.naming import is_open_word, is_shared_word, names_open, names_opening
from specward.code.dataflow.values import Value


def opens(column: str, value: Value | None) -> bool:
    """Whether a column has a value that only rows have which are everybody's to see.

    Args:
        column: Its name.
        value: What it equals or is one of; None where it is a condition by itself.
    """
    if value is None:
        return names_open(column)
    found = parts(value) if isinstance(value, v.Sequence) else options(value)
    words = [item.value for item in found if isinstance(item, v.Const)]
    if len(words) < len(found):
        return names_opening(column)  # `published_at <= now`
    return bool(words) and all(is_open_word(word) or (word is True and names_open(column)) for word in words)


def closes(value: Value) -> bool:
    """Whether a column equals what says that some may see a row, and who that is it says elsewhere."""
    found = parts(value) if isinstance(value, v.Sequence) else options(value)
    return any(isinstance(item, v.Const) and is_shared_word(item.value) for item in found)
