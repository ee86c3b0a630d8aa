"""FastCRUD: `files = FastCRUD(File)`, then `files.get(db, id=key, owner_id=me)`; what is named is compared.

Source: the methods of fastcrud 0.16 (`fastcrud/crud/fast_crud.py`), and the operators that follow a column.
"""

import ast
from collections.abc import Iterator

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State
from specward.code.dataflow.evaluation.openness import opens
from specward.code.dataflow.evaluation.truths import truth
from specward.code.dataflow.lattice import options
from specward.code.dataflow.sql.outside import construct, fields, write
from specward.code.dataflow.sql.running import execute
from specward.code.dataflow.values import UNKNOWN, Const, Mapping, Method, Model, Query, Row, Value

NAME = "FastCRUD"
_FACE = "@fastcrud"
_READS = {"get", "get_joined", "get_multi", "get_multi_joined", "get_multi_by_cursor", "exists", "count"}
_WRITES = {"update": "update", "delete": "delete", "db_delete": "delete"}
_MAKES = {"create", "upsert"}
_COMPARED = {"in", "eq"}  # operators that let through what is named alone
_OTHERS = {
    *("db", "object", "schema_to_select", "return_as_model", "one_or_none", "offset", "limit", "cursor"),
    *("sort_columns", "sort_orders", "sort_column", "sort_order", "return_total_count", "allow_multiple"),
    *("commit", "db_row", "return_columns", "join_model", "join_prefix", "join_on", "join_type", "alias"),
    *("join_schema_to_select", "join_filters", "joins_config", "nest_joins", "relationship_type"),
    *("counts_config", "nested_schema_to_select", "as_dict"),
}  # parameters that are no column


def made(model: Model) -> Value:
    """What `FastCRUD(File)` is."""
    return Method(model, _FACE)


def model_of(engine: Engine, receiver: Value) -> Model | None:
    """The model of an object of FastCRUD, or of a class of the project derived from it."""
    match receiver:
        case Method(Model() as model, name) if name == _FACE:
            return model
        case v.Instance(cls=v.Class(definition, models)) if NAME in engine.program.outside_bases(definition):
            return next((item for item in models if isinstance(item, Model)), None)
        case _:
            return None


def call(
    engine: Engine, model: Model, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value | None:
    """One of its methods; None where it is none that is known.

    Args:
        engine: The interpreter.
        model: Whose rows.
        name: The method.
        arguments: What is passed: columns by name, among other things.
        state: Where.
        node: The call.
    """
    if name in _MAKES:
        return construct(engine, model.table, Arguments(named=_given(engine, arguments)), state, node)
    if name not in _READS and name not in _WRITES:
        return None
    for row in options(arguments.get(-1, "db_row") or UNKNOWN):
        if isinstance(row, Row):
            write(engine, row, (), state)
            return v.NONE
    query = Query(
        _WRITES.get(name, "select"),
        (model.table,),
        tuple(_conditions(model.table, arguments)),
        frozenset(),
        engine.site(node, state),
        values=_given(engine, arguments) if name == "update" else (),
    )
    found = execute(engine, query, state, one=name in {"get", "get_joined", "exists"})
    if name == "exists":
        return truth(engine, found, state)
    listed = name.startswith("get_multi")
    return Mapping((("data", found), ("total_count", UNKNOWN))) if listed else found


def _conditions(table: str, arguments: Arguments) -> Iterator[v.Predicate]:
    for name, value in arguments.named:
        column, _, operator = name.partition("__")
        if name in _OTHERS:
            continue
        if isinstance(value, Const):
            empty = column if value == v.NONE and not operator else ""
            yield v.Other(frozenset({table}), fixed=True, open=opens(column, value), empty=empty)
        elif not operator or operator in _COMPARED:
            yield v.Bind(table, column, value)
        else:
            yield v.Other(frozenset({table}))


def _given(engine: Engine, arguments: Arguments) -> tuple[tuple[str, Value], ...]:
    """What is written: a dict, or a body."""
    match arguments.get(1, "object"):
        case Mapping(entries, _):
            return entries
        case v.Body() as body:
            return fields(engine, body).entries
        case Row(keys=keys):
            return keys
        case _:
            return ()
