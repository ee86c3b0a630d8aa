"""Methods of values that the project does not define: queries, rows, containers, data."""

import ast
import re

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.comparisons import tables_of
from specward.code.dataflow.evaluation.containers import subscript
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State
from specward.code.dataflow.evaluation.later import HANDED_ON, run
from specward.code.dataflow.evaluation.matching import note_kept
from specward.code.dataflow.evaluation.privileges import privileged
from specward.code.dataflow.evaluation.ranks import note_rank
from specward.code.dataflow.evaluation.texts import text
from specward.code.dataflow.lattice import join_all, parts, present
from specward.code.dataflow.record import replace
from specward.code.dataflow.sql import constructs, fastcrud, queries
from specward.code.dataflow.sql.assignments import check_upsert
from specward.code.dataflow.sql.collected import DUMPS, SETS, on_container, on_sets
from specward.code.dataflow.sql.outside import construct, fields, opaque, validated, write
from specward.code.dataflow.sql.running import FETCH_ONE, by_key, certain, execute
from specward.code.dataflow.sql.sessions import session_call
from specward.code.dataflow.values import (
    NONE,
    UNKNOWN,
    Const,
    Mapping,
    Model,
    Origin,
    Query,
    Row,
    Scalar,
    Sequence,
    Text,
    Value,
)

KEEPS_VALUE = frozenset(
    {
        "strip",
        "lower",
        "upper",
        "replace",
        "removeprefix",
        "removesuffix",
        "encode",
        "decode",
        "hex",
        "split",
        "lstrip",
        "rstrip",
        "casefold",
        "format",
        "copy",
        "__str__",
        "partition",
    }
)


VALIDATES = frozenset(
    {"model_validate", "from_orm", "parse_obj", "validate", "construct", "model_construct", "from_model"}
)


