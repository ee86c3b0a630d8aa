"""The statements of a text: what each of them reads, writes and is kept to."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlglot import exp

from specward.code.dataflow import values as v
from specward.code.dataflow.lattice import origin
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.record import replace
from specward.code.dataflow.sql.text.parsing import parsed
from specward.code.dataflow.sql.text.placeholders import marked, mixed, stood_for
from specward.code.dataflow.sql.text.scopes import Found, Scope
from specward.code.dataflow.sql.text.selects import Selects
from specward.code.dataflow.values import Column, Origin, Predicate, Query, Text, Value

_MOST_ROWS = 20


class Statement(NamedTuple):
    """One statement: what it is about, and what it writes of the rows that it reads besides."""

    queries: tuple[Query, ...]
    copied: tuple[tuple[str, Found, Column], ...] = ()
    granted: tuple[tuple[str, Predicate], ...] = ()  # columns that need not be there: what holds if they are
    conflict: tuple[str, ...] | None = None  # ON CONFLICT (...) DO UPDATE: the key of the row that is changed


def read(schema: Schema, text: Text, parameters: Value | None) -> list[Statement] | None:
    """What a text says; None where that is not known.

    Args:
        schema: The tables of the project.
        text: The text, with what was formatted into it.
        parameters: What is passed with it.
    """
    form = marked(text.sql)
    pieces = [text.parts[part] for part in form.pieces if part < len(text.parts)]
    trees = parsed(form.sql)
    if trees is None or any(origin(piece) >= Origin.CREDENTIAL for piece in pieces):
        return None
    reader = _Reader(schema, stood_for(text, parameters), text.site)
    try:
        return [statement for tree in trees for statement in reader.statements(tree)]
    except (_UnknownError, RecursionError):
        return None


class _UnknownError(Exception):
    """A statement of which nothing is known."""


class _Reader(Selects):
    """Reads whole statements."""

    def statements(self, tree: exp.Expr) -> Iterator[Statement]:
        """A statement, and those in its WITH that change something."""
        scope = Scope(self.schema)
        self.common(tree, scope)
        common = tree.args.get("with_")
        for item in common.expressions if isinstance(common, exp.With) else ():
            if isinstance(item.this, exp.Insert | exp.Update | exp.Delete):
                yield from self._statement(item.this, Scope(self.schema, scope))
        yield from self._statement(tree, scope)

    def _statement(self, tree: exp.Expr, scope: Scope) -> Iterator[Statement]:
        match tree:
            case exp.Insert():
                yield from self._insert(tree, scope)
            case exp.Update():
                query = self._change("update", tree, scope)
                yield self._writing(query, self._assigned(tree), scope)
            case exp.Delete():
                yield Statement((self._change("delete", tree, scope),))
            case _:
                found = self.select(tree, scope, alone=True)
                if found is None:
                    raise _UnknownError
                yield Statement((found.query, *found.others, *found.arms), granted=found.granted)

    def _change(self, verb: str, tree: exp.Expr, scope: Scope) -> Query:
        if not isinstance(tree.this, exp.Table):
            raise _UnknownError
        predicates = self.sources(tree, scope)
        named = [item.alias_or_name.lower() for item in tree.args.get("tables") or (tree.this,)]
        use = scope.uses.get(named[0]) or next(iter(scope.uses.values()))
        return self.query(verb, use.table, predicates, scope)

    def _assigned(self, tree: exp.Update) -> Iterator[tuple[str, exp.Expr]]:
        for item in tree.expressions:
            if not isinstance(item, exp.EQ):
                continue
            if isinstance(item.left, exp.Tuple) and isinstance(item.right, exp.Tuple):
                pairs = list(zip(item.left.expressions, item.right.expressions, strict=False))
            else:
                pairs = [(item.left, item.right)]
            yield from ((_name(one), other) for one, other in pairs)

    def _writing(
        self, query: Query, pairs: Iterable[tuple[str, exp.Expr]], scope: Scope, source: Found | None = None
    ) -> Statement:
        """A statement that writes values, and columns of what it selects: of all, or for each of them."""
        written: list[tuple[str, Value]] = []
        copied: list[tuple[str, Found, Column]] = []
        for name, node in pairs:
            cell = node.unalias()
            if isinstance(cell, exp.Subquery):
                inner = self.select(cell, scope, alone=True)
                column = next(iter(inner.columns.values()), None) if inner is not None else None
            else:
                inner = source
                column = inner.columns.get(node.alias_or_name) if inner is not None else None
            if inner is not None and column is not None and isinstance(cell, exp.Column | exp.Subquery):
                copied.append((name, inner, column))
            else:
                written.append((name, self._written(cell)))
        return Statement((replace(query, values=tuple(written)),), tuple(copied))

    def _written(self, node: exp.Expr) -> Value:
        """What a column is set to; what is computed from columns is as much the client's as what is added."""
        value = self.value(node)
        if value is not None:
            return value
        placed = [self.value(item) for item in node.find_all(exp.Placeholder)]
        return mixed([item for item in placed if item is not None]) if placed else v.UNKNOWN

    def _insert(self, tree: exp.Insert, scope: Scope) -> Iterator[Statement]:
        target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        if not isinstance(target, exp.Table):
            raise _UnknownError
        use = scope.add(target.name, target.alias_or_name)
        named = tree.this.expressions if isinstance(tree.this, exp.Schema) else ()
        columns = [_name(item) for item in named] or [*use.names]
        query = self.query("insert", use.table, (), Scope(self.schema))
        conflict = _conflict(tree)
        inner = Scope(self.schema, scope, alone=True)
        for cells, source in self._rows(tree.expression, inner):
            pairs = zip(columns, cells, strict=False)
            yield self._writing(query, pairs, inner, source)._replace(conflict=conflict)

    def _rows(self, node: exp.Expr | None, scope: Scope) -> Iterator[tuple[Sequence[exp.Expr], Found | None]]:
        """What an INSERT puts into its columns: row after row, or what it selects."""
        if isinstance(node, exp.Values):
            for row in node.expressions[:_MOST_ROWS]:
                yield (row.expressions if isinstance(row, exp.Tuple) else (row,)), None
        else:
            inner = node.unnest() if node is not None else None
            source = self.select(node, scope, alone=True) if node is not None else None
            yield (inner.selects if isinstance(inner, exp.Query) else ()), source


def _name(node: exp.Expr) -> str:
    """A column's name, as the schema would have it."""
    quoted = node.this if isinstance(node, exp.Column) else node
    return node.name if quoted.args.get("quoted") else node.name.lower()


def _conflict(tree: exp.Insert) -> tuple[str, ...] | None:
    """The columns of `ON CONFLICT (...) DO UPDATE`, unless it asks whose the row is."""
    given = tree.args.get("conflict")
    if not isinstance(given, exp.OnConflict) or given.args.get("where") or not given.expressions:
        return None
    keys = (key for item in given.args.get("conflict_keys") or () for key in item.find_all(exp.Column))
    return tuple(_name(key) for key in keys)
