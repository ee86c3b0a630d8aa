"""Truth: what holds when a value is true and when it is not."""

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Engine, State
from specward.code.dataflow.evaluation.matching import all_in, some_in
from specward.code.dataflow.evaluation.privileges import is_flag, names_office
from specward.code.dataflow.evaluation.ranks import note_rank
from specward.code.dataflow.evaluation.roles import ADMINISTERS, in_organisation
from specward.code.dataflow.lattice import both, either, options
from specward.code.dataflow.owners.naming import names_author, names_open, names_opening
from specward.code.dataflow.owners.ownership import symbol_of
from specward.code.dataflow.owners.proof import MISSING
from specward.code.dataflow.values import (
    IMPOSSIBLE,
    NOTHING,
    Condition,
    Fact,
    Facts,
    Field,
    Origin,
    Row,
    Scalar,
    Value,
)


def truth(engine: Engine, value: Value, state: State) -> Condition:
    """What follows from a value being true, and from its being false."""
    note_rank(engine, state, value)
    match value:
        case Condition():
            return value
        case v.Const(literal, facts):
            return Condition(facts, IMPOSSIBLE) if literal else Condition(IMPOSSIBLE, facts)
        case v.Unlimited():
            return Condition(IMPOSSIBLE, Facts(frozenset({v.ADMIN})))
        case Row():
            # A row that is not there is nobody else's: `if row and row.owner_id != me` is safe both ways.
            gone = Facts(frozenset({("gone", value.id), *_owned(value), *_nothing_named(engine, value)}))
            return Condition(
                engine.proof(state).proves(value, owned=False), IMPOSSIBLE if value.fresh else gone
            )
        case Scalar(Origin.IDENTITY, symbol, _) if is_flag(engine, symbol):
            return ADMINISTERS
        case Scalar(Origin.IDENTITY, symbol, _) if names_office(symbol):
            return in_organisation(spares=bool(engine.schema.personal))
        case Scalar(_, symbol, _, True):
            return Condition(Facts(frozenset({("present", symbol)})), IMPOSSIBLE)
        case Scalar(Origin.IDENTITY, symbol, _) if _is_key(engine, symbol):
            return Condition(NOTHING, IMPOSSIBLE)
        case v.Either() if (named := _named_owner(engine, value, state)) is not None:
            return named
        case v.Either(alternatives):
            conditions = [truth(engine, item, state) for item in alternatives]
            result = conditions[0]
            for condition in conditions[1:]:
                result = Condition(either(result.true, condition.true), either(result.false, condition.false))
            return Condition(both(result.true, value.found), result.false)
        case v.Instance() | v.Class() | v.Function() | v.Model() | v.Query():
            return Condition(NOTHING, IMPOSSIBLE)
        case v.Sequence((), ()):
            return Condition(IMPOSSIBLE, NOTHING)
        case v.Sequence(items) if any(isinstance(it, v.PREDICATES) for item in items for it in options(item)):
            return Condition(NOTHING, IMPOSSIBLE)  # conditions of a statement, and at least one
        case v.Sequence(items, _, empty, filled):
            inner = truth(engine, items[0], state) if len(items) == 1 else Condition(NOTHING, empty)
            return Condition(both(inner.true, filled), inner.false)
        case v.Method(counted, v.LENGTH):
            return truth(engine, counted, state)
        case Field(row, column) if row.table == engine.schema.user and is_flag(engine, column):
            return ADMINISTERS if engine.proof(state).is_identity(row) else Condition(NOTHING, NOTHING)
        case Field(row, column) if row.table == engine.schema.user and _is_key(engine, column):
            return Condition(NOTHING, IMPOSSIBLE)
        case Field() if _is_owner(engine, value):
            nobodys = engine.proof(state).proves(value.row, owned=True)
            return Condition(NOTHING, both(nobodys, Facts(frozenset({v.NOBODY}))))
        case Field(row, column) if engine.schema.only_way(row.table, column):
            return Condition(NOTHING, engine.proof(state).proves(row, owned=True))  # it hangs on nothing
        case Field(row, column) if row.table in engine.schema.owned and (
            names_open(column) or names_opening(column)
        ):
            return Condition(engine.proof(state).shows(row), NOTHING)
        case Scalar(Origin.CLIENT, symbol, _) if symbol:
            return _given(value, state)
        case v.Method(Row() as changed, "rowcount"):
            return truth(engine, changed, state)
        case v.Common() | v.Rest():
            return _of_sets(engine, value, state)
        case Scalar(_, _, read) if len(read) == 1:
            return Condition(truth(engine, next(iter(read)), state).true, NOTHING)
        case Field(row, _):
            return Condition(engine.proof(state).proves(row, owned=False), NOTHING)
        case _:
            return Condition(NOTHING, NOTHING)


