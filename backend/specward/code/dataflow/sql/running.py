"""Running a statement: writes are judged at once, reads give rows that know whether they are bound."""

import ast
from collections.abc import Iterable

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Engine, State
from specward.code.dataflow.evaluation.matching import note_held
from specward.code.dataflow.lattice import origin, rows
from specward.code.dataflow.owners.kinds import numbers
from specward.code.dataflow.owners.naming import (
    names_count,
    names_hidden,
    names_secret,
    names_whose,
)
from specward.code.dataflow.owners.proof import Proof, deep, flatten
from specward.code.dataflow.owners.schema import FREE_ADMINS
from specward.code.dataflow.record import replace
from specward.code.dataflow.result import Site
from specward.code.dataflow.sql.assignments import check_assignments
from specward.code.dataflow.trail import CHANGED, FOUND, RUN
from specward.code.dataflow.values import Bind, Query, Row, Value

FETCH_ONE = frozenset(
    {
        "first",
        "one",
        "one_or_none",
        "scalar",
        "scalar_one",
        "scalar_one_or_none",
        "fetchone",
        "fetch_one",
        "fetchrow",
        "fetchval",
        "get",
        "get_one",
        "first_or_404",
        "get_or_404",
        "one_or_404",
    }
)


CERTAIN = frozenset({"one", "scalar_one", "get_one", "first_or_404", "get_or_404", "one_or_404"})


def execute(engine: Engine, query: Query, state: State, *, one: bool = False, scoped: bool = False) -> Value:
    """Run a statement: writes are judged at once, reads when the rows are used."""
    if scoped:
        query = replace(query, waived=True)
    note_bindings(engine, query, state)
    if query.verb == "insert":
        table = query.entities[0] if query.entities else ""
        note_beginnings(engine, table, query.values, state)
        check_assignments(engine, table, query.values, query.site, state)
        return _made(engine, table, query)
    if query.verb == "update" and query.entities:
        check_assignments(engine, query.entities[0], query.values, query.site, state)
    if v.ADMIN in state.facts.atoms:
        _note_administration(engine, query)
    code = engine.proof(state).judge(query)
    if query.verb != "select" and not code:
        keys = [(part.column, part.value) for part in deep_binds(query)]
        note_deed(engine, main_table(engine, query), query.verb, keys, query.site, state)
    if query.verb != "select" and code:
        changes = query.verb != "update" or not only_counts(query.values)
        engine.report(code, query.site, main_table(engine, query), changes=changes)
        code = ""
    return fetched(engine, query, code, state, one=one)


def _note_administration(engine: Engine, query: Query) -> None:
    """Note that administrators reach users, and rows of whatever organisation."""
    schema = engine.schema
    if schema.user in query.entities:
        engine.trail.own.add((schema.user, RUN))
    if schema.has_criteria or any(
        schema.is_of_organisation(part.table, part.column) for part in deep_binds(query)
    ):
        return  # bound by a listener, or here
    for table in schema.tables.keys() & {*query.entities}:
        if any(schema.is_of_organisation(table, column) for column in schema.tables[table].columns):
            engine.trail.held.add((table, FREE_ADMINS))


def note_deed(
    engine: Engine, table: str, verb: str, keys: Iterable[tuple[str, Value]], site: Site, state: State
) -> None:
    """Note that one's own rows are changed, and where, unless they are nobody else's to change."""
    engine.trail.own.add((table, CHANGED))
    free = not state.facts.atoms.isdisjoint({v.ADMIN, v.SCOPED})
    if not free and not _is_for_one(engine.proof(state), keys):
        engine.trail.deeds.add((table, verb, site))


def _is_for_one(proof: Proof, keys: Iterable[tuple[str, Value]], depth: int = 3) -> bool:
    """Whether rows are found by who asks, or by a secret: no other member comes to them this way."""
    return any(
        proof.is_principal(key)
        or names_secret(column)
        or (isinstance(key, v.Field) and depth > 0 and _is_for_one(proof, key.row.keys, depth - 1))
        for column, key in keys
    )


def only_counts(pairs: Iterable[tuple[str, Value]]) -> bool:
    """Whether a change only counts what its author does with a row, as whoever may read it may."""
    columns = [column for column, _ in pairs]
    return bool(columns) and all(map(names_count, columns))


def _made(engine: Engine, table: str, query: Query) -> Row:
    return Row(
        table, engine.number(), "", proof=False, many=False, keys=query.values, site=query.site, fresh=True
    )


