"""Text put together from pieces: constants stay as they are, and each value becomes a `{}`."""

import ast
from collections.abc import Iterable
from itertools import product
from math import prod

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Engine, State
from specward.code.dataflow.lattice import join_all, options
from specward.code.dataflow.values import Const, Value

_MOST = 8


def is_text(value: Value) -> bool:
    """Whether a value is a string that is known."""
    return isinstance(value, Const) and isinstance(value.value, str)


def text(engine: Engine, pieces: list[Value], node: ast.AST, state: State) -> Value:
    """Put a text together; where a piece is one of several texts, as each of them.

    Args:
        engine: The interpreter.
        pieces: What the text is made of, in order.
        node: Where that is done.
        state: What holds there.
    """
    choices = [options(piece) if _is_one_of_texts(piece) else (piece,) for piece in pieces]
    if prod(map(len, choices)) > _MOST:
        return _put_together(engine, pieces, node, state)
    return join_all([_put_together(engine, chosen, node, state) for chosen in product(*choices)])


def _is_one_of_texts(value: Value) -> bool:
    """A statement to which a condition was added on some paths."""
    return isinstance(value, v.Either) and all(
        isinstance(item, v.Text) or is_text(item) for item in value.options
    )


def _put_together(engine: Engine, pieces: Iterable[Value], node: ast.AST, state: State) -> Value:
    """One text from constants and values, each value as a `{}`."""
    sql = ""
    inner: list[Value] = []
    for piece in pieces:
        if isinstance(piece, Const):
            sql += str(piece.value)
        elif isinstance(piece, v.Text):
            sql += piece.sql
            inner += piece.parts
        else:
            sql += "{}"
            inner.append(piece)
    if not inner:
        return Const(sql)
    return v.Text(sql, tuple(inner), engine.site(node, state))
