"""Tables by name and by model, and what their columns refer to."""

from typing import TYPE_CHECKING

from specward.code.dataflow.owners.naming import PUBLIC, stem
from specward.code.dataflow.owners.tables import Table, read_tables
from specward.code.dataflow.sources.program import Program

if TYPE_CHECKING:
    from specward.code.dataflow.values import Definition


class Links:
    """The tables of a program, each by whatever name it goes, with the ways from one to another."""

    def __init__(self, program: Program) -> None:
        self.tables: dict[str, Table] = {}
        self.by_model: dict[Definition, str] = {}
        for table in read_tables(program):
            known = self.tables.get(table.name)
            self.tables[table.name] = table if known is None else _merged(known, table)
            if table.model is not None:
                self.by_model[table.model] = table.name
        self._by_stem: dict[str, str] = {}
        for name, table in self.tables.items():
            if table.model is not None:
                self._by_stem.setdefault(stem(table.model.name), name)
        for name in self.tables:
            self._by_stem[stem(name)] = name
        self._by_letters = {_letters(name): name for name in self.tables}
        columns = (column for table in self.tables.values() for column in table.columns.values())
        parted = (column.reference.rpartition(".") for column in columns)
        self._pointed_to = {(self.named(name), column) for name, _, column in parted}

    def target(self, table: str, column: str) -> str | None:
        """The table a foreign key points to; without one, the table it is named after (`agent_id`)."""
        fact = self.tables[table].columns.get(column) if table in self.tables else None
        if fact is None:
            return None
        if fact.reference:
            return self.named(fact.reference.split(".")[0])
        named = (
            self.named(column.removesuffix("_id")) if column.endswith("_id") and not fact.primary else None
        )
        return named if named != table else None

    def names_one(self, table: str, column: str) -> bool:
        """Whether a value of a column names one row: a key, a unique column, a public identifier."""
        fact = self.tables[table].columns.get(column) if table in self.tables else None
        return (fact is not None and fact.unique) or bool(PUBLIC.search(column))

    def leads(self, table: str, column: str) -> str | None:
        """The table whose rows a column names: its own for its key (or no column), else its target."""
        return table if not column or self.keys(table) == (column,) else self.target(table, column)

    def related(self, table: str, attribute: str) -> str | None:
        """The table a relationship attribute leads to, looked up from the model's module."""
        name = self.tables[table].relations.get(attribute) if table in self.tables else None
        if name is None:
            return None
        return self.named(name)

    def is_through(self, table: str, attribute: str) -> bool:
        """Whether a relationship leads through a table of links, whatever columns say of the same target."""
        return table in self.tables and attribute in self.tables[table].through

    def keys(self, table: str) -> tuple[str, ...]:
        """The primary key of a table."""
        return self.tables[table].keys if table in self.tables else ("id",)

    def is_key(self, table: str, column: str) -> bool:
        """Whether a column is what others name a row of the table by: its key, or what foreign keys hold."""
        return column in self.keys(table) or (table, column) in self._pointed_to

    def parents(self, table: str) -> dict[str, str]:
        """Foreign-key columns of a table with the tables they point to."""
        found = {}
        for column in self.tables[table].columns if table in self.tables else ():
            target = self.target(table, column)
            if target is not None:
                found[column] = target
        return found

    def named(self, name: str) -> str | None:
        """The table that is meant by a name of its own, its model's, or one that a class makes of it."""
        if not name:
            return None
        if name in self.tables:
            return name
        return self._by_stem.get(stem(name)) or self._by_letters.get(_letters(name))


def _letters(name: str) -> str:
    """What is left of a name where a class computes it from its own: `ProjectLinkORM` as `projectlink`."""
    return stem(name).replace("_", "").removesuffix("orm").removesuffix("model").removesuffix("table")


def _merged(known: Table, other: Table) -> Table:
    """Two declarations of one table: what either says, and of a column the one that refers to a table."""
    columns = {**other.columns, **known.columns}
    referring = {
        name: fact for name, fact in other.columns.items() if fact.reference and not columns[name].reference
    }
    return known._replace(
        columns={**columns, **referring},
        relations={**other.relations, **known.relations},
        through=other.through | known.through,
    )
