"""Conditions of SQL text, as the engine has them."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlglot import exp

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.openness import opens
from specward.code.dataflow.evaluation.privileges import marks_administrator
from specward.code.dataflow.lattice import join_all, origin, rows
from specward.code.dataflow.owners.naming import names_open, names_opening
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.record import replace
from specward.code.dataflow.result import Site
from specward.code.dataflow.sql.text.placeholders import mixed
from specward.code.dataflow.sql.text.scopes import TIED, Found, Scope, Use
from specward.code.dataflow.values import Bind, Column, Const, Link, Origin, Other, Predicate, Scalar, Value

_WRAPPINGS = (exp.Paren, exp.Cast, exp.TryCast, exp.Lower, exp.Upper, exp.Trim, exp.Any)
_EQUAL = (exp.EQ, exp.NullSafeEQ)
_COMPARED = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NEQ, exp.Like, exp.ILike, exp.Between, exp.RegexpLike)
_COMPUTED = Scalar(Origin.CONSTANT)  # `now()`: nobody chose it


class Conditions:
    """Reads the conditions of one text, and the values in them."""

    def __init__(self, schema: Schema, values: Sequence[Value | None], site: Site) -> None:
        self.schema = schema
        self.values = values  # what each placeholder stands for
        self.site = site

    @abstractmethod
    def select(self, node: exp.Expr, outer: Scope, *, alone: bool) -> Found | None:
        """A SELECT within a statement: alone, or compared with what is around it."""

    @abstractmethod
    def common(self, node: exp.Expr, scope: Scope) -> None:
        """Note what WITH gives a name."""

    def predicate(self, node: exp.Expr, scope: Scope) -> Predicate:
        """One condition."""
        match node:
            case exp.Paren():
                return self.predicate(node.this, scope)
            case exp.And():
                return v.Both(tuple(self.predicate(side, scope) for side in node.flatten()))
            case exp.Or():
                return self._either(node, scope)
            case exp.Not():
                return self._not(node, scope)
            case exp.Exists():
                return self._exists(_bare(node.this), scope)
            case exp.In():
                return self._in(node, scope)
            case exp.Is():
                return self._is(node, scope)
            case _ if isinstance(node, _EQUAL):
                return self._with_join(self._equal(node.left, node.right, scope), (node,), scope)
            case exp.Column():
                return self._flag(node, True, scope)  # noqa: FBT003 -- a value of SQL
            case _:
                return self._other(node, scope)

    def _either(self, node: exp.Or, scope: Scope) -> Predicate:
        """Alternatives, without what only says that the principal has a privilege."""
        sides = [side for side in node.flatten() if not self._is_privilege(side)]
        arms = [self.predicate(side, scope) for side in sides]
        return arms[0] if len(arms) == 1 else v.Any(tuple(arms))

    def _is_privilege(self, node: exp.Expr) -> bool:
        """`:is_admin OR ...`."""
        if isinstance(node, exp.EQ) and isinstance(node.right, exp.Boolean):
            node = node.left
        value = self.value(node) if isinstance(node, exp.Placeholder | exp.Cast) else None
        named = isinstance(value, Scalar) and value.origin == Origin.IDENTITY
        return named and isinstance(value, Scalar) and marks_administrator(self.schema, value.symbol)

    def _not(self, node: exp.Not, scope: Scope) -> Predicate:
        inner = node.this.unnest()
        if isinstance(inner, exp.Column):
            return self._flag(inner, False, scope)  # noqa: FBT003 -- a value of SQL
        if isinstance(inner, exp.Is):
            return self._is(inner, scope, negated=True)
        return Other(self._tables(inner, scope))

    def _flag(self, node: exp.Expr, flag: bool, scope: Scope) -> Predicate:  # noqa: FBT001
        found = scope.find(node)
        if found is None:
            return Other(frozenset())
        use, column = found
        shown = flag and names_open(column.name)
        return _joined(Other(frozenset({column.table}), fixed=True, open=shown), (use,))

    def _is(self, node: exp.Is, scope: Scope, *, negated: bool = False) -> Predicate:
        found = scope.find(_bare(node.this))
        if found is None:
            return Other(frozenset())
        use, column = found
        tables = frozenset({column.table})
        if isinstance(node.expression, exp.Boolean):
            value = bool(node.expression.this) != (negated or bool(node.args.get("negate")))
            return self._flag(_bare(node.this), value, scope)
        if negated or node.args.get("negate"):
            return _joined(Other(tables, open=names_opening(column.name)), (use,))
        return Other(tables, fixed=True, open=opens(column.name, v.NONE), empty=column.name)

    def _in(self, node: exp.In, scope: Scope) -> Predicate:
        given = node.args.get("query") or node.args.get("field") or node.args.get("unnest")
        if given is None:
            given = exp.Tuple(expressions=node.expressions)
        return self._with_join(self._equal(node.this, given, scope), (node.this,), scope)

    def _equal(self, left: exp.Expr, right: exp.Expr, scope: Scope) -> Predicate:
        left, right = _bare(left), _bare(right)
        if isinstance(left, exp.Tuple) and isinstance(right, exp.Tuple):
            pairs = zip(left.expressions, right.expressions, strict=False)
            return v.Both(tuple(self._equal(*pair, scope) for pair in pairs))
        for one, other in ((left, right), (right, left)):
            if isinstance(one, exp.Query):
                return self._of_query(one, other, scope)
        here, there = scope.find(left), scope.find(right)
        if here is not None and there is not None:
            return Link(here[1], there[1])
        for found, other in ((here, right), (there, left)):
            if found is not None:
                return self._compared(found[1], self.value(other))
        return Other(frozenset())

    def _compared(self, column: Column, value: Value | None) -> Predicate:
        tables = frozenset({column.table})
        if value is None:
            return Other(tables)
        if origin(value) == Origin.CONSTANT and not rows(value):
            return Other(tables, fixed=True, open=opens(column.name, value))
        return Bind(column.table, column.name, value)

    def _of_query(self, query: exp.Query, other: exp.Expr, scope: Scope) -> Predicate:
        """`project_id IN (SELECT ...)`, `:me IN (SELECT ...)`."""
        column = scope.find(other)
        if column is None:
            return self._exists(query, scope, other)
        if isinstance(query, exp.SetOperation):
            return self._in_each(query, scope, lambda arm, inner: self._equal(arm, other, inner))
        found = self.select(query, scope, alone=True)
        if found is None:
            return Other(frozenset({column[1].table}))
        return v.Within(column[1].table, column[1].name, found.query)

    def _exists(self, node: exp.Expr, scope: Scope, equal: exp.Expr | None = None) -> Predicate:
        """A sub-query that finds something, or a value where one is compared with what it gives."""
        if isinstance(node, exp.SetOperation):
            return self._in_each(node, scope, lambda arm, inner: self._exists(_bare(arm), inner, equal))
        found = self.select(node, scope, alone=False)
        if found is None or equal is None:
            return v.Exists("", found.query) if found is not None else Other(frozenset())
        value = self.value(equal)
        column = next(iter(found.columns.values()), None)
        if value is None or column is None:
            return Other(frozenset())
        predicates = (*found.query.predicates, self._compared(column, value))
        return v.Exists("", replace(found.query, predicates=predicates))

    def _in_each(
        self, node: exp.SetOperation, scope: Scope, read: Callable[[exp.Expr, Scope], Predicate]
    ) -> Predicate:
        """A union in a condition: one of its arms, or both of an intersection."""
        inner = Scope(self.schema, scope)
        self.common(node, inner)
        arms = (read(node.this, inner), read(node.expression, inner))
        if isinstance(node, exp.Except):
            return arms[0]
        return v.Both(arms) if isinstance(node, exp.Intersect) else v.Any(arms)

    def _other(self, node: exp.Expr, scope: Scope) -> Predicate:
        """A comparison that binds nothing, though it may say that rows are everybody's to see."""
        if isinstance(node, exp.GT | exp.GTE) and isinstance(_bare(node.left), exp.Query):
            return self._exists(_bare(node.left), scope)  # `(SELECT count(*) ...) > 0`
        tables = self._tables(node, scope)
        if not isinstance(node, _COMPARED):
            return Other(tables)
        found, value = scope.find(_bare(node.this)), self.value(node.args.get("expression"))
        fixed = value is not None and origin(value) == Origin.CONSTANT and not isinstance(node, exp.NEQ)
        shown = found is not None and isinstance(node, exp.LT | exp.LTE) and opens(found[1].name, value)
        return self._with_join(Other(tables, fixed=fixed, open=shown), (node,), scope)

    def _tables(self, node: exp.Expr, scope: Scope) -> frozenset[str]:
        return frozenset(column.table for _, column in scope.mentioned(node))

    def _with_join(self, predicate: Predicate, nodes: Iterable[exp.Expr], scope: Scope) -> Predicate:
        """A comparison that no NULL meets: of a LEFT JOIN there is a row then, as its ON says."""
        sides = [_bare(side) for node in nodes for side in (node, *node.iter_expressions())]
        found = [scope.find(side) for side in sides]
        return _joined(predicate, [item[0] for item in found if item is not None])

    def value(self, node: exp.Expr | None) -> Value | None:
        """What an expression gives, if no column is in it."""
        node = _bare(node) if node is not None else None
        match node:
            case None:
                return None
            case exp.Placeholder() | exp.Parameter():
                return self._placed(node)
            case exp.Literal():
                return Const(str(node.this))
            case exp.Boolean():
                return Const(bool(node.this))
            case exp.Null():
                return v.NONE
            case exp.Tuple() | exp.Array():
                items = [self.value(item) for item in node.expressions]
                return v.Sequence(tuple(item for item in items if item is not None)) if all(items) else None
            case exp.Coalesce():
                options = [self.value(item) for item in (node.this, *node.expressions)]
                known = [item for item in options if item is not None]
                return join_all(known) if len(known) == len(options) else None
            case _:
                return self._computed(node)

    def _placed(self, node: exp.Expr) -> Value | None:
        name = node.name.removeprefix("_")
        return self.values[int(name)] if name.isdecimal() and int(name) < len(self.values) else None

    def _computed(self, node: exp.Expr) -> Value | None:
        if node.find(exp.Column, exp.Query) is not None:
            return None
        given = [self._placed(item) for item in node.find_all(exp.Placeholder)]
        if given:
            return mixed([v.UNKNOWN if item is None else item for item in given])
        told = "current_setting" in node.sql().lower()
        return Scalar(Origin.UNKNOWN, "current_setting") if told else _COMPUTED

    def tied(self, predicates: Iterable[Predicate], scope: Scope) -> tuple[Predicate, ...]:
        """The conditions, with what stands apart as sub-queries of what it is compared with."""
        found = [part for item in predicates for part in _opened(item)]
        apart = [use for use in scope.uses.values() if use.apart is not None]
        return tuple(_tied(found, [part for part in found if isinstance(part, Link)], apart))

    def query(
        self, verb: str, table: str, predicates: tuple[Predicate, ...], scope: Scope, column: str = ""
    ) -> v.Query:
        """A statement on one of several tables."""
        joined = frozenset({TIED}) if len(scope.uses) > 1 else frozenset[str]()
        entities = (table,) if table else ()
        return v.Query(verb, entities, _closed(predicates), joined, self.site, column=column, text=True)


