"""What is proved: which rows, keys and statements belong to the principal, given what holds on the path."""

import re
from collections.abc import Callable, Iterable

from specward.code.dataflow import values as v
from specward.code.dataflow.lattice import origin, present, rows
from specward.code.dataflow.schema import Schema
from specward.code.dataflow.values import Bind, Exists, Fact, Facts, Link, Origin, Query, Row, Value, Within

MISSING, CONDITIONAL, CLIENT, FOREIGN, UNPROVABLE, ESCAPES, UNJUDGED = (
    "SW601",
    "SW602",
    "SW603",
    "SW604",
    "SW605",
    "SW606",
    "SW607",
)

_CAPABILITY = re.compile(
    r"token|secret|hash|code|api_?key|otp|nonce|signature|share|invite|jti|state|ticket|webhook|stripe|session_id"
)
_DEPTH = 8


class Proof:
    """Answers questions about values on one path."""

    def __init__(self, schema: Schema, facts: frozenset[Fact], *, signed_in: bool) -> None:
        self.schema = schema
        self.facts = facts
        self.signed_in = signed_in

    def is_identity(self, value: Value, depth: int = _DEPTH) -> bool:
        """Whether a value names the principal, or was at least not chosen by the client."""
        match value:
            case v.Scalar(source, symbol, _):
                return (
                    source in {Origin.IDENTITY, Origin.CALLER, Origin.UNKNOWN}
                    or ("same", symbol) in self.facts
                )
            case v.Field(row, column):
                return self._field_is_identity(row, column, depth)
            case Row(table=table):
                return table == self.schema.user and self.owns(value, depth)
            case v.Either():
                return self._all_chosen(value, lambda item: self.is_identity(item, depth))
            case v.Sequence(items, rest):
                return bool(items) and not rest and all(self.is_identity(item, depth) for item in items)
            case v.Const() | v.Body() | v.Mapping():
                return False
            case _:
                return origin(value) <= Origin.UNKNOWN

    def _all_chosen(self, value: Value, holds: Callable[[Value], bool]) -> bool:
        """Whether it holds for each alternative but None and constants, which the client does not choose."""
        real = [item for item in present(value) if not isinstance(item, v.Const)]
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
        if row.proof or row.fresh or v.ADMIN in self.facts or ("owned", row.id) in self.facts:
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
        return not row.code or ("gone", row.id) in self.facts or self.owns(row)

    def key_proved(self, table: str | None, value: Value, depth: int = _DEPTH) -> bool:
        """Whether a value is a key into `table` that the principal may use."""
        match value:
            case v.Scalar(source, symbol, _):
                if source in {Origin.IDENTITY, Origin.UNKNOWN} or ("same", symbol) in self.facts:
                    return True
                keys = {("key", table or "", symbol), ("key", v.ANY_TABLE, symbol)}
                return v.ADMIN in self.facts or not self.facts.isdisjoint(keys)
            case v.Field(row, column):
                for name, key in row.keys:
                    if name == column and depth:
                        return (
                            self.key_proved(table, key, depth - 1)
                            or (not row.code and row.proof)
                            or self._owned_row(row)
                        )
                return self._owned_row(row)
            case Row():
                return self._owned_row(value)
            case v.Either():
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
            return row.fresh or row.proof
        return self.owns(row)

    def _binds(self, table: str, column: str, value: Value, depth: int = _DEPTH) -> bool:
        """Whether `table.column == value` keeps a statement to the principal's rows."""
        schema = self.schema
        target = schema.target(table, column)
        if column in schema.owners.get(table, ()) or (target == schema.user and target is not None):
            return self.is_identity(value, depth)
        if table == schema.user and column in schema.keys(table):
            return self.is_principal(value) or self._from_identity(value)
        if target in schema.owned and self.key_proved(target, value, depth):
            return True
        if column in schema.keys(table) and self.key_proved(table, value, depth):
            return True
        return self.is_principal(value) or self._is_capability(table, column, value)

    def _from_identity(self, value: Value) -> bool:
        return (
            isinstance(value, v.Field)
            and self.owns(value.row)
            and bool(value.row.code == "" or value.row.proof)
        )

    def _is_capability(self, table: str, column: str, value: Value) -> bool:
        """A lookup by something secret: who presents a token, an invitation, a link may see the row."""
        if origin(value) < Origin.CREDENTIAL:
            return False
        if origin(value) == Origin.CREDENTIAL or _CAPABILITY.search(column.lower()):
            return True
        return not self.signed_in and table == self.schema.user

    def bound_tables(
        self, predicates: Iterable[v.Predicate], joined: frozenset[str], verb: str
    ) -> frozenset[str]:
        """The tables whose rows in this statement are the principal's."""
        bound: set[str] = set()
        links: set[tuple[str, str]] = set()
        shared: set[tuple[str, str]] = set()
        for predicate in flatten(predicates):
            bound |= self._bound_by(predicate, joined, verb)
            if isinstance(predicate, Link):
                left, right = predicate.left, predicate.right
                links |= {(left.table, right.table), (right.table, left.table)}
                shared |= self._through_membership(left, right) | self._through_membership(right, left)
        while True:
            more = {
                table
                for table in (joined | {table for link in links for table in link}) - bound
                if self._reaches(table, frozenset(bound), joined, links)
                or any(other == table and link in bound for link, other in shared)
            }
            if not more:
                return frozenset(bound)
            bound |= more

    def _through_membership(self, link: v.Column, other: v.Column) -> set[tuple[str, str]]:
        """What a member reaches through the same parent: `Member.workspace_id == Document.workspace_id`."""
        parent = self.schema.target(link.table, link.name)
        granted = parent is not None and parent in self.schema.grants.get(link.table, ())
        return (
            {(link.table, other.table)}
            if granted and self.schema.target(other.table, other.name) == parent
            else set()
        )

    def _reaches(
        self, table: str, bound: frozenset[str], joined: frozenset[str], links: set[tuple[str, str]]
    ) -> bool:
        for parent in self.schema.parents(table).values():
            if parent in bound and ((table, parent) in links or parent in joined):
                return True
        return any(
            (table in self.schema.parents(link).values())
            and (table in self.schema.grants.get(link, ()) or not self.schema.owners.get(link))
            for link in bound
            if (table, link) in links or link in joined
        )

    def _bound_by(self, predicate: v.Predicate, joined: frozenset[str], verb: str) -> set[str]:
        match predicate:
            case Bind(table, column, value):
                return {table} if self._binds(table, column, value) else set()
            case Within(table, column, query):
                keyed = column in self.schema.keys(table) or column in self.schema.owners.get(table, ())
                if (keyed or self.schema.target(table, column)) and self.is_bound(query):
                    return {table}
            case Exists(table, query):
                inner = self.bound_tables(query.predicates, query.joined | {*query.entities}, "select")
                return {table} if table and inner else {*inner}
            case v.Any(arms):
                return self._bound_by_all(arms, joined, verb)
            case v.Both(arms):
                return set(self.bound_tables(arms, joined, verb))
            case _:
                pass
        return set()

    def _bound_by_all(self, arms: tuple[v.Predicate, ...], joined: frozenset[str], verb: str) -> set[str]:
        """Each arm of a disjunction must bind; on reads an arm of constants (`is_public`) is a decision."""
        result: set[str] | None = None
        for arm in arms:
            if verb == "select" and isinstance(arm, v.Other) and arm.fixed:
                continue
            bound = set(self.bound_tables((arm,), joined, verb))
            result = bound if result is None else result & bound
        return result or set()

    def is_bound(self, query: Query) -> bool:
        """Whether every row a statement touches is the principal's."""
        if query.waived or v.ADMIN in self.facts:
            return True
        joined = query.joined | ({*query.entities} if query.joined else frozenset())
        bound = self.bound_tables(query.predicates, joined, query.verb)
        return bool(bound & {*query.entities})

    def judge(self, query: Query) -> str:
        """The finding a statement would be, "" if none."""
        tables = [table for table in query.entities if table in self.schema.owned]
        if not tables:
            return self._judge_user(query)
        if self.is_bound(query):
            return ""
        return self._reason(query)

    def _judge_user(self, query: Query) -> str:
        """Rows of the user table: finding somebody by address is not a leak, taking them by key is."""
        user = self.schema.user
        if (
            user is None
            or user not in query.entities
            or query.joined
            or not self.signed_in
            or self.is_bound(query)
        ):
            return ""
        binds = [part for part in flatten(query.predicates) if isinstance(part, Bind) and part.table == user]
        by_key = [part for part in binds if part.column in self.schema.keys(user)]
        if any(origin(part.value) >= Origin.CREDENTIAL for part in by_key):
            return MISSING
        return MISSING if query.verb != "select" and not by_key else ""

    def _reason(self, query: Query) -> str:
        owners = [
            part
            for part in deep(query.predicates)
            if isinstance(part, Bind) and self._is_owner(part.table, part.column)
        ]
        if any(
            not self.is_identity(part.value) and origin(part.value) >= Origin.CREDENTIAL for part in owners
        ):
            return CLIENT
        if query.conditional or (any(isinstance(part, v.Any) for part in query.predicates) and owners):
            return CONDITIONAL
        return MISSING

    def _is_owner(self, table: str, column: str) -> bool:
        return column in self.schema.owners.get(table, ()) or (
            table == self.schema.user and column in self.schema.keys(table)
        )

    def proves(self, row: Row, *, owned: bool, depth: int = 4) -> Facts:
        """What follows when a row is known to be there (and, with `owned`, to be the principal's)."""
        atoms: set[Fact] = {("live", row.id)}
        if owned:
            atoms.add(("owned", row.id))
        if depth and (owned or (self.owns(row) and not row.fresh)):
            for column, key in row.keys:
                atoms |= self._key_facts(row, column, key, depth)
            if row.child is not None:
                atoms |= self.proves(row.child, owned=True, depth=depth - 1).atoms
        return Facts(frozenset(atoms))

    def _key_facts(self, row: Row, column: str, key: Value, depth: int) -> set[Fact]:
        schema = self.schema
        target = schema.target(row.table, column)
        opened = {row.table} if column in schema.keys(row.table) else set[str]()
        if target is not None and target in schema.grants.get(row.table, ()):
            opened.add(target)
        match key:
            case v.Scalar(_, symbol, _) if symbol and opened:
                return {("key", table, symbol) for table in opened}
            case v.Scalar(_, symbol, _) if (
                symbol and column in schema.owners.get(row.table, ()) and not row.proof
            ):
                return {("same", symbol)}
            case v.Field(child, _) if opened and child.id != row.id:
                return set(self.proves(child, owned=True, depth=depth - 1).atoms)
            case _:
                return set()


def flatten(predicates: Iterable[v.Predicate]) -> list[v.Predicate]:
    """The conjuncts, nested conjunctions opened."""
    result: list[v.Predicate] = []
    for predicate in predicates:
        if isinstance(predicate, v.Both):
            result += flatten(predicate.parts)
        else:
            result.append(predicate)
    return result


def deep(predicates: Iterable[v.Predicate]) -> list[v.Predicate]:
    """All conditions, disjunctions opened too."""
    result: list[v.Predicate] = []
    for predicate in predicates:
        if isinstance(predicate, v.Both | v.Any):
            result += deep(predicate.parts)
        else:
            result.append(predicate)
    return result
