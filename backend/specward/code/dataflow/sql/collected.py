"""Methods of containers that the project does not define: of sets, lists and dicts."""

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.containers import key_of, subscript, united
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State
from specward.code.dataflow.evaluation.matching import all_in
from specward.code.dataflow.evaluation.truths import negate, truth
from specward.code.dataflow.lattice import join_all, parts
from specward.code.dataflow.sql.outside import opaque
from specward.code.dataflow.values import NONE, UNKNOWN, Const, Mapping, Method, Sequence, Value

DUMPS = frozenset({"model_dump", "dict", "copy", "model_copy", "to_dict", "_asdict"})
SETS = frozenset({"union", "intersection", "difference", "issubset", "issuperset", "isdisjoint"})


def on_sets(engine: Engine, left: Value, name: str, right: Value, state: State) -> Value:
    """`ids.issubset(own)` and its like."""
    match name:
        case "union":
            return united(engine, left, right)
        case "intersection":
            return v.Common(left, right)
        case "difference":
            return v.Rest(left, right)
        case "isdisjoint":
            return negate(truth(engine, v.Common(left, right), state))
        case "issuperset":
            return v.Condition(all_in(engine, right, left, state), v.NOTHING)
        case _:
            return v.Condition(all_in(engine, left, right, state), v.NOTHING)


def on_container(
    engine: Engine, receiver: Mapping | Sequence, name: str, arguments: Arguments, state: State
) -> Value:
    """`ids.pop()`, `body.get(...)` and their like."""
    first = arguments.get(0)
    if isinstance(receiver, Mapping):
        if name in {"get", "pop", "setdefault"} and first is not None:
            wanted = key_of(first)
            if wanted is not None and wanted not in dict(receiver.entries) and not receiver.rest:
                return arguments.get(1) or NONE
            return subscript(engine, receiver, first, state)
        if name == "items":
            return Method(receiver, "items()")
        if name == "values":
            return Sequence((), parts(receiver))
        if name in DUMPS:
            update = arguments.get(-1, "update")
            pairs = dict(update.entries) if isinstance(update, Mapping) else {}
            return Mapping(tuple({**dict(receiver.entries), **pairs}.items()), receiver.rest)
        if name == "keys":
            return Sequence(tuple(Const(key) for key, _ in receiver.entries))
    if name in {"copy", "all", "unique", "scalars", "fetchall"}:
        return receiver
    if name in {"discard", "remove", "clear", "sort", "reverse"}:
        return NONE
    if name in {"pop", "first", "one", "one_or_none", "scalar_one_or_none"}:
        return join_all(list(parts(receiver))) if parts(receiver) else UNKNOWN
    return opaque(engine, "", (receiver, *arguments.all))