def _closed(predicates: tuple[Predicate, ...]) -> tuple[Predicate, ...]:
    """What equals a column that equals a value equals it too: `g.user_id = w.user_id AND w.user_id = :me`."""
    found = dict.fromkeys(predicates)
    for link in [part for part in predicates if isinstance(part, Link)] * 2:
        for one, other in ((link.left, link.right), (link.right, link.left)):
            binds = [part for part in found if isinstance(part, Bind)]
            same = [part for part in binds if Column(part.table, part.column) == one]
            found |= dict.fromkeys(Bind(other.table, other.name, part.value) for part in same)
    return tuple(found)


def _bare(node: exp.Expr) -> exp.Expr:
    """An expression without what leaves open only how it is written."""
    while isinstance(node, _WRAPPINGS):
        node = node.this
    return node.this if isinstance(node, exp.Subquery) else node


def _joined(predicate: Predicate, uses: Iterable[Use]) -> Predicate:
    optional = [part for use in uses for part in use.optional]
    return v.Both((predicate, *optional)) if optional else predicate


def _opened(predicate: Predicate) -> list[Predicate]:
    if isinstance(predicate, v.Both):
        return [part for item in predicate.parts for part in _opened(item)]
    return [predicate]


def _tied(parts: list[Predicate], links: list[Link], apart: list[Use]) -> list[Predicate]:
    """Conditions with what follows from the joins; in each of several alternatives, too."""
    found: list[Predicate] = []
    for part in parts:
        if isinstance(part, v.Any):
            arms = [arm if isinstance(arm, Other) else _arm(arm, links, apart) for arm in part.parts]
            found.append(v.Any(tuple(arms)))
        else:
            found.append(part)
    for use in apart:
        for link in links:
            for column, other in ((link.left, link.right), (link.right, link.left)):
                if column.table == use.table and "@" not in other.table:
                    found += _among(use, column.name, other, parts)
    return found


def _arm(arm: Predicate, links: list[Link], apart: list[Use]) -> Predicate:
    return v.Both((*_tied(_opened(arm), links, apart), *links))


def _among(use: Use, name: str, other: Column, parts: Iterable[Predicate]) -> Iterator[Predicate]:
    """A column that equals one of what stands apart: it is among those of which the rest is said."""
    column = use.apart.column(name) if use.apart is not None else None
    if use.apart is None or column is None:
        return
    query = use.apart.query
    for part in parts:
        named = use.apart.column(part.column) if isinstance(part, Bind) and part.table == use.table else None
        if named is not None and isinstance(part, Bind):
            bound = Bind(named.table, named.name, part.value)
            query = replace(query, predicates=(*query.predicates, bound))
    yield v.Within(other.table, other.name, replace(query, column=column.name))
