"""What is proved by being equal to, or among, something that is the principal's."""

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Engine, State
from specward.code.dataflow.evaluation.privileges import is_privilege, of_membership, privileged
from specward.code.dataflow.evaluation.roles import ADMINISTERS, bound_as, without_office
from specward.code.dataflow.lattice import both, either, parts, rows
from specward.code.dataflow.owners.schema import ADMINS
from specward.code.dataflow.record import replace
from specward.code.dataflow.values import NOTHING, Bind, Condition, Facts, Field, Origin, Row, Scalar, Value


def match(engine: Engine, value: Value, other: Value, state: State) -> Facts:
    """What follows from `value` being equal to a trusted `other`."""
    proof = engine.proof(state)
    if isinstance(value, Scalar):
        engine.trail.compared.add(value.symbol)
    match value:
        case Field(row, column) if engine.schema.spares(row.table, column):
            return NOTHING
        case Field(row, column) if proof.is_principal(other) or (
            column in engine.schema.owners.get(row.table, ()) and proof.is_identity(other)
        ):
            if isinstance(other, Scalar) and other.origin == Origin.IDENTITY:
                engine.bind(row.table, column)
                note_held(engine, row.table, column, state)
            return proof.proves(row, owned=True)
        case Field(row, column) if _is_of_own(engine, row, column, other, state):
            return proof.proves(row, owned=True)
        case Field(row, column):
            target = engine.schema.target(row.table, column)
            if proof.is_of_their_organisation(target, other):
                engine.bind(row.table, column)
                return proof.proves(row, owned=True)
            if target in engine.schema.owned and proof.key_proved(target, other):
                if engine.schema.names_somebody(row.table, column):
                    engine.bind(row.table, column)
                return proof.proves(row, owned=True)
            if target in engine.schema.owned and isinstance(other, Scalar) and other.symbol:
                return Facts(frozenset({("link", row.id, str(target), other.symbol)}))
        case Row() if proof.is_principal(other):
            return proof.proves(value, owned=True)
        case Scalar(Origin.CLIENT | Origin.CREDENTIAL, symbol, _) if symbol and proof.is_principal(other):
            return Facts(frozenset({("same", symbol)}))
        case Scalar(Origin.CLIENT, symbol, _) if (
            symbol and isinstance(other, Field) and proof.owns(other.row)
        ):
            if other.row.code == "" and not other.row.proof and not other.row.fresh:
                return NOTHING
            target = engine.schema.target(other.row.table, other.column) or (
                v.ANY_TABLE if _names_any(engine, other) else other.row.table
            )
            return Facts(
                frozenset({("same", symbol) if target == engine.schema.user else ("key", target, symbol)})
            )
        case Scalar(Origin.CLIENT, symbol, _) if (
            symbol and isinstance(other, Scalar) and other.origin == Origin.CLIENT and other.symbol
        ):
            return Facts(frozenset({(v.ALIKE, symbol, other.symbol)}))
        case _:
            pass
    return NOTHING


def _is_of_own(engine: Engine, row: Row, column: str, other: Value, state: State) -> bool:
    """Whether a column names one row, and equals that of one of one's own: `mine.team.slug == team.slug`."""
    schema = engine.schema
    named = column in schema.keys(row.table) or schema.names_one(row.table, column)
    if not named or not isinstance(other, Field) or other.row.code or not engine.proof(state).owns(other.row):
        return False
    return (other.row.table, other.column) == (row.table, column) or _names_any(engine, other)


def _names_any(engine: Engine, value: Field) -> bool:
    """Whether a column may name a row of any table: `grant.resource_id`, beside `resource_type`."""
    table, column = value.row.table, value.column
    kinds = {f"{column.removesuffix('_id')}_{word}" for word in ("type", "kind")}
    known = engine.schema.tables[table].columns if table in engine.schema.tables else {}
    return column.endswith("_id") and not kinds.isdisjoint(known) and not engine.schema.target(table, column)


def note_held(engine: Engine, table: str, column: str, state: State) -> None:
    """Note the roles in which the principal is bound to rows of their own, or of their organisation."""
    engine.trail.held |= {(table, role) for role in bound_as(state.facts.atoms)}
    if v.ADMIN in state.facts.atoms and engine.schema.is_of_organisation(table, column):
        engine.trail.held.add((table, ADMINS))
    _note_personal(engine, table, column, state)


def note_kept(engine: Engine, condition: Bind, state: State) -> None:
    """Note whom rows name, where a statement is made for those alone who have no office."""
    if engine.proof(state).is_principal(condition.value):
        _note_personal(engine, condition.table, condition.column, state)