def _named_owner(engine: Engine, value: v.Either, state: State) -> Condition | None:
    """The owner's column of one of several rows: where it is empty, whichever row it is is nobody's."""
    if not all(isinstance(item, Field) and _is_owner(engine, item) for item in value.options):
        return None
    empty = [truth(engine, item, state).false for item in value.options]
    return Condition(NOTHING, Facts(frozenset(atom for facts in empty for atom in facts.atoms)))


def _owned(row: Row) -> set[Fact]:
    return {("owned", row.id), ("shown", row.id)}


def _nothing_named(engine: Engine, row: Row) -> set[Fact]:
    """A key under which there is no row leads to nobody's."""
    keys = engine.schema.keys(row.table)
    if row.code != MISSING or row.many or any(column not in keys for column, _ in row.keys):
        return set()
    below = [key for _, key in row.keys if isinstance(key, Field)]
    orphans = [key.row for key in below if engine.schema.only_way(key.row.table, key.column)]
    named: set[Fact] = {("key", row.table, symbol_of(key)) for _, key in row.keys if symbol_of(key)}
    return named.union(*map(_owned, orphans))


def _given(value: Scalar, state: State) -> Condition:
    """Whether an input is there."""
    present = Facts(frozenset({("present", value.symbol)}))
    if present.atoms <= state.facts.atoms:
        return Condition(present, IMPOSSIBLE)
    return Condition(present, Facts(frozenset({("absent", value.symbol)})))


def _is_owner(engine: Engine, value: Field) -> bool:
    """Whether a field names whose row it is: where that is empty, the row is nobody's."""
    schema, row = engine.schema, value.row
    return row.table in schema.owned and (
        value.column in schema.owners[row.table] or names_author(value.column)
    )


def _of_sets(engine: Engine, value: v.Common | v.Rest, state: State) -> Condition:
    """`if ids & own` finds one in both, `if not ids - own` finds all of them there."""
    if isinstance(value, v.Common):
        return Condition(some_in(engine, value.left, value.right, state), NOTHING)
    return Condition(NOTHING, all_in(engine, value.whole, value.taken, state))


def _is_key(engine: Engine, symbol: str) -> bool:
    """Whether an attribute of the principal names it: present wherever the principal is."""
    last = symbol.rpartition(".")[2]
    return (
        last in {"sub", "id", "uid"}
        or last.endswith("_id")
        or (bool(engine.schema.user) and last in engine.schema.keys(engine.schema.user or ""))
    )


def negate(condition: Condition) -> Condition:
    """The opposite."""
    return Condition(condition.false, condition.true)


def none_check(engine: Engine, value: Value, state: State) -> Condition:
    """What `value is None` proves."""
    match value:
        case v.Const():
            return Condition(IMPOSSIBLE, NOTHING)
        case Row() | v.Unlimited():
            return negate(truth(engine, value, state))
        case Scalar(Origin.IDENTITY | Origin.CREDENTIAL, _, _):
            return Condition(NOTHING, NOTHING) if not value.symbol else Condition(IMPOSSIBLE, NOTHING)
        case (
            v.Model()
            | v.Instance()
            | v.Query()
            | v.Class()
            | v.Function()
            | v.Sequence()
            | v.Mapping()
            | v.Body()
        ):
            return Condition(IMPOSSIBLE, NOTHING)
        case Scalar(Origin.CLIENT, symbol, _) if symbol:
            return negate(_given(value, state))
        case Field(row, column) if row.table == engine.schema.user and _is_key(engine, column):
            return Condition(IMPOSSIBLE, NOTHING)
        case Field(Row(column=only) as row, column) if (
            only == column or _is_owner(engine, value) or engine.schema.only_way(row.table, column)
        ):
            return negate(truth(engine, value, state))
        case Field(row, column) if row.table in engine.schema.owned and names_opening(column):
            return Condition(NOTHING, engine.proof(state).shows(row))
        case _:
            return Condition(NOTHING, NOTHING)
