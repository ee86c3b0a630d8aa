"""Calls: into the project, on values, and out of the project."""

import ast

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation import contextvars
from specward.code.dataflow.evaluation.annotations import DEPENDENCY
from specward.code.dataflow.evaluation.classes import is_instance
from specward.code.dataflow.evaluation.containers import blend, element, first
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State
from specward.code.dataflow.evaluation.later import HANDED_ON, handed_on
from specward.code.dataflow.evaluation.truths import truth
from specward.code.dataflow.lattice import both, either, join_all, options, parts, rows
from specward.code.dataflow.sql import constructs, fastcrud
from specward.code.dataflow.sql.methods import method
from specward.code.dataflow.sql.outside import construct, fields, opaque, run_queries, write, write_self
from specward.code.dataflow.sql.running import execute
from specward.code.dataflow.values import (
    NONE,
    UNKNOWN,
    Const,
    Mapping,
    Method,
    Model,
    Origin,
    Query,
    Row,
    Scalar,
    Sequence,
    Value,
)

_COERCIONS = frozenset(
    {
        "str",
        "int",
        "UUID",
        "uuid.UUID",
        "list",
        "tuple",
        "set",
        "sorted",
        "reversed",
        "bytes",
        "float",
        "cast",
        "typing.cast",
        "ObjectId",
        "iter",
        "next",
        "frozenset",
        "abs",
        "PydanticObjectId",
    }
)


# They make no statement, though a model's class may be passed to them.
_NO_STATEMENT = frozenset({"FastCRUD", "false", "getattr", "hasattr", "isinstance", "len", "setattr"})


