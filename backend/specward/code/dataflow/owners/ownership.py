"""Which rows and keys are the principal's, given what holds on the path."""

from collections.abc import Callable, Iterable
from typing import Self, TypeAlias

from specward.code.dataflow import values as v
from specward.code.dataflow.lattice import origin, present, rows
from specward.code.dataflow.owners.naming import names_link
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.trail import FOUND
from specward.code.dataflow.values import Fact, Origin, Row, Value
from specward.patterns import pattern

_CAPABILITY = pattern(
    r"token|secret|hash|code|api_?key|otp|nonce|signature|share|invite|publish|jti|state|ticket|webhook|stripe"
    r"|session_id|challenge$"
)
# Whoever has signed in is not known by these: the session of a chat, the state of an order or an address.
_PLAIN = pattern(
    r"session_id$|^state$|(post(al)?|zip|country|currency|area|region|lang(uage)?|status|error|product|course)_?code$"
)
_DEPTH = 8


def symbol_of(value: Value) -> str:
    """The name of an input, or of the choice between several: `body.project_id or body.task_id`."""
    match value:
        case v.Scalar(_, symbol, _):
            return symbol
        case v.Either():
            names = [symbol_of(item) for item in present(value)]
            return " or ".join(names) if all(names) else ""
        case _:
            return ""


Way: TypeAlias = tuple[frozenset[Fact], frozenset[Fact]]


