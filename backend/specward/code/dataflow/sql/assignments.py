"""What a write puts into rows: owner columns take the principal, foreign keys what the principal may use."""

from collections.abc import Iterable, Mapping

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Engine, State
from specward.code.dataflow.evaluation.roles import held
from specward.code.dataflow.lattice import origin, parts, rows
from specward.code.dataflow.owners.kinds import stands_for_user
from specward.code.dataflow.owners.naming import names_message, names_owner
from specward.code.dataflow.owners.ownership import symbol_of
from specward.code.dataflow.owners.proof import CLIENT, FOREIGN, MISSING
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.result import Site
from specward.code.dataflow.trail import MADE
from specward.code.dataflow.values import Query, Row, Value
from specward.patterns import pattern

_AMONG_OTHERS = pattern(r"\.\w+\[\]|\[\]$")  # in a list that the body holds, or in one of users alone


def check_assignments(
    engine: Engine,
    table: str,
    values: Iterable[tuple[str, Value]],
    site: Site,
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
            and (v.REFERRED, target, symbol_of(value)) not in state.facts.atoms
            and not proof.looks_after(target)
            and not (stands_for_user(schema, target) and _is_own_otherwise(engine, table, name, pairs, state))
        ):
            engine.report(FOREIGN, site, f"{table}.{name}")
            return
    if any(schema.target(table, name) in schema.owned for name in pairs) and site.path:
        engine.trail.deeds.add((table, MADE, site))


def check_upsert(engine: Engine, query: Query, conflict: Value | None, site: Site, state: State) -> None:
    """`on_conflict_do_update(index_elements=["id"])` changes the row that is there, whoever owns it."""
    table = query.entities[0] if query.entities else ""
    named = parts(conflict) if conflict is not None else ()
    columns = {str(part.value) for part in named if isinstance(part, v.Const)}
    columns |= {part.name for part in named if isinstance(part, v.Column)}
    keys = [(name, value) for name, value in query.values if name in columns]
    chosen = any(origin(value) >= v.Origin.CREDENTIAL for _, value in keys)
    if table in engine.schema.owned and chosen and not engine.proof(state).keeps(table, keys):
        engine.report(MISSING, site, table, changes=True)


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
