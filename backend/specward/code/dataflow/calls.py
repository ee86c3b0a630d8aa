"""Calls: into the project, on values, and out of the project."""

from __future__ import annotations

import ast
import re

from specward.code.dataflow import attributes, queries, rawsql
from specward.code.dataflow import values as v
from specward.code.dataflow.comparisons import PRIVILEGE
from specward.code.dataflow.engine import Arguments, Engine, State
from specward.code.dataflow.expressions import blend, element, subscript
from specward.code.dataflow.proof import CLIENT
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
    Text,
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
        "bool",
        "abs",
        "PydanticObjectId",
    }
)
_VERIFIERS = re.compile(r"decode|verif|validate|authenticate|introspect|loads|get_unverified", re.IGNORECASE)
_RAW_CALLS = frozenset(
    {
        "execute",
        "exec",
        "executemany",
        "fetch",
        "fetchrow",
        "fetchval",
        "fetch_one",
        "fetch_all",
        "fetch_val",
        "execute_many",
        "exec_driver_sql",
        "scalar",
        "scalars",
        "iterate",
        "cursor",
        "query",
        "executescript",
        "raw",
        "stream",
        "select",
        "run",
        "read_sql",
        "text",
    }
)
_KEEPS_VALUE = frozenset(
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
_DUMPS = frozenset({"model_dump", "dict", "copy", "model_copy", "to_dict", "_asdict"})
_LATER = frozenset(
    {
        "add_task",
        "delay",
        "apply_async",
        "run_in_threadpool",
        "to_thread",
        "run_in_executor",
        "enqueue",
        "create_task",
        "gather",
        "run_sync",
        "send",
    }
)


def call(engine: Engine, target: Value, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """Call anything but a project function or class, which the interpreter itself enters."""
    match target:
        case Model(table):
            return construct(engine, table, arguments, state, node)
        case v.External(name, _):
            return external(engine, name, arguments, state, node)
        case Method(receiver, name):
            return method(engine, receiver, name, arguments, state, node)
        case v.Column(table, name):
            return v.Expression(frozenset({table}))
        case _:
            return opaque(engine, "", (target, *arguments.all), state)


def construct(engine: Engine, table: str, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`Item(...)`: a new row."""
    values = queries.assignments(arguments)
    site = engine.site(node, state)
    queries.check_assignments(engine, table, values, site, state, creating=True)
    return Row(table, engine.number(), "", proof=False, many=False, keys=values, site=site, fresh=True)


def external(engine: Engine, name: str, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """A function from outside the project, or a builtin."""
    last = name.rpartition(".")[2]
    if not (name in _COERCIONS or last in {"len"}):
        built = queries.sql_function(engine, name, arguments, state, node)
        if built is not None:
            return built
    first = arguments.get(0)
    if name in _COERCIONS or last in {"UUID", "ObjectId"}:
        return _coerced(engine, last, first, state, node)
    if last in _LATER:
        later = scheduled(engine, arguments, state, node)
        if later is not None:
            return later
    if last == "getattr" and len(arguments.positional) > 1:
        return _getattr(engine, arguments, state, node)
    if last == "setattr" and len(arguments.positional) > 2:  # noqa: PLR2004 - object, name, value
        _setattr(engine, arguments, state, node)
        return NONE
    if last in {"zip", "enumerate", "filter", "map", "dict", "partial", "wraps"}:
        return _builtin(engine, last, arguments, state, node)
    executed = run_queries(engine, arguments, state, node)
    if executed is not None:
        return executed
    return opaque(engine, name, arguments.all, state)


def _coerced(engine: Engine, name: str, value: Value | None, state: State, node: ast.AST) -> Value:
    if value is None:
        return Sequence(()) if name in {"list", "set", "tuple"} else UNKNOWN
    if isinstance(value, Query):
        return queries.execute(engine, value, state, node)
    if name == "next":
        return element(engine, value)
    if name in {"cast"}:
        return value
    return value


def _getattr(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    target, name = arguments.positional[:2]
    if isinstance(name, Const) and isinstance(name.value, str):
        return engine.attribute(target, name.value, state, node)
    if isinstance(target, Model):
        return v.Expression(frozenset({target.table}))
    return blend((target,))


def _setattr(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> None:
    target, name, value = arguments.positional[:3]
    for option in v.options(target):
        if isinstance(option, Row):
            written = value if isinstance(name, Const) else value
            pairs = ((str(name.value), written),) if isinstance(name, Const) else _dynamic(name, value)
            write(engine, option, pairs, state)


def _dynamic(name: Value, value: Value) -> tuple[tuple[str, Value], ...]:
    """`setattr(row, key, value)` in a loop over a body: each field may be written."""
    del name
    found = []
    for option in v.options(value):
        if isinstance(option, Scalar) and option.origin >= Origin.CREDENTIAL and "." in option.symbol:
            found.append((option.symbol.rpartition(".")[2], option))
    return tuple(found)


def write(engine: Engine, row: Row, pairs: tuple[tuple[str, Value], ...], state: State) -> None:
    """A row is changed: it must be the principal's, and so must what its foreign keys are set to."""
    if not engine.proof(state).harmless(row) and not row.fresh:
        engine.report(row.code, row.site, row.table)
    queries.check_assignments(engine, row.table, pairs, row.site, state, creating=False)


def _builtin(engine: Engine, name: str, arguments: Arguments, state: State, node: ast.AST) -> Value:
    first = arguments.get(0)
    if name == "partial" and first is not None:
        return first
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


def scheduled(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value | None:
    """A function passed to be called with the other arguments, now or later."""
    for position, value in enumerate(arguments.positional):
        if isinstance(value, v.Function | Method) and not (
            isinstance(value, Method) and isinstance(value.receiver, Scalar)
        ):
            rest = Arguments(arguments.positional[position + 1 :], arguments.named, arguments.spread)
            return engine.call(value, rest, state, node)
    return None


def run_queries(
    engine: Engine,
    arguments: Arguments,
    state: State,
    node: ast.AST,
    *,
    one: bool = False,
    scoped: bool = False,
) -> Value | None:
    """A statement handed to somebody else is run there."""
    found = [item for value in arguments.all for item in v.options(value) if isinstance(item, Query)]
    results = [
        queries.execute(engine, _given_values(query, arguments), state, node, one=one, scoped=scoped)
        for query in found
    ]
    return v.join_all(results) if results else None


def _given_values(query: Query, arguments: Arguments) -> Query:
    """`execute(insert(Item), [{...}])`."""
    rest = Arguments(arguments.positional[1:])
    if query.verb in {"insert", "update"}:
        return query._replace(values=(*query.values, *queries.assignments(rest)))
    return query


def opaque(engine: Engine, name: str, inputs: tuple[Value, ...], state: State) -> Value:
    """A call whose inside is unknown: its result carries what went in; checking a credential gives an identity."""
    read = frozenset(row for item in inputs for row in v.rows(item))
    sources = [v.origin(item) for item in inputs if not isinstance(item, Const)]
    if Origin.CREDENTIAL in sources or (
        _VERIFIERS.search(name.rpartition(".")[2]) and _is_decoder(name) and sources
    ):
        engine.signed_in = True
        return Scalar(Origin.IDENTITY)
    source = max(sources, default=Origin.UNKNOWN)
    if source == Origin.CONSTANT:
        source = Origin.UNKNOWN
    if source == Origin.IDENTITY and len([item for item in inputs if not isinstance(item, Const)]) > 1:
        source = Origin.UNKNOWN
    symbol = name if source == Origin.UNKNOWN else ""
    del state
    return Scalar(source, symbol, read)


def _is_decoder(name: str) -> bool:
    return bool(re.search(r"jwt|jose|token|serializer|firebase|auth|jws|paseto|sign", name, re.IGNORECASE))


def method(
    engine: Engine, receiver: Value, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """`receiver.name(...)` where the project does not define the method."""
    match receiver:
        case Query():
            return _on_query(engine, receiver, name, arguments, state, node)
        case v.Column():
            return queries.column_method(engine, receiver, name, arguments)
        case v.Relation():
            return queries.relation_method(engine, receiver, name, arguments)
        case Model(table):
            return _on_model(engine, table, name, arguments, state, node)
        case Row():
            return _on_row(engine, receiver, name, arguments, state, node)
        case v.Expression() | v.Other() | v.Both() | v.Any() | v.Bind() | v.Link() | v.Within() | v.Exists():
            return (
                receiver
                if name in {"label", "asc", "desc", "self_group"}
                else v.Expression(queries.tables_of(receiver))
            )
        case v.Body():
            return dump(engine, receiver, name, arguments)
        case Mapping() | Sequence():
            return _on_container(engine, receiver, name, arguments, state, node)
        case Text(_, _, _, bound) if name == "bindparams":
            return receiver._replace(bound=(*bound, *arguments.named))
        case Const(str()) if name == "format":
            return Text(
                re.sub(r"\{\w*\}", "{}", str(receiver.value)), arguments.all, engine.site(node, state)
            )
        case v.Field() if name in _KEEPS_VALUE:
            return receiver
        case Scalar():
            return _on_scalar(engine, receiver, name, arguments, state, node)
        case v.Function() if name in _LATER:
            return engine.call(receiver, arguments, state, node)
        case _:
            return session_call(engine, receiver, name, arguments, state, node)


def _on_query(
    engine: Engine, query: Query, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    if name == "get" and query.legacy:
        key = arguments.get(0)
        found = queries.by_key(
            engine, query.entities[0] if query.entities else "", key or UNKNOWN, state, node
        )
        return queries.execute(engine, found, state, node, one=True)
    if query.legacy and name in {"delete", "update"}:
        pairs = queries.assignments(arguments)
        return queries.execute(engine, query._replace(verb=name, values=pairs), state, node)
    extended = queries.extend(engine, query, name, arguments, state, node)
    if extended is not None:
        return extended
    if name in queries.RUNS or query.legacy:
        row = queries.execute(engine, query, state, node, one=name in queries.FETCH_ONE | {"count", "exists"})
        return certain(engine, row, name, state)
    return query


def certain(engine: Engine, value: Value, name: str, state: State) -> Value:
    """`.one()` and its like raise unless the row is there."""
    if name in queries.CERTAIN and isinstance(value, Row):
        state.assume(engine.proof(state).proves(value, owned=False))
    return value


def _on_model(
    engine: Engine, table: str, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    if name in {"insert", "select", "update", "delete"}:
        return queries.build(engine, name, Arguments((Model(table),)), state, node)
    if name in {"model_validate", "from_orm", "parse_obj", "validate", "construct", "model_construct"}:
        return construct(engine, table, validated(engine, arguments), state, node)
    if name in {"alias", "join"}:
        return Model(table)
    if name in {"get", "get_or_404", "get_or_none"}:
        found = queries.by_key(engine, table, arguments.get(0) or UNKNOWN, state, node)
        return queries.execute(engine, found, state, node, one=True)
    return opaque(engine, name, arguments.all, state)


def validated(engine: Engine, arguments: Arguments) -> Arguments:
    """`Item.model_validate(body, update={...})` as keyword arguments."""
    first, update = arguments.get(0), arguments.get(-1, "update")
    named: dict[str, Value] = {}
    if isinstance(first, v.Body):
        named.update(dict(fields(engine, first).entries))
    elif isinstance(first, Mapping):
        named.update(dict(first.entries))
    if isinstance(update, Mapping):
        named.update(dict(update.entries))
    return Arguments(named=tuple(named.items()))


def fields(engine: Engine, body: v.Body) -> Mapping:
    """The fields of a request body, by name."""
    entries: dict[str, Value] = {}
    for owner in reversed(engine.program.ancestry(body.cls)):
        for member in engine.program.class_of(owner).body:
            if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name):
                name = member.target.id
                if name != "model_config":
                    entries[name] = Scalar(body.origin, f"{body.symbol}.{name}")
    return Mapping(tuple(entries.items()))


def dump(engine: Engine, body: v.Body, name: str, arguments: Arguments) -> Value:
    """`body.model_dump(exclude={...})`."""
    if name not in _DUMPS:
        return Scalar(body.origin, body.symbol)
    known = fields(engine, body)
    exclude, include = arguments.get(-1, "exclude"), arguments.get(-1, "include")
    left_out = {str(item.value) for item in v.parts(exclude) if isinstance(item, Const)} if exclude else set()
    entries = tuple(pair for pair in known.entries if pair[0] not in left_out)
    if include is not None:
        wanted = {str(item.value) for item in v.parts(include) if isinstance(item, Const)}
        entries = tuple(pair for pair in entries if pair[0] in wanted)
    update = arguments.get(-1, "update")
    if isinstance(update, Mapping):
        entries = tuple({**dict(entries), **dict(update.entries)}.items())
    return Mapping(entries)


_CERTAIN_OR_NOT = queries.FETCH_ONE


def _on_row(engine: Engine, row: Row, name: str, arguments: Arguments, state: State, node: ast.AST) -> Value:
    if name in queries.FETCH_ONE | {"next"}:
        return certain(engine, row._replace(many=False), name, state)
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
        return row._replace(many=True)
    if name in {"sqlmodel_update", "update", "update_from_dict"}:
        write(engine, row, queries.assignments(_opened(engine, arguments)), state)
        return row
    if (
        name in {"filter", "where", "filter_by", "order_by", "limit", "offset", "select", "options"}
        and row.many
    ):
        return row
    if name in {"append", "remove", "add"} and row.many:
        return NONE
    if name == "delete":
        write(engine, row, (), state)
        return NONE
    if name in _KEEPS_VALUE | _DUMPS:
        return row
    return opaque(engine, "", (row, *arguments.all), state)


def _opened(engine: Engine, arguments: Arguments) -> Arguments:
    opened = tuple(
        fields(engine, item) if isinstance(item, v.Body) else item for item in arguments.positional
    )
    return arguments._replace(positional=opened)


def _on_container(
    engine: Engine, receiver: Mapping | Sequence, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    first = arguments.get(0)
    if isinstance(receiver, Mapping):
        if name in {"get", "pop", "setdefault"} and first is not None:
            return subscript(engine, receiver, first, state)
        if name == "items":
            return Method(receiver, "items()")
        if name == "values":
            return Sequence((), v.parts(receiver))
        if name == "copy":
            return receiver
        if name == "keys":
            return Sequence(tuple(Const(key) for key, _ in receiver.entries))
    if name in {"copy", "all", "unique", "scalars", "fetchall"}:
        return receiver
    if name in {"pop", "first", "one", "one_or_none", "scalar_one_or_none"}:
        return v.join_all(list(v.parts(receiver))) if v.parts(receiver) else UNKNOWN
    del node
    return opaque(engine, "", (receiver, *arguments.all), state)


def _on_scalar(
    engine: Engine, value: Scalar, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    first = arguments.get(0)
    if value.origin != Origin.UNKNOWN:
        if name in {"get", "pop", "__getitem__"} and first is not None and value.origin != Origin.CALLER:
            return subscript(engine, value, first, state)
        if name in _KEEPS_VALUE:
            return value
        if name in _DUMPS | {"items", "json", "form", "values", "keys"}:
            return value
        if value.origin == Origin.IDENTITY and not any(isinstance(item, Query) for item in arguments.all):
            if PRIVILEGE.search(name) or any(
                isinstance(item, Const) and isinstance(item.value, str) and PRIVILEGE.search(item.value)
                for item in arguments.all
            ):
                return Scalar(Origin.IDENTITY, "is_admin")
            return Scalar(Origin.IDENTITY, name)
    return session_call(engine, value, name, arguments, state, node)


def is_scoped(engine: Engine, receiver: Value) -> bool:
    """Whether statements run through this object are bound by it."""
    match receiver:
        case v.Instance(scoped=scoped):
            return scoped
        case Scalar(_, symbol, _):
            return symbol in engine.schema.settings.scoped_sessions
        case Method(inner, "begin" | "begin_nested" | "no_autoflush" | "session") | Method(inner, _):
            return is_scoped(engine, inner)
        case v.Either(alternatives):
            return all(is_scoped(engine, item) for item in alternatives)
        case _:
            return False


def session_call(
    engine: Engine, receiver: Value, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """A method of a session, connection or cursor; or of anything else unknown."""
    first = arguments.get(0)
    scoped = is_scoped(engine, receiver)
    if name in _LATER:
        later = scheduled(engine, arguments, state, node)
        if later is not None:
            return later
    if first is not None and name in _RAW_CALLS:
        raw = _raw(engine, first, arguments, state, node, name)
        if raw is not None:
            return raw
    if name == "query" and first is not None:
        built = queries.sql_function(engine, "query", arguments, state, node)
        if isinstance(built, Query):
            return built._replace(waived=scoped)
    if name in {"get", "get_one", "load", "get_or_404", "fetch", "find_one"} and isinstance(
        first, Model | v.Either
    ):
        return _get(engine, name, arguments, state, node, scoped=scoped)
    if name in {
        "delete",
        "merge",
        "bulk_insert_mappings",
        "bulk_update_mappings",
        "add",
        "add_all",
        "bulk_save_objects",
    }:
        return _write_call(engine, name, arguments, state, node, scoped=scoped)
    if name in {"refresh", "flush", "commit", "rollback", "expunge", "close", "expire", "begin"}:
        return Method(receiver, name) if name == "begin" else NONE
    executed = run_queries(engine, arguments, state, node, one=name in queries.FETCH_ONE, scoped=scoped)
    if executed is not None:
        return executed
    if name in {"fetchone", "fetchall", "fetchmany", "first", "all"} and isinstance(receiver, v.Method):
        return (
            method(engine, blend((receiver,)), name, arguments, state, node) if v.rows(receiver) else UNKNOWN
        )
    return opaque(engine, _dotted(receiver, name), (receiver, *arguments.all), state)


def _dotted(receiver: Value, name: str) -> str:
    match receiver:
        case Method(inner, head):
            return f"{_dotted(inner, head)}.{name}"
        case v.External(head, _) | Scalar(_, head, _) if head:
            return f"{head}.{name}"
        case _:
            return name


def _raw(
    engine: Engine, first: Value, arguments: Arguments, state: State, node: ast.AST, name: str
) -> Value | None:
    for option in v.options(first):
        text = queries.as_text(engine, option, state, node) if isinstance(option, Const) else option
        if isinstance(text, Text) and rawsql.looks_like_sql(text.sql):
            return run_text(engine, text, arguments, state, node, name)
    return None


def run_text(
    engine: Engine, text: Text, arguments: Arguments, state: State, node: ast.AST, name: str
) -> Value:
    """Run SQL text: its owner condition must take the principal."""
    parameters = arguments.get(1, "params") or arguments.get(-1, "parameters") or arguments.get(-1, "values")
    if parameters is not None and not isinstance(parameters, Mapping | Sequence):
        parameters = Sequence(arguments.positional[1:])
    code, table = rawsql.judge(engine.schema, engine.proof(state), text, parameters)
    site = engine.site(node, state)
    statement = rawsql.read(engine.schema, text.sql)
    if not code and Origin.CREDENTIAL in {v.origin(item) for item in v.parts(parameters or NONE)}:
        engine.signed_in = True
        return Scalar(Origin.IDENTITY)
    if code and statement.verb != "select":
        engine.report(code, site, table)
        code = ""
    tables = [item for item in statement.tables if item in engine.schema.owned] or [*statement.tables, ""]
    bound = not code and tables[0] in engine.schema.owned
    keys = rawsql_keys(engine, text, parameters, tables[0])
    return Row(
        tables[0],
        engine.number(),
        code,
        proof=bound,
        many=name not in queries.FETCH_ONE,
        keys=keys,
        site=site,
    )


def rawsql_keys(
    engine: Engine, text: Text, parameters: Value | None, table: str
) -> tuple[tuple[str, Value], ...]:
    """What a text compares the columns of a table with."""
    return tuple(
        (column, value)
        for column, value in rawsql.equalities(text, parameters)
        if table in engine.schema.tables and column in engine.schema.tables[table].columns
    )


def _get(
    engine: Engine, name: str, arguments: Arguments, state: State, node: ast.AST, *, scoped: bool
) -> Value:
    results = []
    for model in v.options(arguments.positional[0]):
        if isinstance(model, Model):
            key = arguments.get(1, "ident") or next((value for _, value in arguments.named), UNKNOWN)
            query = queries.by_key(engine, model.table, key, state, node)
            row = queries.execute(engine, query, state, node, one=True, scoped=scoped)
            results.append(certain(engine, row, name, state))
    return v.join_all(results) if results else UNKNOWN


def _write_call(
    engine: Engine, name: str, arguments: Arguments, state: State, node: ast.AST, *, scoped: bool
) -> Value:
    first = arguments.get(0)
    if first is None:
        return UNKNOWN
    if name in {"bulk_insert_mappings", "bulk_update_mappings"} and isinstance(first, Model):
        values = queries.assignments(Arguments(arguments.positional[1:]))
        queries.check_assignments(engine, first.table, values, engine.site(node, state), state, creating=True)
        return NONE
    for row in [option for option in v.options(first) if isinstance(option, Row)]:
        if name == "delete" and not scoped:
            write(engine, row, (), state)
        if name == "merge" and row.fresh and not scoped:
            _merge(engine, row, state)
    if name in {"delete"} and isinstance(first, Query):
        return queries.execute(engine, first, state, node, scoped=scoped)
    return first if name == "merge" else NONE


def _merge(engine: Engine, row: Row, state: State) -> None:
    """`session.merge(Item(id=..., ...))` overwrites the row of that key, whoever owns it."""
    keys = [value for name, value in row.keys if name in engine.schema.keys(row.table)]
    proof = engine.proof(state)
    if row.table in engine.schema.owned and any(
        v.origin(key) >= Origin.CREDENTIAL and not proof.key_proved(row.table, key) for key in keys
    ):
        engine.report("SW601", row.site, row.table)


_ = CLIENT, attributes
