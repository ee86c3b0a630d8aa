"""What a data model states, as facts in the catalogue's words, read without a server.

These are the facts that both a document and a program can state beyond doubt: tables, columns with their
type, null or not, whether something fills them, keys, unique values, references, plain indexes. The rest
takes PostgreSQL to read: checks, values of defaults, predicates, expressions, enums, all around the tables.
"""

from collections.abc import Iterator
from typing import NamedTuple

from specward.database.facts import Fact
from specward.database.isolation.model import ForeignKey
from specward.patterns import pattern
from specward.schema import wording
from specward.schema.approved import Approved
from specward.schema.clauses import PRIMARY, REFERENCE, UNIQUE, Clause, bare, read_actions, read_clauses
from specward.schema.edits import CREATE, DROP, PART, UNTOLD, Edit, read_edits
from specward.schema.model import Column, DataModel, Statement, Table

_IN_QUOTES = pattern(r"'[^']*'")
_ACTION = pattern(r"\bset (?:default|null)\b")
_UNIQUE = pattern(r"\bunique\b(?! nulls)")
_DEFAULT = pattern(r"\bdefault(?! null\b)")
_REFERENCE = pattern(r"(?i)\breferences\s+(?P<target>[\w.\"]+)\s*(?:\((?P<column>[^)]*)\))?(?P<rest>.*)")
_UNREADABLE = pattern(r"(?i)do\b")  # a program, which may do anything to any table


class Stated(NamedTuple):
    """A data model's facts."""

    approved: Approved
    open: frozenset[str]  # the tables that SQL makes or changes in a way that is not read here
    references: tuple[ForeignKey, ...]


def read_stated(model: DataModel) -> Stated:
    """Read the facts of a data model that has no problems."""
    return _Reading(model).stated()


def statements_on(model: DataModel) -> Iterator[tuple[Statement, Edit]]:
    """Give the edits of a data model's own SQL, each with its statement."""
    for statement in model.statements:
        for edit in read_edits("data-model.sql", statement.text):
            if edit.kind != UNTOLD:
                yield statement, edit


class _Reading:
    """One data model, gathered table by table."""

    def __init__(self, model: DataModel) -> None:
        self._model = model
        self._origins: dict[Fact, Statement] = {}
        self._references: list[ForeignKey] = []
        self._open: set[str] = set()
        self._clauses: dict[str, list[tuple[Clause, Statement]]] = {}
        self._keys: dict[str, tuple[str, ...]] = {}

    def stated(self) -> Stated:
        for statement, edit in statements_on(self._model):
            self._read_edit(statement, edit)
        if any(_UNREADABLE.match(statement.text) for statement in self._model.statements):
            self._open.update(table.name for table in self._model.tables)
        for table in self._model.tables:
            self._keys[table.name] = self._key(table)
        for table in self._model.tables:
            self._read_table(table)
        places = {(table.name, column.name): column.place for table in self._model.tables
                  for column in table.columns}  # fmt: skip
        approved = Approved(frozenset(self._origins), self._origins, places, ())
        return Stated(approved, frozenset(self._open), tuple(self._references))

    def _read_edit(self, statement: Statement, edit: Edit) -> None:
        if edit.verb == CREATE and edit.kind != PART and edit.kind not in _ROUTINES:
            self._state(wording.table(edit.subject), statement)
        clauses = () if edit.kind in _ROUTINES or edit.verb == DROP else read_clauses(edit)
        if clauses is None:
            self._open.add(edit.subject)
        for clause in clauses or ():
            self._clauses.setdefault(edit.subject, []).append((clause, statement))

    def _key(self, table: Table) -> tuple[str, ...]:
        added = [clause.columns for clause, _ in self._clauses.get(table.name, ()) if clause.kind == PRIMARY]
        return (*added, tuple(column.name for column in table.columns if "primary key" in _bare(column)))[0]

    def _read_table(self, table: Table) -> None:
        whole = Statement("", table.name, table.place, is_table=True)
        self._state(wording.table(table.name), whole)
        for column in table.columns:
            origin = Statement("", table.name, column.place, is_table=True)
            for fact in self._of_column(table.name, column):
                self._state(fact, origin)
        if self._keys[table.name]:
            self._state(wording.key(table.name, self._keys[table.name]), whole)
        for clause, statement in self._clauses.get(table.name, ()):
            for fact in self._of_clause(table.name, clause):
                self._state(fact, statement)

    def _of_column(self, table: str, column: Column) -> Iterator[Fact]:
        said = _bare(column)
        serial = wording.is_serial(column.type)
        required = serial or column.name in self._keys[table] or "not null" in said or "identity" in said
        given = "default" if serial or _DEFAULT.search(said) else ""
        given = "identity" if "identity" in said else "generated" if "generated" in said else given
        yield wording.column(table, column.name, column.type, required=required, given=given)
        if _UNIQUE.search(said):
            yield wording.unique(table, (column.name,))
        if column.indexed:
            yield wording.index(table, (column.name,))
        if found := _REFERENCE.search(" ".join(column.constraints)):
            others = (bare(found["column"]),) if found["column"] else ()
            clause = Clause(REFERENCE, (column.name,), bare(found["target"]), others, found["rest"])
            yield from self._of_clause(table, clause)

    def _of_clause(self, table: str, clause: Clause) -> Iterator[Fact]:
        if clause.kind == UNIQUE:
            yield wording.unique(table, clause.columns)
        elif clause.kind == REFERENCE:
            others = clause.others or self._keys.get(clause.target, ())
            does = read_actions(clause.rest)
            if not others:
                self._open.add(table)
            told = wording.actions(does.get("update"), does.get("delete"))
            self._references.append(ForeignKey(table, "", [*clause.columns], clause.target, [*others]))
            yield wording.reference(table, clause.columns, clause.target, others, told)
        elif clause.kind != PRIMARY:
            yield wording.index(table, clause.columns)

    def _state(self, fact: Fact, origin: Statement) -> None:
        self._origins.setdefault(fact, origin)


_ROUTINES = frozenset({"function", "procedure", "routine"})


def _bare(column: Column) -> str:
    """Return what is said of a column, without values, expressions and what a reference does."""
    said = _IN_QUOTES.sub("", " ".join(column.constraints).lower())
    return _ACTION.sub("", "".join(_outside_brackets(said)))


def _outside_brackets(text: str) -> Iterator[str]:
    depth = 0
    for letter in text:
        if letter in "()":
            depth = max(0, depth + (1 if letter == "(" else -1))
        elif not depth:
            yield letter
