"""Running a statement: writes are judged at once, reads give rows that know whether they are bound."""

import ast
from collections.abc import Iterable, Mapping

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Engine, State
from specward.code.dataflow.evaluation.matching import note_held
from specward.code.dataflow.evaluation.roles import held
from specward.code.dataflow.lattice import origin, parts, rows
from specward.code.dataflow.owners.kinds import numbers, stands_for_user
from specward.code.dataflow.owners.naming import (
    names_count,
    names_hidden,
    names_message,
    names_owner,
    names_whose,
)
from specward.code.dataflow.owners.ownership import names_secret
from specward.code.dataflow.owners.proof import CLIENT, FOREIGN, MISSING, Proof, deep, flatten
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.record import replace
from specward.code.dataflow.trail import CHANGED, FOUND, MADE
from specward.code.dataflow.values import Bind, Query, Row, Value
from specward.patterns import pattern

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
    code = engine.proof(state).judge(query)
    if query.verb != "select" and not code:
        keys = [(part.column, part.value) for part in deep_binds(query)]
        note_deed(engine, main_table(engine, query), query.verb, keys, query.site, state)
    if query.verb != "select" and code:
        changes = query.verb != "update" or not only_counts(query.values)
        engine.report(code, query.site, main_table(engine, query), changes=changes)
        code = ""
    return fetched(engine, query, code, state, one=one)


def note_deed(
    engine: Engine, table: str, verb: str, keys: Iterable[tuple[str, Value]], site: v.Site, state: State
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


def check_assignments(
    engine: Engine,
    table: str,
    values: Iterable[tuple[str, Value]],
    site: v.Site,
    state: State,
) -> None:
    """Owner columns take the principal, foreign keys take rows the principal may use."""
    schema, proof = engine.schema, engine.proof(state)
    free = not state.facts.atoms.isdisjoint({v.ADMIN, v.SCOPED})
    if free or table not in schema.tables or proof.looks_after(table):
        return
    pairs = dict(values)
    owners = {name: value for name, value in pairs.items() if name in schema.owners[table]}
    acting = held(state.facts.atoms)
    chosen = [
        value
        for name, value in owners.items()
        if _is_claimed(value)
        and not proof.is_identity(value)
        and not (acting and _is_another_role(schema, name, acting))
    ]
    named = any(proof.is_principal(value) for value in owners.values())
    claimed = chosen and not named and not proof.is_one_of_pair(table, pairs.items())
    if claimed and table in schema.owned and not _admits(engine, table, pairs):
        engine.report(CLIENT, site, table, changes=True)
        return
    for name, value in pairs.items():
        target = schema.target(table, name)
        if target is None and table in schema.owned and name not in schema.keys(table):
            _check_copy(engine, value, state)
        if (
            target in schema.owned - schema.published
            and name not in owners
            and not schema.names_somebody(table, name)
            and _from_client(value)
            and not proof.key_proved(target, value)
            and not proof.looks_after(target)
            and not (stands_for_user(schema, target) and _is_own_otherwise(engine, table, name, pairs, state))
        ):
            engine.report(FOREIGN, site, f"{table}.{name}")
            return
    if any(schema.target(table, name) in schema.owned for name in pairs) and site.path:
        engine.trail.deeds.add((table, MADE, site))


def _is_own_otherwise(
    engine: Engine, table: str, column: str, pairs: Mapping[str, Value], state: State
) -> bool:
    """Whether another column than this one says whose a new row is: a patient's, who chooses a doctor."""
    schema, proof = engine.schema, engine.proof(state)
    return any(
        proof.key_proved(schema.target(table, name), value)
        for name, value in pairs.items()
        if name != column and schema.target(table, name) in schema.owned | {schema.user}
    )


def _check_copy(engine: Engine, value: Value, state: State) -> None:
    """`note.body = revision.body`: what stands in a row of others leaves with one's own."""
    for row in sorted(rows(value), key=lambda row: row.id):
        if row.table != engine.schema.user:
            engine.use(row, state)


def check_upsert(engine: Engine, query: Query, conflict: Value | None, site: v.Site, state: State) -> None:
    """`on_conflict_do_update(index_elements=["id"])` changes the row that is there, whoever owns it."""
    table = query.entities[0] if query.entities else ""
    named = parts(conflict) if conflict is not None else ()
    columns = {str(part.value) for part in named if isinstance(part, v.Const)}
    columns |= {part.name for part in named if isinstance(part, v.Column)}
    keys = [(name, value) for name, value in query.values if name in columns]
    chosen = any(origin(value) >= v.Origin.CREDENTIAL for _, value in keys)
    if table in engine.schema.owned and chosen and not engine.proof(state).keeps(table, keys):
        engine.report(MISSING, site, table, changes=True)


_AMONG_OTHERS = pattern(r"\.\w+\[\]|\[\]$")  # in a list that the body holds, or in one of users alone


def _is_another_role(schema: Schema, column: str, acting: set[str]) -> bool:
    """Whether a teacher, known to be one, fills in a `student_id`: who that is, they are not."""
    return not names_owner(column, schema.user or "") and not any(role in column for role in acting)


def _is_claimed(value: Value) -> bool:
    """Whether the client says who it is: one user by a key of its choosing.

    Several users at once (`[Share(user_id=item.user_id) for item in body.shares]`) are others that a row is
    for, and so is one that a row read before names: nobody claims to be them.
    """
    match value:
        case v.Scalar(source, symbol, _):
            return source >= v.Origin.CREDENTIAL and not _AMONG_OTHERS.search(symbol)
        case v.Field(Row() as row, column) | (Row(column=column) as row):
            return any(_is_claimed(key) for name, key in row.keys if name == column)
        case v.Either(alternatives):
            return any(_is_claimed(item) for item in alternatives)
        case _:
            return origin(value) >= v.Origin.CREDENTIAL


def _admits(engine: Engine, table: str, pairs: Mapping[str, Value]) -> bool:
    """Whether a new row is for another user, or lets them in to what has an owner: whose that is decides."""
    schema = engine.schema
    if names_message(table):
        return True
    granted = (schema.grants.get(table) or schema.linked(table)) & schema.owned
    return any(schema.target(table, column) in granted for column in pairs)


def _from_client(value: Value) -> bool:
    """Whether the client chose a value, directly or as the key of a row fetched with it."""
    match value:
        case v.Field(row, column):
            keys = [key for name, key in row.keys if name == column]
            return any(_from_client(key) for key in keys) or (not keys and bool(row.code))
        case v.Either(alternatives):
            return any(_from_client(item) for item in alternatives)
        case Row():
            return bool(value.code)
        case _:
            return origin(value) >= v.Origin.CREDENTIAL


def certain(engine: Engine, value: Value, name: str, state: State) -> Value:
    """`.one()` and its like raise unless the row is there."""
    if name in CERTAIN and isinstance(value, Row):
        state.assume(engine.proof(state).proves(value, owned=False))
    return value
