"""SELECT, with its joins, sub-queries, common tables and unions."""

from collections.abc import Iterator

from sqlglot import exp

from specward.code.dataflow import values as v
from specward.code.dataflow.record import replace
from specward.code.dataflow.sql.text.conditions import Conditions
from specward.code.dataflow.sql.text.grants import granting
from specward.code.dataflow.sql.text.scopes import Found, Scope, Use
from specward.code.dataflow.values import Column, Link, Predicate

_MANY = 5  # rows that a figure is made of, to say nothing of any


class Selects(Conditions):
    """Reads the statements within one text that give rows."""

    def select(self, node: exp.Expr, outer: Scope, *, alone: bool) -> Found | None:
        """A SELECT, a union of some, or one in parentheses; None where it is something else."""
        scope = Scope(self.schema, outer, alone=alone)
        self.common(node, scope)
        match node:
            case exp.Subquery():
                return self.select(node.this, scope, alone=alone)
            case exp.SetOperation():
                return self._united(node, scope, alone=alone)
            case exp.Select():
                return self._one(node, scope)
            case _:
                return None

    def common(self, node: exp.Expr, scope: Scope) -> None:
        """What WITH gives a name; of a recursive one, what it begins with."""
        given = node.args.get("with_")
        for item in given.expressions if isinstance(given, exp.With) else ():
            inner = item.this
            if isinstance(inner, exp.SetOperation) and _refers(inner.expression, item.alias):
                inner = inner.this
            scope.results[item.alias.lower()] = _renamed(self.select(inner, scope, alone=True), item)

    def _united(self, node: exp.SetOperation, scope: Scope, *, alone: bool) -> Found | None:
        left, right = (self.select(arm, scope, alone=alone) for arm in (node.this, node.expression))
        if left is None or right is None:
            return None
        if isinstance(node, exp.Except):
            return left
        tables, arms = left.tables | right.tables, left.arms + right.arms
        if left.query.entities != right.query.entities:
            arms = (right.query, *right.others, *arms)
            return Found(left.query, {}, others=left.others, arms=arms, tables=tables)
        whole = v.Both if isinstance(node, exp.Intersect) else v.Any
        both = whole(tuple(v.Both(item.query.predicates) for item in (left, right)))
        joined = left.query.joined | right.query.joined
        query = replace(left.query, predicates=(both,), joined=joined)
        return Found(query, left.columns, left.whole, left.others + right.others, arms, tables)

    def _one(self, node: exp.Select, scope: Scope) -> Found | None:
        asked = _only_question(node)
        if asked is not None:
            return self.select(asked, scope, alone=False)
        predicates = self.sources(node, scope)
        given = [(item, self._uses_of(item, scope)) for item in node.expressions]
        first = next(iter(scope.uses.values()), None)
        tables = [*dict.fromkeys(use.table for _, uses in given for use in uses if use.table in self._owned)]
        main = first.table if first is not None else ""
        if tables and main not in tables:
            main = tables[0]
        column = node.expressions[0].name if len(node.expressions) == 1 and _is_plain(node) else ""
        optional = {use.table: use.optional for use in scope.uses.values()}
        query = self.query("select", main, (*predicates, *optional.get(main, ())), scope, column)
        others = tuple(
            self.query("select", table, (*predicates, *optional.get(table, ())), scope)
            for table in tables
            if table != main
        )
        if _is_of_many(node):
            query, others = replace(query, waived=True), ()
        inner = [use.inner or use.apart for use in scope.uses.values()]
        return Found(
            query,
            self._columns(node, scope),
            self._whole(node, scope),
            others,
            tuple(arm for found in inner if found is not None for arm in found.arms),
            scope.tables,
            granting(node, scope, self.predicate),
        )

    @property
    def _owned(self) -> frozenset[str]:
        return self.schema.owned

    def sources(self, node: exp.Expr, scope: Scope) -> tuple[Predicate, ...]:
        """Note the tables of a statement; give its conditions."""
        found = [*_sources(node)]
        given = _aliases(node)
        for item, _ in sorted(found, key=lambda pair: pair[0].alias_or_name.lower() not in given):
            self._add(item, scope)
        scope.uses = {name: scope.uses[name] for name in _names(found) if name in scope.uses}
        predicates: list[Predicate] = []
        for item, join in found:
            use = scope.uses.get(item.alias_or_name.lower())
            conditions = [*(use.inner.query.predicates if use is not None and use.inner is not None else ())]
            conditions += self._on(use, join, scope) if use is not None and join is not None else []
            side = join.side if join is not None else ""
            if use is not None and side in {"LEFT", "FULL"}:
                use.optional = self.tied(conditions, scope)
            elif side in {"RIGHT", "FULL"}:
                predicates = []  # whatever stands before it need not be there
            else:
                predicates += conditions
        where = node.args.get("where")
        if isinstance(where, exp.Where):
            predicates.append(self.predicate(where.this, scope))
        return self.tied(predicates, scope)

    def _add(self, item: exp.Expr, scope: Scope) -> None:
        alias = item.alias_or_name
        if isinstance(item, exp.Table) and isinstance(item.this, exp.Identifier):
            scope.add(item.name, alias)
        elif isinstance(item, exp.Lateral):
            scope.add_result(self.select(item.this, scope, alone=False), alias)
        else:
            scope.add_result(self.select(item, scope, alone=True), alias)

    def _on(self, use: Use, join: exp.Join, scope: Scope) -> list[Predicate]:
        on = join.args.get("on")
        if on is not None:
            return [self.predicate(on, scope)]
        before = [*scope.uses.values()]
        before = before[: before.index(use)]
        names = [item.name for item in join.args.get("using") or ()]
        if join.method == "NATURAL":
            names = [name for name in use.names if any(other.has(name) for other in before)]
        pairs = [(next((o.column(n) for o in before if o.has(n)), None), use.column(n)) for n in names]
        return [Link(left, right) for left, right in pairs if left is not None and right is not None]

    def _uses_of(self, item: exp.Expr, scope: Scope) -> list[Use]:
        """The tables of which a SELECT gives something; how many there are is not theirs."""
        inner = item.unalias()
        if isinstance(inner, exp.Star):
            return [*scope.uses.values()]
        if isinstance(inner, exp.Column) and isinstance(inner.this, exp.Star):
            named = scope.uses.get(inner.table.lower())
            return [named] if named is not None else []
        if isinstance(inner, exp.Count):
            return []
        return [use for use, _ in scope.mentioned(inner) if use in scope.uses.values()]

    def _columns(self, node: exp.Select, scope: Scope) -> dict[str, Column]:
        found: dict[str, Column] = {}
        for item in node.expressions:
            column = scope.find(item.unalias())
            if column is not None:
                found[item.alias_or_name] = column[1]
        return found

    def _whole(self, node: exp.Select, scope: Scope) -> str:
        """The one table that `SELECT *` gives as it is."""
        stars = [item for item in node.expressions if item.is_star]
        uses = self._uses_of(stars[0], scope) if len(stars) == 1 else []
        use = uses[0] if len(uses) == 1 else None
        return use.table if use is not None and use.table in self.schema.tables else ""