def _note_personal(engine: Engine, table: str, column: str, state: State) -> None:
    free, alone = without_office(state.facts.atoms)
    if free and engine.schema.target(table, column) == engine.schema.user:
        engine.trail.personal.add((table, column, alone))


def contained(engine: Engine, left: Value, right: Value, state: State) -> Condition:
    """What `left in right` proves."""
    proof = engine.proof(state)
    named = isinstance(left, v.Const) and isinstance(left.value, str) and privileged(engine, left.value)
    if named and proof.is_principal(right) and not of_membership(engine, right):
        return ADMINISTERS
    if isinstance(left, Scalar) and left.origin == Origin.IDENTITY and "role" in left.symbol:
        members = parts(right)
        if members and all(is_privilege(engine, item) for item in members):
            return ADMINISTERS
    if isinstance(right, v.Common):
        arms = [contained(engine, left, item, state).true for item in (right.left, right.right)]
        return Condition(both(*arms), NOTHING)
    if isinstance(right, v.Rest):
        return contained(engine, left, right.whole, state)
    if isinstance(right, v.Sequence) and right.items:
        facts = [match(engine, item, left, state) for item in right.items]
        mutual = [match(engine, left, _listed_column(item), state) for item in (*right.items, *right.rest)]
        return Condition(both(_common(facts), _common(mutual)), NOTHING)
    if proof.is_principal(left):
        engine.consult()
        return Condition(_holders(engine, right, state), NOTHING)
    if isinstance(left, Row) and isinstance(right, Row) and proof.owns(right) and not right.code:
        return Condition(proof.proves(left, owned=True), NOTHING)
    if isinstance(right, Row | Field):
        return Condition(
            match(
                engine,
                left,
                Field(right, right.column or engine.schema.keys(right.table)[0])
                if isinstance(right, Row)
                else right,
                state,
            ),
            NOTHING,
        )
    read = rows(right)
    if read and all(proof.owns(row) and row.code == "" for row in read):
        return Condition(_listed(engine, left, _led_to(engine, right), state), NOTHING)
    return Condition(NOTHING, NOTHING)


def _led_to(engine: Engine, value: Value) -> set[str | None]:
    """The tables whose keys a list holds: `[task.project_id for task in own]` holds keys of projects."""
    match value:
        case Field() if _names_any(engine, value):
            return {v.ANY_TABLE}
        case Field(row, column) | (Row(column=column) as row):
            return {engine.schema.leads(row.table, column)}
        case Scalar():
            return {engine.schema.leads(row.table, row.column) for row in value.rows}
        case _:
            return {table for part in parts(value) for table in _led_to(engine, part)}


def _listed(engine: Engine, left: Value, tables: set[str | None], state: State) -> Facts:
    """What being among keys of one table, read from the principal's own rows, proves of a key."""
    match left:
        case Scalar(_, symbol, _) if symbol and len(tables) == 1:
            return Facts(frozenset(("key", table or v.ANY_TABLE, symbol) for table in tables))
        case Field(row, column) if tables in ({engine.schema.leads(row.table, column)}, {v.ANY_TABLE}):
            return engine.proof(state).proves(row, owned=True)
        case _:
            return NOTHING


def _listed_column(item: Value) -> Value:
    """What a list that rows were added to holds of each: the column that was read."""
    return Field(item, item.column) if isinstance(item, Row) and item.column else item


def all_in(engine: Engine, whole: Value, taken: Value, state: State) -> Facts:
    """What follows when every element of one set is in another."""
    facts = contained(engine, whole, taken, state).true
    if isinstance(whole, Scalar) and whole.symbol:
        item = replace(whole, symbol=f"{whole.symbol}[]")
        return both(facts, contained(engine, item, taken, state).true)
    for part in parts(whole):
        facts = both(facts, contained(engine, part, taken, state).true)
    return facts


def some_in(engine: Engine, left: Value, right: Value, state: State) -> Facts:
    """What follows when two sets share an element: a row that lists the principal's own is theirs."""
    proof = engine.proof(state)
    facts = NOTHING
    for holder, own in ((left, right), (right, left)):
        read = rows(own)
        if any(proof.is_principal(item) for item in (own, *parts(own))) or (
            read and all(proof.owns(row) and row.code == "" for row in read)
        ):
            facts = both(facts, _holders(engine, holder, state))
    return facts


def _holders(engine: Engine, value: Value, state: State) -> Facts:
    """The row that lists the principal is theirs: `user.id in [m.user_id for m in project.members]`."""
    facts = NOTHING
    for row in rows(value):
        facts = both(facts, engine.proof(state).proves(row, owned=True))
    return facts


def _common(facts: list[Facts]) -> Facts:
    if not facts:
        return NOTHING
    result = facts[0]
    for item in facts[1:]:
        result = either(result, item)
    return result