def main_table(engine: Engine, query: Query) -> str:
    """The table a finding about a statement names."""
    owned = [table for table in query.entities if table in engine.schema.owned]
    return (owned or list(query.entities) or [""])[0]


def fetched(engine: Engine, query: Query, code: str, state: State, *, one: bool) -> Value:
    """The rows a statement gives."""
    table = main_table(engine, query)
    proof = engine.proof(state)
    owned = table in engine.schema.owned or table == engine.schema.user
    keys = tuple((part.column, part.value) for part in deep_binds(query) if part.table == table)
    bound = owned and not code and proof.is_bound(query)
    unchosen = one and not query.predicates and not query.joined
    if unchosen and numbers(engine.schema, table, query.column):
        return v.UNKNOWN
    if table == engine.schema.user and bound and not query.joined and one:
        free = not proof.signed_in or not state.facts.atoms.isdisjoint({v.ADMIN, v.SCOPED})
        several = len(keys) > 1  # a key alone, of a row that a credential led to, says who signs in
        if free or not any(
            origin(value) == v.Origin.CLIENT or (several and rows(value)) for _, value in keys
        ):
            return v.Scalar(v.Origin.IDENTITY)
        engine.trail.own.add((table, FOUND))
    return Row(
        table,
        engine.number(),
        code,
        proof=bound,
        many=not one,
        keys=keys,
        site=query.site,
        column=query.column,
        shown=bound and proof.only_shows(query),
        unchosen=unchosen,
    )


def deep_binds(query: Query) -> list[Bind]:
    """Equalities that hold for every row of a statement."""
    return [part for part in flatten(query.predicates) if isinstance(part, Bind)]


def note_bindings(engine: Engine, query: Query, state: State) -> None:
    """Columns that a statement compares with the principal are owner columns of this project.

    SQL text that only reads may filter by whoever made a row, and says nothing of who else may see it.
    """
    compared = (part.value for part in deep(query.predicates) if isinstance(part, Bind))
    engine.trail.compared |= {value.symbol for value in compared if isinstance(value, v.Scalar)}
    if query.text and query.verb == "select":
        return
    proof = engine.proof(state)
    for part in deep(query.predicates):
        if isinstance(part, v.Within | v.Exists):
            note_bindings(engine, part.query, state)
        match part:
            case Bind(table, column, v.Scalar(_, symbol) as value) if proof.is_principal(value):
                if not names_hidden(symbol):
                    engine.bind(table, column)
                    note_held(engine, table, column, state)
            case Bind(table, column, v.Field(row, _)) if (
                engine.schema.names_somebody(table, column) and proof.owns(row) and not row.code
            ):
                engine.bind(table, column)
            case Bind(table, column, v.Scalar(v.Origin.CLIENT, symbol)) if names_whose(
                symbol.rpartition(".")[2], engine.schema.user or ""
            ) and engine.schema.is_filed_under(table, column):
                engine.trail.bindings.add((table, column))
            case _:
                pass


def note_beginnings(engine: Engine, table: str, values: Iterable[tuple[str, Value]], state: State) -> None:
    """Columns that the principal is put into when a row is made say whose it is, where nothing else does."""
    schema, proof = engine.schema, engine.proof(state)
    if table in schema.owned or not state.facts.atoms.isdisjoint({v.ADMIN, v.SCOPED}):
        return
    for name, value in values:
        told = proof.is_principal(value) and origin(value) != v.Origin.CALLER
        if told and schema.begins_with(table, name):
            engine.trail.bindings.add((table, name))


def by_key(engine: Engine, table: str, key: Value, state: State, node: ast.AST) -> Query:
    """`session.get(Model, key)` as a statement."""
    columns = engine.schema.keys(table)
    values = key.items if isinstance(key, v.Sequence) and len(key.items) == len(columns) else None
    if isinstance(key, v.Mapping):
        binds = [Bind(table, name, value) for name, value in key.entries]
    elif values is not None:
        binds = [Bind(table, name, value) for name, value in zip(columns, values, strict=True)]
    else:
        binds = [Bind(table, columns[0], key)]
    return Query("select", (table,), tuple(binds), frozenset(), engine.site(node, state))


def certain(engine: Engine, value: Value, name: str, state: State) -> Value:
    """`.one()` and its like raise unless the row is there."""
    if name in CERTAIN and isinstance(value, Row):
        state.assume(engine.proof(state).proves(value, owned=False))
    return value