def call(engine: Engine, target: Value, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """Call anything but a project function or class, which the interpreter itself enters."""
    if engine.schema.has_criteria and _is_told_who_asks(engine, arguments, state):
        state.assume(v.Facts(frozenset({v.SCOPED})))
    match target:
        case Model(table):
            return construct(engine, table, arguments, state, node)
        case v.External() if contextvars.is_one(target):
            return contextvars.call(target, arguments)
        case v.External(name, _):
            return external(engine, name, arguments, state, node)
        case Method(receiver, name):
            return method(engine, receiver, name, arguments, state, node)
        case v.Column(table, name):
            return v.Expression(frozenset({table}))
        case _:
            return opaque(engine, "", (target, *arguments.all))


def _is_told_who_asks(engine: Engine, arguments: Arguments, state: State) -> bool:
    """`Sessions(info={"owner_id": user.id})`: a session that a listener keeps to the rows of that one."""
    info = dict(arguments.named).get("info")
    proof = engine.proof(state)
    return isinstance(info, Mapping) and any(map(proof.is_principal, parts(info)))


def external(engine: Engine, name: str, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """A function from outside the project, or a builtin."""
    last = name.rpartition(".")[2]
    if not (name in _COERCIONS or last in _NO_STATEMENT):
        built = constructs.sql_function(engine, name, arguments, state, node)
        if built is not None:
            return built
    first = arguments.get(0)
    if last == "false" and not arguments.all:
        return v.NEVER
    if name == "bool" and first is not None:
        return truth(engine, first, state)
    if name == "len" and first is not None:
        return Method(first, v.LENGTH)
    if name == "isinstance" and first is not None and len(arguments.positional) > 1:
        return is_instance(engine, first, arguments.positional[1])
    if name == "type" and isinstance(first, v.Instance | Row):
        return first.cls if isinstance(first, v.Instance) else Model(first.table)
    if name in _COERCIONS or last in {"UUID", "ObjectId"}:
        return _coerced(engine, last, first, state)
    if last == "jsonable_encoder" and first is not None:
        return fields(engine, first) if isinstance(first, v.Body) else first
    if last == "object_session":
        return UNKNOWN
    if last == contextvars.NAME:
        return contextvars.made()
    if last == fastcrud.NAME and isinstance(first, Model):
        return fastcrud.made(first)
    if last in {"Depends", "Security"} and (wanted := arguments.get(0, "dependency")) is not None:
        return v.External(DEPENDENCY, wanted)
    if last in HANDED_ON:
        later = handed_on(engine, last, arguments, state, node)
        if later is not None:
            return later
    if last == "getattr" and len(arguments.positional) > 1:
        return _getattr(engine, arguments, state, node)
    if name == "hasattr" and len(arguments.positional) > 1:
        return _hasattr(engine, *arguments.positional[:2])
    if last == "setattr" and len(arguments.positional) > 2:  # noqa: PLR2004 - object, name, value
        _setattr(engine, arguments, state, node)
        return NONE
    if name in {"min", "max"} and len(arguments.positional) > 1 and not arguments.named:
        return join_all([*arguments.positional])
    if name in {"any", "all"} and first is not None:
        return _quantified(engine, name, first, state)
    if last in {"zip", "enumerate", "filter", "map", "dict", "partial", "wraps"}:
        return _builtin(engine, last, arguments, state, node)
    executed = run_queries(engine, arguments, state)
    if executed is not None:
        return executed
    return opaque(engine, name, arguments.all)


def _coerced(engine: Engine, name: str, value: Value | None, state: State) -> Value:
    if value is None:
        return Sequence(()) if name in {"list", "set", "tuple"} else UNKNOWN
    if isinstance(value, Query):
        return execute(engine, value, state)
    if name == "next":
        return first(engine, value)
    return value


def _getattr(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    target, name = arguments.positional[:2]
    if isinstance(name, Const) and isinstance(name.value, str):
        return engine.attribute(target, name.value, state, node)
    if isinstance(target, Model):
        return v.Expression(frozenset({target.table}))
    if _is_state(node) and not rows(target) and (first_time := arguments.get(2)) is not None:
        return first_time
    return blend((target,))


def _is_state(node: ast.AST) -> bool:
    """`getattr(request.state, key, None)`: it remembers what a check has found."""
    asked = node.args[:1] if isinstance(node, ast.Call) else []
    return any(isinstance(item, ast.Attribute) and item.attr == "state" for item in asked)


def _hasattr(engine: Engine, target: Value, name: Value) -> Value:
    """`hasattr(user, "role")`, `hasattr(model, "owner_id")`: certain where a model says so."""
    tables = [engine.schema.tables.get(_model_of(engine, option)) for option in options(target)]
    named = isinstance(name, Const) and all(table and name.value in table.columns for table in tables)
    return v.Condition(v.NOTHING, v.IMPOSSIBLE if named else v.NOTHING)


def _model_of(engine: Engine, value: Value) -> str:
    """The table of a model, of a row or of the principal."""
    match value:
        case Model(table) | Row(table=table):
            return table
        case Scalar(Origin.IDENTITY, _, _):
            return engine.schema.user or ""
        case _:
            return ""


def _setattr(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> None:
    target, name, value = arguments.positional[:3]
    for option in options(target):
        if isinstance(option, Row):
            pairs = ((str(name.value), value),) if isinstance(name, Const) else _dynamic(value)
            write(engine, option, pairs, state, engine.site(node, state))
        else:
            write_self(engine, option)


def _dynamic(value: Value) -> tuple[tuple[str, Value], ...]:
    """`setattr(row, key, value)` in a loop over a body: each field may be written."""
    return tuple(
        (option.symbol.rpartition(".")[2], option)
        for option in options(value)
        if isinstance(option, Scalar) and option.origin >= Origin.CREDENTIAL and "." in option.symbol
    )


def _quantified(engine: Engine, name: str, value: Value, state: State) -> Value:
    """`any(...)`, `all(...)`: what holds of each element that could decide it."""
    conditions = [truth(engine, item, state) for item in parts(value)]
    if not conditions:
        return blend((value,))
    true, false = conditions[0].true, conditions[0].false
    for condition in conditions[1:]:
        if name == "all":
            true, false = both(true, condition.true), either(false, condition.false)
        else:
            true, false = either(true, condition.true), both(false, condition.false)
    return v.Condition(true, false)


def _builtin(engine: Engine, name: str, arguments: Arguments, state: State, node: ast.AST) -> Value:
    first = arguments.get(0)
    if name == "partial" and first is not None:
        return first
    if name == "dict" and isinstance(first, Row) and not arguments.named:
        return first  # a row of a driver, as it is
    if name == "dict":
        entries = list(arguments.named)
        rest: list[Value] = list(arguments.spread)
        for value in arguments.positional:
            if isinstance(value, Mapping):
                entries += value.entries
                rest += value.rest
            else:
                rest.append(value)
        return Mapping(tuple(dict(entries).items()), tuple(rest))
    if name in {"filter", "map"} and len(arguments.positional) > 1:
        item = element(engine, arguments.positional[1])
        produced = engine.call(arguments.positional[0], Arguments((item,)), state, node)
        return Sequence((), (item if name == "filter" else produced,))
    if name == "enumerate" and first is not None:
        return Sequence((), (Sequence((UNKNOWN, element(engine, first))),))
    return Sequence((), (Sequence(tuple(element(engine, item) for item in arguments.positional)),))
