"""Rows of other tables that a statement reads or compares: whoever owns one of them owns the other."""

from collections.abc import Iterator

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Engine, State
from specward.code.dataflow.owners.proof import flatten
from specward.code.dataflow.record import replace
from specward.code.dataflow.sql.running import fetched
from specward.code.dataflow.sql.text.statements import Statement
from specward.code.dataflow.values import Bind, Link, Query, Row


def with_granted(engine: Engine, statement: Statement, row: Row, state: State) -> Row:
    """A row of others with the columns that are only there where it is one's own."""
    proof = engine.proof(state)
    query = statement.queries[0]
    found: list[tuple[str, Row]] = []
    for name, condition in statement.granted if row.code else ():
        if proof.is_bound(replace(query, predicates=(*query.predicates, condition))):
            found.append((name, replace(row, id=engine.number(), code="", proof=True, column=name)))
    return replace(row, granted=tuple(found)) if found else row


def with_joined(engine: Engine, queries: tuple[Query, ...], row: Row, state: State) -> Row:
    """A row with those that are joined to it.

    Args:
        engine: The interpreter.
        queries: The statement, about its main table, and about each other that it gives rows of.
        row: What it gives of the main table.
        state: What holds there.
    """
    found = [*_joined(engine, queries, row, state)]
    if row.proof:
        found += _above(engine, {row.table, *(item.table for item in found)}, queries[0])
    for other in found:
        row = replace(row, child=replace(other, child=row.child))
    return row


def _joined(engine: Engine, queries: tuple[Query, ...], row: Row, state: State) -> Iterator[Row]:
    """Those of one's own, where the statement is bound; else those that would bind it if they were."""
    proof = engine.proof(state)
    parts = flatten(queries[0].predicates)
    linked = {side.table for part in parts if isinstance(part, Link) for side in (part.left, part.right)}
    compared = [part.table for part in parts if isinstance(part, Bind)]
    named = dict.fromkeys([*(query.entities[0] for query in queries[1:]), *compared])
    for table in [name for name in named if name != row.table and name in linked & engine.schema.owned]:
        query = replace(queries[0], entities=(table,), column="")
        itself = Bind(table, engine.schema.keys(table)[0], v.IDENTITY)
        reaching = replace(queries[0], predicates=(*queries[0].predicates, itself))
        if proof.is_bound(query) if row.proof else row.code and proof.is_bound(reaching):
            joined = fetched(engine, query, row.code, state, one=not row.many)
            if isinstance(joined, Row):
                yield joined


def _above(engine: Engine, own: set[str], query: Query) -> Iterator[Row]:
    """`units.building_id = :b`, of a unit that the principal is let in to: so they are to the building."""
    schema = engine.schema
    for part in flatten(query.predicates) if own & {*schema.grants} else ():
        if isinstance(part, Bind) and part.table in own and not schema.owners.get(part.table):
            target = schema.target(part.table, part.column)
            if target in schema.owned:
                keys = ((schema.keys(target)[0], part.value),)
                yield Row(target, engine.number(), "", proof=True, many=False, keys=keys, site=query.site)