def _only_question(node: exp.Select) -> exp.Expr | None:
    """`SELECT EXISTS (SELECT ...)`: it gives what the inner one would find."""
    items = node.expressions
    asked = items[0].unalias() if len(items) == 1 and node.args.get("from_") is None else None
    if isinstance(asked, exp.Exists):
        return asked.this if isinstance(asked.this, exp.Expr) else None
    return asked if isinstance(asked, exp.Subquery) else None


def _renamed(found: Found | None, item: exp.CTE) -> Found | None:
    """`WITH mine (project_id) AS (...)`."""
    names = [name.name.lower() for name in item.args["alias"].columns]
    if found is None or not names:
        return found
    if len(names) != len(found.columns):
        return None
    return found._replace(columns=dict(zip(names, found.columns.values(), strict=True)), whole="")


def _is_of_many(node: exp.Select) -> bool:
    """`HAVING count(DISTINCT s.id) >= 10`: figures of which none is of one or a few."""
    having = node.args.get("having")
    asked = having.this if isinstance(having, exp.Having) else None
    if not isinstance(asked, exp.GT | exp.GTE) or not isinstance(asked.right, exp.Literal):
        return False
    enough = asked.right.is_int and int(asked.right.name) >= _MANY
    return isinstance(asked.left, exp.Count) and enough


def _is_plain(node: exp.Select) -> bool:
    return isinstance(node.expressions[0], exp.Column) and not node.expressions[0].is_star


def _refers(node: exp.Expr, name: str) -> bool:
    return any(table.name == name for table in node.find_all(exp.Table))


def _names(found: list[tuple[exp.Expr, exp.Join | None]]) -> list[str]:
    return [item.alias_or_name.lower() for item, _ in found]


def _aliases(node: exp.Expr) -> set[str]:
    """What a SELECT gives columns of, and what is changed: the use that a table stands for."""
    if not isinstance(node, exp.Select):
        return {node.this.alias_or_name.lower()}
    columns = (column for item in node.expressions for column in item.find_all(exp.Column))
    return {column.table.lower() for column in columns}


def _sources(node: exp.Expr) -> Iterator[tuple[exp.Expr, exp.Join | None]]:
    """What a statement reads from, each with the join that brings it in."""
    source = node.args.get("from_")
    tables = [node.this] if isinstance(node, exp.Update | exp.Delete) else []
    tables += [source.this] if isinstance(source, exp.From) else []
    for table in [*tables, *(node.args.get("using") or ())]:
        yield from _with_joins(table, None)
    for join in node.args.get("joins") or ():
        yield from _with_joins(join.this, join)


def _with_joins(item: exp.Expr, join: exp.Join | None) -> Iterator[tuple[exp.Expr, exp.Join | None]]:
    if isinstance(item, exp.Paren) or (isinstance(item, exp.Subquery) and isinstance(item.this, exp.Table)):
        yield from _with_joins(item.this, join)
    else:
        yield item, join
    for inner in item.args.get("joins") or ():
        yield from _with_joins(inner.this, inner)