class Ownership:
    """Answers questions about values on one path."""

    def __init__(
        self, schema: Schema, facts: frozenset[Fact], *, signed_in: bool, ways: Iterable[Way] = ()
    ) -> None:
        self.schema = schema
        self.facts = facts
        self.signed_in = signed_in
        self.ways = ways

    def in_each_way(self, holds: Callable[[Self], bool]) -> bool:
        """Whether something holds whichever side of one of the path's alternatives does."""
        return any(all(holds(self._with(facts)) for facts in sides) for sides in self.ways)

    def _with(self, facts: frozenset[Fact]) -> Self:
        return type(self)(self.schema, self.facts | facts, signed_in=self.signed_in)

    def is_identity(self, value: Value, depth: int = _DEPTH) -> bool:
        """Whether a value names the principal, or was at least not chosen by the client."""
        match value:
            case v.Scalar(source, symbol, _):
                acts_for = {("same", symbol), ("key", v.ANY_TABLE, symbol)}
                unchosen = source in {Origin.IDENTITY, Origin.CALLER, Origin.UNKNOWN}
                return unchosen or not self.facts.isdisjoint(acts_for)
            case v.Field(row, column):
                return self._field_is_identity(row, column, depth)
            case Row(column=column) if column and self.schema.target(value.table, column) == self.schema.user:
                return self.ties_principal(value, column)
            case Row(table=table):
                return table == self.schema.user and self.owns(value, depth)
            case v.Either():
                return self._all_chosen(value, lambda item: self.is_identity(item, depth))
            case v.Sequence(items, rest):
                return bool(items or rest) and all(self.is_identity(item, depth) for item in (*items, *rest))
            case v.Const() | v.Body() | v.Mapping():
                return False
            case _:
                return origin(value) <= Origin.UNKNOWN

    def ties_principal(self, row: Row, column: str) -> bool:
        """Whether a row was looked for that ties the principal to what one of its columns names.

        Who books a stay for a pet, or keeps somebody's books, is asked for by it whether they may see them.
        """
        users = [
            value
            for name, value in row.keys
            if name != column and self.schema.target(row.table, name) == self.schema.user
        ]
        return row.proof and any(map(self.is_principal, users))

    def _all_chosen(self, value: Value, holds: Callable[[Value], bool]) -> bool:
        """Whether it holds for each alternative but those that nobody chooses: constants, and nothing."""
        nothing = (v.NONE, v.Sequence(()))
        real = [item for item in present(value) if not isinstance(item, v.Const) and item not in nothing]
        return bool(real) and all(holds(item) for item in real)

    def _is_chosen_by_principal(self, value: Value) -> bool:
        """Whether it is the principal, or else what the configuration says (a user of development mode)."""
        real = [item for item in present(value) if not isinstance(item, v.Const)]
        named = [item for item in real if self.is_principal(item)]
        rest = [item for item in real if item not in named]
        return bool(named) and all(origin(item) <= Origin.UNKNOWN and not rows(item) for item in rest)

    def _field_is_identity(self, row: Row, column: str, depth: int) -> bool:
        for name, key in row.keys:
            if name == column:
                return depth > 0 and self.is_identity(key, depth - 1)
        return row.fresh or row.table not in self.schema.owned | {self.schema.user} or self.owns(row, depth)

    def is_principal(self, value: Value) -> bool:
        """Whether a value certainly derives from the credential (or, without callers, from them)."""
        match value:
            case v.Scalar(source, symbol, _):
                return source in {Origin.IDENTITY, Origin.CALLER} or ("same", symbol) in self.facts
            case v.Either():
                return self._is_chosen_by_principal(value)
            case Row(table=table) | v.Field(Row(table=table)) if table == self.schema.user:
                return self.is_identity(value)
            case v.Field(row, column) if column in self.schema.owners.get(row.table, ()):
                return not row.fresh and self.owns(row)
            case _:
                return False

    def owns(self, row: Row, depth: int = _DEPTH) -> bool:
        """Whether a row is the principal's on this path."""
        if row.proof or row.fresh or not self.facts.isdisjoint({v.ADMIN, v.SCOPED, ("shown", row.id)}):
            return True
        if not depth:
            return False
        if row.child is not None and self.owns(row.child, depth - 1):
            return True
        if self._is_linked(row):
            return True
        return any(self._binds(row.table, column, key, depth - 1) for column, key in row.keys)

    def _is_linked(self, row: Row) -> bool:
        """Whether its foreign key was compared with a key that was proved since."""
        linked = [fact for fact in self.facts if fact[0] == "link" and fact[1] == row.id]
        return any(("key", table, symbol) in self.facts for _, _, table, symbol in linked)

    def harmless(self, row: Row) -> bool:
        """Whether using the row's data leaks nothing: it is owned, belongs to nobody, or is not there."""
        return (
            not row.code
            or ("gone", row.id) in self.facts
            or self.owns(row)
            or self.looks_after(row.table)
            or self.in_each_way(lambda way: way.owns(row) and way.may_change(row))
        )

    def read_as_own(self, row: Row) -> set[tuple[str, str]]:
        """What reading a row says of its table, where the client chose it and it must be one's own."""
        free = not self.facts.isdisjoint({v.ADMIN, v.SCOPED, ("gone", row.id)}) or self.looks_after(row.table)
        if free or row.fresh or row.shown or row.table not in self.schema.owned | {self.schema.user}:
            return set()
        named = [value for column, value in row.keys if column in self.schema.keys(row.table)]
        chosen = any(origin(value) >= Origin.CREDENTIAL for value in named)
        return {(row.table, FOUND)} if chosen else set()

    def looks_after(self, table: str | None) -> bool:
        """Whether the principal has one of some roles, all of which look after the rows of others there."""
        offices = [str(fact[1]).split() for fact in self.facts if fact[0] == v.ROLE and fact[2]]
        return any(
            office and all((table, role) in self.schema.administered for role in office) for office in offices
        )

    def key_proved(self, table: str | None, value: Value, depth: int = _DEPTH) -> bool:
        """Whether a value is a key into `table` that the principal may use."""
        match value:
            case v.Scalar(source, symbol, _):
                if source in {Origin.IDENTITY, Origin.UNKNOWN} or ("same", symbol) in self.facts:
                    return True
                names = {symbol, *(fact[2] for fact in self.facts if fact[:2] == (v.ALIKE, symbol))}
                keys = {("key", of, name) for of in (table or "", v.ANY_TABLE) for name in names}
                if v.ADMIN in self.facts or not self.facts.isdisjoint(keys):
                    return True
                awaited = [fact[3:] for fact in self.facts if fact[:3] == (v.AWAITED, table, symbol)]
                return any(proof in self.facts for proof in awaited)
            case v.Field(row, column):
                for name, key in row.keys:
                    if name == column and row.fresh and depth:
                        return self.key_proved(table, key, depth - 1)  # it was given to a row made here
                    if name == column and depth:
                        return (
                            self.key_proved(table, key, depth - 1)
                            or (not row.code and row.proof)
                            or self._owned_row(row)
                        )
                return self._owned_row(row)
            case Row():
                return self._owned_row(value)
            case v.Common(left, right):
                return self.key_proved(table, left, depth) or self.key_proved(table, right, depth)
            case v.Rest(whole, _):
                return self.key_proved(table, whole, depth)
            case v.Either():
                if not self.facts.isdisjoint({("key", table or "", symbol_of(value))}):
                    return True
                return self._all_chosen(value, lambda item: self.key_proved(table, item, depth))
            case v.Sequence(items, rest):
                return bool(items or rest) and all(
                    self.key_proved(table, item, depth) for item in (*items, *rest)
                )
            case v.Body(_, _, source):
                return source <= Origin.UNKNOWN
            case v.Const():
                return False
            case _:
                return origin(value) <= Origin.UNKNOWN and all(self._owned_row(row) for row in rows(value))

    def _owned_row(self, row: Row) -> bool:
        if row.table not in self.schema.owned and row.table != self.schema.user:
            return row.fresh or row.proof or ("shown", row.id) in self.facts
        return self.owns(row)

    def keeps(self, table: str, pairs: Iterable[tuple[str, Value]]) -> bool:
        """Whether a row with these values can only be one of the principal's."""
        return any(self._binds(table, column, value) for column, value in pairs)

    def _binds(self, table: str, column: str, value: Value, depth: int = _DEPTH) -> bool:
        """Whether `table.column == value` keeps a statement to the principal's rows."""
        schema = self.schema
        if schema.spares(table, column):
            return False
        target = schema.target(table, column)
        if isinstance(value, v.Scalar) and self._is_namesake(column, value.symbol):
            return True
        if target is None and column.endswith("_id") and self._is_checked(value):
            return True  # it points somewhere, and what it equals was checked there
        if column in schema.owners.get(table, ()) or (target == schema.user and target is not None):
            return self.is_identity(value, depth)
        if table == schema.user and column in schema.keys(table):
            return self.is_principal(value) or self._from_identity(value)
        if target in schema.owned and self.key_proved(target, value, depth):
            return True
        if schema.is_key(table, column) and self.key_proved(table, value, depth):
            return True
        if isinstance(value, v.Field) and value.row.fresh and value.column in schema.keys(value.row.table):
            return True  # made here a moment ago: nobody else has anything on it
        if self.is_of_their_organisation(target, value):
            return True
        return self.is_principal(value) or self._is_capability(table, column, value)

    def is_of_their_organisation(self, target: str | None, value: Value) -> bool:
        """Whether a value is the key of the organisation that the principal was found to be of."""
        if not isinstance(value, v.Field) or value.row.table != target:
            return False
        return target in self.schema.parents(self.schema.user or "").values() and self.owns(value.row)

    def _is_namesake(self, column: str, symbol: str) -> bool:
        """Whether an input names one's own row in a column of this name: `task.code`, then `step.code`.

        An input that an access check has let pass names whatever the check was about.
        """
        named = {str(fact[1]) for fact in self.facts if fact[0] == "key" and fact[2] == symbol}
        return v.ANY_TABLE in named or any(name.endswith(f".{column}") for name in named)

    def _is_checked(self, value: Value) -> bool:
        """Whether a value is the key of a row of one's own, whatever table that is in."""
        if isinstance(value, v.Field) and value.column in self.schema.keys(value.row.table):
            return value.row.table in self.schema.owned and self.owns(value.row)
        symbol = symbol_of(value)
        return bool(symbol) and any(fact[0] == "key" and fact[-1] == symbol for fact in self.facts)

    def _from_identity(self, value: Value) -> bool:
        return (
            isinstance(value, v.Field)
            and self.owns(value.row)
            and bool(value.row.code == "" or value.row.proof)
        )

    def _is_capability(self, table: str, column: str, value: Value) -> bool:
        """A lookup by something secret: who presents a token, an invitation, a link may see the row."""
        if origin(value) < Origin.CREDENTIAL or self.schema.target(table, column) in self.schema.owned:
            return False
        if self.signed_in and _PLAIN.search(column.lower()):
            return False
        if origin(value) == Origin.CREDENTIAL or _CAPABILITY.search(column.lower()):
            return True
        if names_link(table) and self.schema.names_one(table, column):
            return True
        return not self.signed_in and table == self.schema.user

    def may_change(self, row: Row) -> bool:
        """Whether a row that may be read may be changed, too: it is not only everybody's to see."""
        if not self.facts.isdisjoint({v.ADMIN, v.SCOPED, ("owned", row.id)}):
            return True
        if row.shown:
            return False
        if ("shown", row.id) not in self.facts:
            return True
        keys = {symbol_of(value) for _, value in row.keys}
        known = frozenset(fact for fact in self.facts if fact[0] != "key" or fact[-1] not in keys)
        return Ownership(self.schema, known - {("shown", row.id)}, signed_in=self.signed_in).owns(row)
