"""Containers in variables, and what is put into them."""

import ast
from collections.abc import Iterator

from specward.code.dataflow.evaluation.engine import Engine, State
from specward.code.dataflow.values import Mapping, Sequence, Value

_ADDERS = frozenset(
    {"append", "add", "extend", "update", "insert", "setdefault", "appendleft", "put", "put_nowait"}
)


def grow(engine: Engine, node: ast.expr, state: State) -> bool:
    """`items.append(x)`, `data.update(...)`: the variable holds more; else False."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr), args=args) as call if (
            attr in _ADDERS
        ):
            current = state.names.get(name)
            if not isinstance(current, Sequence | Mapping):
                return False
            added = [engine.evaluate(item, state) for item in args]
            state.names[name] = _grown(current, attr, [*added, *_named(engine, call, state)])
            return True
        case _:
            return False


def _named(engine: Engine, call: ast.Call, state: State) -> Iterator[Value]:
    """`data.update(owner_id=user.id, **more)`: each by its name."""
    for keyword in call.keywords:
        value = engine.evaluate(keyword.value, state)
        yield value if keyword.arg is None else Mapping(((keyword.arg, value),))


def _grown(current: Sequence | Mapping, verb: str, added: list[Value]) -> Value:
    if isinstance(current, Sequence):
        if verb == "extend" and added and isinstance(added[0], Sequence):
            return Sequence(current.items + added[0].items, current.rest + added[0].rest)
        return Sequence((*current.items, *added)[:40], current.rest)
    entries, rest = dict(current.entries), list(current.rest)
    for value in added:
        if isinstance(value, Mapping):
            entries.update(value.entries)
        else:
            rest.append(value)
    return Mapping(tuple(entries.items()), tuple(rest[:10]))
