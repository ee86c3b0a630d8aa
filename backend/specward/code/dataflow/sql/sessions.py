"""Sessions, connections and cursors: told by what is passed to them, not by their class."""

import ast

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.containers import blend
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State
from specward.code.dataflow.evaluation.later import HANDED_ON, handed_on
from specward.code.dataflow.lattice import join_all, options, origin, rows
from specward.code.dataflow.record import replace
from specward.code.dataflow.sql import constructs, queries
from specward.code.dataflow.sql.assignments import check_assignments
from specward.code.dataflow.sql.outside import opaque, run_queries, write, write_self
from specward.code.dataflow.sql.running import FETCH_ONE, by_key, certain, execute
from specward.code.dataflow.sql.text.signs import looks_like_sql, tells_who_asks
from specward.code.dataflow.values import (
    NONE,
    UNKNOWN,
    Const,
    Method,
    Model,
    Origin,
    Query,
    Row,
    Scalar,
    Text,
    Value,
)

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
    if name in HANDED_ON:
        later = handed_on(engine, name, arguments, state, node)
        if later is not None:
            return later
    if first is not None and name in _RAW_CALLS:
        raw = _raw(engine, first, arguments, state, node, name)
        if raw is not None:
            return raw
    if name == "query" and first is not None:
        built = constructs.sql_function(engine, "query", arguments, state, node)
        if isinstance(built, Query):
            return replace(built, waived=scoped)
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
    executed = run_queries(engine, arguments, state, one=name in FETCH_ONE, scoped=scoped)
    if executed is not None:
        return executed
    if name in {"fetchone", "fetchall", "fetchmany", "first", "all"} and isinstance(receiver, v.Method):
        return (
            engine.call(Method(blend((receiver,)), name), arguments, state, node)
            if rows(receiver)
            else UNKNOWN
        )
    return opaque(engine, _dotted(receiver, name), (receiver, *arguments.all))


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
    found = []
    for option in options(first):
        text = constructs.as_text(engine, option, state, node) if isinstance(option, Const) else option
        if isinstance(text, Text) and tells_who_asks(text, arguments.get(1, "params"), engine.proof(state)):
            state.assume(v.Facts(frozenset({v.SCOPED})))
            return UNKNOWN
        if isinstance(text, Text) and looks_like_sql(text.sql):
            found.append(run_text(engine, text, arguments, state, node, name))
    return join_all(found) if found else None


def run_text(
    engine: Engine, text: Text, arguments: Arguments, state: State, node: ast.AST, name: str
) -> Value:
    """Run SQL text, as it is read."""
    from specward.code.dataflow.sql.text import running  # noqa: PLC0415  # the parser takes 0.15 s, and few have text

    return running.run_text(engine, text, arguments, state, node, name)


def _get(
    engine: Engine, name: str, arguments: Arguments, state: State, node: ast.AST, *, scoped: bool
) -> Value:
    results = []
    for model in options(arguments.positional[0]):
        if isinstance(model, Model):
            key = arguments.get(1, "ident") or next((value for _, value in arguments.named), UNKNOWN)
            query = by_key(engine, model.table, key, state, node)
            row = execute(engine, query, state, one=True, scoped=scoped)
            results.append(certain(engine, row, name, state))
    return join_all(results) if results else UNKNOWN


def _write_call(
    engine: Engine, name: str, arguments: Arguments, state: State, node: ast.AST, *, scoped: bool
) -> Value:
    first = arguments.get(0)
    if first is None:
        return UNKNOWN
    if name in {"bulk_insert_mappings", "bulk_update_mappings"} and isinstance(first, Model):
        values = queries.assignments(Arguments(arguments.positional[1:]))
        check_assignments(engine, first.table, values, engine.site(node, state), state)
        return NONE
    if name == "delete":
        write_self(engine, first)
    for row in [option for option in options(first) if isinstance(option, Row)]:
        if name == "delete" and not scoped:
            write(engine, row, (), state)
        if name == "merge" and row.fresh and not scoped:
            _merge(engine, row, state)
    if name == "delete" and isinstance(first, Query):
        return execute(engine, first, state, scoped=scoped)
    return first if name == "merge" else NONE


def _merge(engine: Engine, row: Row, state: State) -> None:
    """`session.merge(Item(id=..., ...))` overwrites the row of that key, whoever owns it."""
    keys = [pair for pair in row.keys if pair[0] in engine.schema.keys(row.table)]
    chosen = any(origin(value) >= Origin.CREDENTIAL for _, value in keys)
    if row.table in engine.schema.owned and chosen and not engine.proof(state).keeps(row.table, keys):
        engine.report("SW601", row.site, row.table, changes=True)
