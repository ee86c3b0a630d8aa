"""What is proved: which rows, keys and statements belong to the principal, given what holds on the path."""

from collections.abc import Collection, Iterable
from itertools import combinations

from specward.code.dataflow import values as v
from specward.code.dataflow.lattice import options, origin
from specward.code.dataflow.owners.consequences import Consequences
from specward.code.dataflow.owners.kinds import stands_for_user
from specward.code.dataflow.record import replace
from specward.code.dataflow.values import Bind, Exists, Link, Origin, Query, Within

MISSING, CONDITIONAL, CLIENT, FOREIGN, UNPROVABLE, ESCAPES, UNJUDGED, SHOWN, OUTRANKED, COLLEAGUE = (
    "SW601",
    "SW602",
    "SW603",
    "SW604",
    "SW605",
    "SW606",
    "SW607",
    "SW609",
    "SW611",
    "SW612",
)
ROWS = frozenset({MISSING, CONDITIONAL, CLIENT})  # rows of a table are reached
QUESTIONS = frozenset({UNJUDGED, SHOWN})  # what is asked or admitted, and told as no fault


CHANGE = "change"  # the verb of what is read in order to be changed


class Proof(Consequences):
    """Answers questions about statements too."""

    def bound_tables(
        self, predicates: Iterable[v.Predicate], joined: frozenset[str], verb: str
    ) -> frozenset[str]:
        """The tables whose rows in this statement are the principal's."""
        bound: set[str] = set()
        links: set[tuple[str, str]] = set()
        shared: set[tuple[str, str]] = set()
        conjuncts = flatten(predicates)
        chosen = [part for part in conjuncts if isinstance(part, Bind) and isinstance(part.value, v.Either)]
        for table in {part.table for part in chosen}:
            if self.is_one_of_pair(
                table, [(part.column, part.value) for part in chosen if part.table == table]
            ):
                bound.add(table)
        for predicate in conjuncts:
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

    def is_one_of_pair(self, table: str, pairs: Collection[tuple[str, v.Value]]) -> bool:
        """Whether two columns name two users in some order, and one of them is the principal."""
        named = [
            options(value)
            for column, value in pairs
            if isinstance(value, v.Either) and self.schema.target(table, column) == self.schema.user
        ]
        return any(
            {*one} == {*other} and any(map(self.is_principal, one)) for one, other in combinations(named, 2)
        )

    def _through_membership(self, link: v.Column, other: v.Column) -> set[tuple[str, str]]:
        """What a row that only links reaches through a parent: `Member.team_id == Document.team_id`."""
        schema = self.schema
        parent = schema.target(link.table, link.name)
        if parent is None or schema.target(other.table, other.name) != parent:
            return set()
        if parent == schema.user and stands_for_user(schema, other.table):
            return {(link.table, other.table)}  # what is kept of whom a row names that may be read
        links = parent in schema.grants.get(link.table, ()) or not schema.owners.get(link.table)
        return {(link.table, other.table)} if links else set()

    def _reaches(
        self, table: str, bound: frozenset[str], joined: frozenset[str], links: set[tuple[str, str]]
    ) -> bool:
        for parent in self.schema.parents(table).values():
            if parent in bound and ((table, parent) in links or parent in joined):
                return True
        return any(
            (table in self.schema.parents(link).values())
            and (
                (table, link) in links
                or table in self.schema.grants.get(link, ())
                or not self.schema.owners.get(link)
            )
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
            case v.Other(tables, _, True) if verb == "select":
                return {*tables}  # to see, as everybody may
            case v.Other(tables, empty=column) if column and verb in {"select", CHANGE}:
                return {table for table in tables if self._is_owner(table, column)}  # they are nobody's
            case v.Any(arms):
                return self._bound_by_all(arms, joined, verb)
            case v.Both(arms):
                return set(self.bound_tables(arms, joined, verb))
            case _:
                pass
        return set()

    def _bound_by_all(self, arms: tuple[v.Predicate, ...], joined: frozenset[str], verb: str) -> set[str]:
        """Each arm of a disjunction must bind; on reads an arm of constants (`is_public`) is a decision.

        Who reads a row with a condition to change it then may do so where it is nobody's, not where it is
        everybody's to see.
        """
        result: set[str] | None = None
        for arm in arms:
            if arm == v.NEVER or _is_decided(arm, verb):
                continue
            bound = set(self.bound_tables((arm,), joined, verb))
            result = bound if result is None else result & bound
        return result or set()

    def is_bound(self, query: Query) -> bool:
        """Whether every row a statement touches is the principal's."""
        if query.waived or v.NEVER in query.predicates or not self.facts.isdisjoint({v.ADMIN, v.SCOPED}):
            return True
        joined = query.joined | ({*query.entities} if query.joined else frozenset())
        bound = self.bound_tables(query.predicates, joined, query.verb)
        return bool(bound & {*query.entities})

    def only_shows(self, query: Query) -> bool:
        """Whether some of the rows that a statement reads are only everybody's to see."""
        return self.is_bound(query) and not self.is_bound(replace(query, verb=CHANGE))

    def judge(self, query: Query) -> str:
        """The finding a statement would be, "" if none."""
        tables = [table for table in query.entities if table in self.schema.owned]
        if not tables:
            return self._judge_user(query)
        if self.is_bound(query) or any(map(self.looks_after, tables)):
            return ""
        if self.in_each_way(lambda way: way.is_bound(query)):
            return ""
        code = self._reason(query)
        return UNPROVABLE if query.text and code != CLIENT else code

    def _judge_user(self, query: Query) -> str:
        """Rows of the user table: finding somebody by address is not a leak, taking them by key is.

        Nor is it to list everybody, unless there are several organisations, or administrators do it. Who the
        members of something are is for those to know who are in it.
        """
        user = self.schema.user
        if user is None or user not in query.entities or self.is_bound(query):
            return ""
        if query.joined:
            return MISSING if self.signed_in and self._lists_members(query) else ""
        looked_through = query.verb == "select" and not _compares(query)
        if looked_through and self.schema.runs_users and not query.predicates:
            return MISSING
        if not self.signed_in:
            return ""
        if looked_through and self.schema.is_tenanted:
            return MISSING
        binds = [part for part in flatten(query.predicates) if isinstance(part, Bind) and part.table == user]
        by_key = [part for part in binds if part.column in self.schema.keys(user)]
        if any(origin(part.value) >= Origin.CREDENTIAL for part in by_key):
            return MISSING
        return MISSING if query.verb != "select" and not by_key else ""

    def _lists_members(self, query: Query) -> bool:
        """Whether users are found by what they are members of, which the client chose."""
        binds = [part for part in flatten(query.predicates) if isinstance(part, Bind)]
        return any(
            self.schema.target(part.table, part.column) in self.schema.grants.get(part.table, ())
            and origin(part.value) >= Origin.CREDENTIAL
            for part in binds
        )

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
        either = any(isinstance(part, v.Any) for part in query.predicates)
        if self._binds_sometimes(query) or (either and owners):
            return CONDITIONAL
        return MISSING

    def _binds_sometimes(self, query: Query) -> bool:
        """Whether a condition that some paths leave out would keep the statement to the principal's rows."""
        filters = {
            part
            for part in query.lost
            if isinstance(part, Bind) and self._is_capability(part.table, part.column, part.value)
        }  # `?postal_code=`
        return any(
            self.bound_tables((part,), query.joined, query.verb) & {*query.entities}
            for part in query.lost
            if part not in filters
        )

    def _is_owner(self, table: str, column: str) -> bool:
        return column in self.schema.owners.get(table, ()) or (
            table == self.schema.user and column in self.schema.keys(table)
        )


def _is_decided(arm: v.Predicate, verb: str) -> bool:
    """Whether constants decide which rows of others may be read, or read in order to be changed."""
    return isinstance(arm, v.Other) and arm.fixed and (verb == "select" or (verb == CHANGE and not arm.open))


def _compares(query: Query) -> bool:
    """Whether a statement compares any column with a value that is not written there."""
    return any(not isinstance(part, v.Other) or not part.fixed for part in deep(query.predicates))


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