def method(
    engine: Engine, receiver: Value, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """`receiver.name(...)` where the project does not define the method."""
    model = fastcrud.model_of(engine, receiver)
    if model is not None:
        answer = fastcrud.call(engine, model, name, arguments, state, node)
        if answer is not None:
            return answer
    match receiver:
        case Query():
            return _on_query(engine, receiver, name, arguments, state, node)
        case v.Column():
            note_rank(engine, state, receiver, *arguments.all)
            return constructs.column_method(receiver, name, arguments)
        case v.Relation():
            return constructs.relation_method(engine, receiver, name, arguments)
        case Model(table):
            return _on_model(engine, table, name, arguments, state, node)
        case Row():
            return _on_row(engine, receiver, name, arguments, state, node)
        case v.Expression() | v.Other() | v.Both() | v.Any() | v.Bind() | v.Link() | v.Within() | v.Exists():
            return (
                receiver
                if name in {"label", "asc", "desc", "self_group"}
                else v.Expression(tables_of(receiver))
            )
        case v.Body():
            return dump(engine, receiver, name, arguments)
        case Scalar() if name in {"bind", "bind_partial"} and arguments.named:
            return Mapping(arguments.named, arguments.spread)  # `signature(handler).bind(*args, **kwargs)`
        case _ if name in SETS and arguments.positional:
            return on_sets(engine, receiver, name, arguments.positional[0], state)
        case Mapping() | Sequence():
            return on_container(engine, receiver, name, arguments, state)
        case Text(_, _, _, bound) if name == "bindparams":
            return replace(receiver, bound=(*bound, *arguments.named))
        case Const(str()) if name == "join" and isinstance(arguments.get(0), Sequence):
            return _put_together(engine, receiver, arguments.positional[0], state, node)
        case Const(str()) if name == "format":
            return Text(
                re.sub(r"\{\w*\}", "{}", str(receiver.value)), arguments.all, engine.site(node, state)
            )
        case v.Field() if name in KEEPS_VALUE:
            return receiver
        case Scalar():
            return _on_scalar(engine, receiver, name, arguments, state, node)
        case v.Class() if name in VALIDATES and _is_read(arguments):
            return arguments.positional[0]  # a copy of the row: what is known of the row is known of it
        case v.Class() if name in VALIDATES and isinstance(arguments.get(0), Mapping):
            return engine.call(receiver, validated(engine, arguments), state, node)
        case v.Function() if name in HANDED_ON:
            return run(engine, name, receiver, arguments, state, node)
        case _:
            return session_call(engine, receiver, name, arguments, state, node)


def _put_together(engine: Engine, separator: Const, items: Value, state: State, node: ast.AST) -> Value:
    """`" AND ".join(conditions)`: of those that are there on every path, and of all that may be."""
    known, more = (items.items, items.rest) if isinstance(items, Sequence) else ((), ())
    found = []
    for given in dict.fromkeys((known, (*known, *more))):
        pieces = [piece for item in given for piece in (separator, item)]
        found.append(text(engine, pieces[1:], node, state) if pieces else Const(""))
    return join_all(found)


def _is_read(arguments: Arguments) -> bool:
    """Whether what is validated are rows or the principal."""
    found = present(arguments.positional[0]) if arguments.positional else []
    return bool(found) and all(
        isinstance(item, Row) or (isinstance(item, Scalar) and item.origin == Origin.IDENTITY)
        for item in found
    )


def _on_query(
    engine: Engine, query: Query, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    if name == "get" and query.legacy:
        key = arguments.get(0)
        found = by_key(engine, query.entities[0] if query.entities else "", key or UNKNOWN, state, node)
        return execute(engine, found, state, one=True)
    if query.legacy and name in {"delete", "update"}:
        pairs = queries.assignments(arguments)
        return execute(engine, replace(query, verb=name, values=pairs), state)
    if name == "on_conflict_do_update" and arguments.get(-1, "where") is None:
        conflict = arguments.get(1, "index_elements")
        check_upsert(engine, query, conflict, engine.site(node, state), state)
    extended = queries.extend(engine, query, name, arguments)
    if name == "filter_by":
        for condition in queries.by_name(engine, query, arguments):
            if isinstance(condition, v.Bind):
                note_kept(engine, condition, state)
    if extended is not None:
        return extended
    if name in queries.RUNS or query.legacy:
        row = execute(engine, query, state, one=name in FETCH_ONE | {"count", "exists"})
        return certain(engine, row, name, state)
    return query


def _on_model(
    engine: Engine, table: str, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    if name in {"insert", "select", "update", "delete"}:
        return queries.build(engine, name, Arguments((Model(table),)), state, node)
    if name in VALIDATES:
        return construct(engine, table, validated(engine, arguments), state, node)
    if name in {"alias", "join"}:
        return Model(table)
    if name in {"get", "get_or_404", "get_or_none"}:
        found = by_key(engine, table, arguments.get(0) or UNKNOWN, state, node)
        return execute(engine, found, state, one=True)
    return opaque(engine, name, arguments.all)


def dump(engine: Engine, body: v.Body, name: str, arguments: Arguments) -> Value:
    """`body.model_dump(exclude={...})`."""
    if name not in DUMPS:
        return Scalar(body.origin, body.symbol)
    known = fields(engine, body)
    exclude, include = arguments.get(-1, "exclude"), arguments.get(-1, "include")
    left_out = {str(item.value) for item in parts(exclude) if isinstance(item, Const)} if exclude else set()
    entries = tuple(pair for pair in known.entries if pair[0] not in left_out)
    if include is not None:
        wanted = {str(item.value) for item in parts(include) if isinstance(item, Const)}
        entries = tuple(pair for pair in entries if pair[0] in wanted)
    update = arguments.get(-1, "update")
    if isinstance(update, Mapping):
        entries = tuple({**dict(entries), **dict(update.entries)}.items())
    return Mapping(entries)


_ADMITTING = frozenset({"append", "extend", "insert", "add", "remove", "discard", "clear"})


def _admit(engine: Engine, members: Row, state: State) -> None:
    """`board.members.append(user)`: who may do what with a row is changed, and so is the row."""
    for column, value in members.keys:
        if column == v.MEMBERS and isinstance(value, v.Field):
            write(engine, value.row, (), state)


def _on_row(engine: Engine, row: Row, name: str, arguments: Arguments, state: State, node: ast.AST) -> Value:
    if name in FETCH_ONE | {"next"}:
        return certain(engine, replace(row, many=False), name, state)
    if name in {
        "all",
        "scalars",
        "unique",
        "fetchall",
        "mappings",
        "tuples",
        "partitions",
        "to_list",
        "yield_per",
        "freeze",
        "columns",
        "fetchmany",
        "__aiter__",
    }:
        return replace(row, many=True)
    if name in {"sqlmodel_update", "update", "update_from_dict"}:
        pairs = queries.assignments(_opened(engine, arguments))
        write(engine, row, pairs, state, engine.site(node, state))
        return row
    if (
        name in {"filter", "where", "filter_by", "order_by", "limit", "offset", "select", "options"}
        and row.many
    ):
        return row
    if name in _ADMITTING and row.many:
        _admit(engine, row, state)
        return NONE
    if name == "delete":
        write(engine, row, (), state)
        return NONE
    if name in KEEPS_VALUE | DUMPS:
        return row
    return opaque(engine, "", (row, *arguments.all))


def _opened(engine: Engine, arguments: Arguments) -> Arguments:
    opened = tuple(
        fields(engine, item) if isinstance(item, v.Body) else item for item in arguments.positional
    )
    return arguments._replace(positional=opened)


def _on_scalar(
    engine: Engine, value: Scalar, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    first = arguments.get(0)
    if value.origin != Origin.UNKNOWN:
        if name in {"get", "pop", "__getitem__"} and first is not None and value.origin != Origin.CALLER:
            return subscript(engine, value, first, state)
        if name in KEEPS_VALUE:
            return value
        if name in DUMPS | {"items", "json", "form", "values", "keys"}:
            return value
        if value.origin == Origin.IDENTITY and not any(isinstance(item, Query) for item in arguments.all):
            if privileged(engine, name) or any(
                isinstance(item, Const) and isinstance(item.value, str) and privileged(engine, item.value)
                for item in arguments.all
            ):
                return Scalar(Origin.IDENTITY, "is_admin")
            return Scalar(Origin.IDENTITY, name)
    return session_call(engine, value, name, arguments, state, node)
