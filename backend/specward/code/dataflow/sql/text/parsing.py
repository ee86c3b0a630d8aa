"""SQL text as a tree, whatever dialect it is in; None where it is in none of them."""

import logging
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

_LONGEST = 20_000  # characters; what is longer is data
_DIALECTS = ("postgres", "mysql", "sqlite", "tsql")

# It stumbles over what is no SQL in places where it takes a part of a statement for granted.
_REFUSED = (SqlglotError, RecursionError, ValueError, TypeError, AttributeError, LookupError)

logging.getLogger(sqlglot.__name__).addHandler(logging.NullHandler())
logging.getLogger(sqlglot.__name__).propagate = False  # it warns of what it keeps as plain text


@lru_cache(maxsize=4096)
def parsed(sql: str) -> tuple[exp.Expr, ...] | None:
    """The statements of a text.

    Args:
        sql: The text, with its placeholders in one form.
    """
    if len(sql) > _LONGEST:
        return None
    for dialect in _DIALECTS:
        found = _parse(sql, dialect)
        if found and not any(isinstance(item, exp.Command) for item in found):
            return found
    return None


def _parse(sql: str, dialect: str) -> tuple[exp.Expr, ...] | None:
    try:
        return tuple(item for item in sqlglot.parse(sql, read=dialect) if item is not None)
    except _REFUSED:
        return None
