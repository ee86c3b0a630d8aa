"""Running SQL text: each of its statements is judged as one that is built from models would be."""

import ast

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State
from specward.code.dataflow.lattice import join_all, origin, parts, rows
from specward.code.dataflow.owners.proof import UNPROVABLE
from specward.code.dataflow.record import replace
from specward.code.dataflow.sql.assignments import check_upsert
from specward.code.dataflow.sql.running import FETCH_ONE, execute
from specward.code.dataflow.sql.text.joined import with_granted, with_joined
from specward.code.dataflow.sql.text.placeholders import stood_for
from specward.code.dataflow.sql.text.scopes import Found
from specward.code.dataflow.sql.text.signs import only_reads, tables
from specward.code.dataflow.sql.text.statements import Statement, read
from specward.code.dataflow.values import (
    Const,
    Mapping,
    Origin,
    Row,
    Scalar,
    Sequence,
    Text,
    Value,
)


def run_text(
    engine: Engine, text: Text, arguments: Arguments, state: State, node: ast.AST, name: str
) -> Value:
    """Run a text with what is passed; give the rows of its last statement."""
    text = replace(text, site=engine.site(node, state))
    parameters = _parameters(arguments, name)
    values = stood_for(text, parameters)
    engine.trail.compared |= {value.symbol for value in values if isinstance(value, Scalar)}
    statements = read(engine.schema, text, parameters)
    if statements is None:
        return _unread(engine, text, state, one=name in FETCH_ONE)
    found: Value = v.UNKNOWN
    for statement in statements:
        found = _run(engine, statement, state, one=name in FETCH_ONE)
    presented = Origin.CREDENTIAL in {origin(item) for item in parts(parameters or v.NONE)}
    if presented and not any(row.code for row in rows(found)):
        engine.signed_in = True
        return Scalar(Origin.IDENTITY)
    return found


def _run(engine: Engine, statement: Statement, state: State, *, one: bool) -> Value:
    copied = tuple((name, _field(engine, read, column, state)) for name, read, column in statement.copied)
    queries = tuple(replace(query, values=(*query.values, *copied)) for query in statement.queries)
    results = [execute(engine, query, state, one=one) for query in queries]
    if statement.conflict is not None:
        keys = Sequence(tuple(map(Const, statement.conflict)))
        check_upsert(engine, queries[0], keys, queries[0].site, state)
    told = [item for item in results if isinstance(item, Row) and item.code]
    main = told[0] if told else results[0]
    if not isinstance(main, Row) or main.fresh:
        return main
    return with_joined(engine, queries, with_granted(engine, statement, main, state), state)


def _field(engine: Engine, read: Found, column: v.Column, state: State) -> Value:
    """A column of what a statement selects to write it."""
    found = [execute(engine, query, state) for query in (read.query, *read.others)]
    of = next((item for item in found if isinstance(item, Row) and item.table == column.table), found[0])
    if isinstance(of, Row):
        return v.Field(of, column.name)
    return engine.attribute(of, column.name, state, ast.Pass())


def _unread(engine: Engine, text: Text, state: State, *, one: bool) -> Value:
    """A text that cannot be read proves nothing of the tables that it names."""
    named = tables(engine.schema, text.sql)
    owned = [table for table in named if table in engine.schema.owned]
    free = not state.facts.atoms.isdisjoint({v.ADMIN, v.SCOPED})
    code = UNPROVABLE if owned and not free else ""
    if code and not only_reads(text.sql):
        engine.report(code, text.site, owned[0], changes=True)
        code = ""
    table = next(iter([*owned, *named]), "")
    return Row(table, engine.number(), code, proof=False, many=not one, keys=(), site=text.site)


def _parameters(arguments: Arguments, name: str) -> Value | None:
    """What is passed with a text: one mapping or sequence, or value after value."""
    given = arguments.get(1, "params")
    for other in ("parameters", "values", "args", "vars"):
        given = given if given is not None else arguments.get(-1, other)
    if given is None and arguments.named:
        return Mapping(arguments.named, arguments.spread)
    if isinstance(given, Sequence) and (name == "executemany" or _is_rows(given)):
        return join_all([*given.items, *given.rest]) if given.items or given.rest else None
    if isinstance(given, Mapping | Sequence):
        return given
    return Sequence(arguments.positional[1:], arguments.spread)


def _is_rows(given: Sequence) -> bool:
    """Whether a statement is run for each of several sets of parameters."""
    return bool(given.items) and all(isinstance(item, Mapping) for item in given.items)
