"""What names mean in one SELECT, UPDATE or DELETE: its tables, each under its own name, and their columns."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from sqlglot import exp

from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.result import Site
from specward.code.dataflow.sql.text.signs import tables_by_name
from specward.code.dataflow.values import Column, Predicate, Query

TIED = "@tied"  # stands among joined tables: what belongs together is said by conditions, and by them alone


class Found(NamedTuple):
    """A SELECT that was read: its main table, and statements on others of which it gives rows."""

    query: Query
    columns: Mapping[str, Column]  # what it gives, by name
    whole: str = ""  # the table that it gives as it is: `SELECT *`
    others: tuple[Query, ...] = ()
    arms: tuple[Query, ...] = ()  # what a union adds of other tables
    tables: frozenset[str] = frozenset()  # all that it names
    granted: tuple[tuple[str, Predicate], ...] = ()  # columns that need not be there: what holds if they are

    def column(self, name: str) -> Column | None:
        """What one of its columns is."""
        return self.columns.get(name) or (Column(self.whole, name) if self.whole else None)


class Use:
    """A table, or a sub-query in place of one, as one statement uses it.

    A second use of a table goes by a name that no schema knows, so that nothing said of one is believed of
    the other. What it reads stands apart, for what is compared with it.
    """

    __slots__ = ("_columns", "apart", "inner", "optional", "table")

    def __init__(
        self,
        table: str,
        columns: Collection[str] = (),
        *,
        inner: Found | None = None,
        apart: Found | None = None,
    ) -> None:
        self.table = table
        self.inner = inner  # the sub-query that is read as a part of this statement
        self.apart = apart
        self.optional: tuple[Predicate, ...] = ()  # what its rows meet where there are any: of a LEFT JOIN
        self._columns = columns

    @property
    def names(self) -> Collection[str]:
        """The columns that it is known to have."""
        return self.inner.columns if self.inner is not None else self._columns

    def has(self, name: str) -> bool:
        """Whether it is known to have a column."""
        return name in self._columns or (self.inner is not None and name in self.inner.columns)

    def column(self, name: str) -> Column | None:
        """A column of it."""
        known = name if self.has(name) else name.lower()
        if self.inner is not None:
            return self.inner.column(known)
        return Column(self.table, known) if self.table else None


class Scope:
    """The tables that one statement uses, within what the statement around it does."""

    def __init__(self, schema: Schema, outer: "Scope | None" = None, *, alone: bool = False) -> None:
        self.schema = schema
        self.outer = outer
        self.uses: dict[str, Use] = {}
        self.results: dict[str, Found | None] = dict(outer.results) if outer is not None else {}  # of WITH
        self.known: Mapping[str, str] = outer.known if outer is not None else tables_by_name(schema)
        self.taken: set[str] = set() if outer is None or alone else {*outer.taken}

    def add(self, name: str, alias: str) -> Use:
        """Note that a table is used, or what WITH gave a name."""
        if name.lower() in self.results:
            return self.add_result(self.results[name.lower()], alias)
        table = self.known.get(name.lower(), "")
        columns = self.schema.tables[table].columns if table else ()
        if table in self.taken:
            query = Query("select", (table,), (), frozenset(), Site("", 0, 0))
            use = Use(f"{table}@{alias}", columns, apart=Found(query, {}, table))
        else:
            use = Use(table, columns)
        return self._put(use, alias, {table} if table else set())

    def add_result(self, found: Found | None, alias: str) -> Use:
        """Note that a sub-query is read from: a part of the statement, unless both use one table."""
        if found is None:
            return self._put(Use(""), alias, set())
        if self.taken.isdisjoint(found.tables):
            return self._put(Use(next(iter(found.query.entities), ""), inner=found), alias, found.tables)
        return self._put(Use(f"@{alias}", found.columns, apart=found), alias, set())

    def _put(self, use: Use, alias: str, tables: Collection[str]) -> Use:
        self.uses[alias.lower()] = use
        self.taken |= {*tables}
        return use

    @property
    def tables(self) -> frozenset[str]:
        """The tables that it uses, as far as the schema knows them."""
        inner = (use.inner.tables for use in self.uses.values() if use.inner is not None)
        own = {use.table for use in self.uses.values() if use.table in self.schema.tables}
        return frozenset(own).union(*inner)

    def find(self, node: exp.Expr) -> tuple[Use, Column] | None:
        """What a column's name means."""
        if not isinstance(node, exp.Column) or isinstance(node.this, exp.Star):
            return None
        use = self.named(node.table.lower(), node.name)
        column = use.column(node.name) if use is not None else None
        return (use, column) if use is not None and column is not None else None

    def named(self, alias: str, name: str) -> Use | None:
        """Whose column is meant."""
        if alias:
            return self.uses.get(alias) or self._beyond(alias, name)
        having = [use for use in self.uses.values() if use.has(name) or use.has(name.lower())]
        if having:
            return having[0]
        beyond = self._beyond(alias, name)
        if beyond is not None and (beyond.has(name) or not self.uses):
            return beyond
        return next(iter(self.uses.values())) if len(self.uses) == 1 else None

    def _beyond(self, alias: str, name: str) -> Use | None:
        """What the statement around this one uses, unless this one uses the same table for itself."""
        use = self.outer.named(alias, name) if self.outer is not None else None
        return use if use is not None and use.table not in self.tables else None

    def mentioned(self, node: exp.Expr) -> Iterator[tuple[Use, Column]]:
        """The columns in an expression, its sub-queries left out."""
        for item in node.walk(prune=lambda inner: isinstance(inner, exp.Query)):
            found = self.find(item)
            if found is not None:
                yield found
