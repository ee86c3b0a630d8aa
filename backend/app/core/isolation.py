"""
[Task]: T-002, T-085, T-089
[From]: speckit.specify §5.1, §5.3, speckit.plan §2.3
[Description]: Adds the owner criterion while SQL is written, and refuses what cannot be proved bound.
"""
# SQLAlchemy's compiler is untyped, and its statements have no public way to look into them.
# mypy: disable-error-code="no-untyped-call, no-any-return, override"
# ruff: noqa: SLF001

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from sqlalchemy import MetaData, Select, Table, Text, Uuid, and_, bindparam, cast, func
from sqlalchemy.dialects.postgresql.psycopg import PGCompiler_psycopg, PGDialect_psycopg
from sqlalchemy.sql import visitors
from sqlmodel import SQLModel

from app.core.asker import Asker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Delete, Executable, Insert, Update
    from sqlalchemy.dialects.postgresql.dml import OnConflictDoUpdate

Reach = dict[type[Asker], tuple[str, ...]]

# Functions are written into SQL by name, so only those known to read no table may pass.
FUNCTIONS = frozenset(
    {
        *("coalesce", "count", "greatest", "least", "lower", "max", "min", "sum", "unnest"),
        *("now", "clock_timestamp", "hashtextextended", "pg_advisory_xact_lock"),
        *("new_id", "jsonb_build_object"),
    }
)

QUEUE = MetaData()
"""Of the queue's tables, which are a library's own: the data model leaves them out."""

OWNER_LOCK = func.pg_advisory_xact_lock(
    func.hashtextextended(cast(bindparam("asker_0", type_=Uuid), Text), 0)
)
"""In a Principal's statement: waits until no other transaction holds it for the same account."""


class IsolationError(Exception):
    """A statement that cannot be proved to stay with the asker. It is raised before anything is sent."""


def reached_by(reach: Mapping[type[Asker], str | tuple[str, ...]]) -> dict[str, Reach]:
    """Declare in a table's `info` which askers reach its rows, and by which columns.

    Args:
        reach: For each kind of asker the column (or columns) that must equal its claim; they are set by the
            session and by nothing else. An asker that is not named reaches nothing. Empty for a table that
            is about nobody.

    Returns:
        The value for `Table(info=...)`.
    """
    columns = {asker: (names,) if isinstance(names, str) else names for asker, names in reach.items()}
    return {"reach": columns}


class Bound(NamedTuple):
    """SQL that stays with its asker."""

    sql: str
    """With `$1` parameters."""
    parameters: tuple[str, ...]
    """Their names, in order; the asker's claim is `asker_0`, `asker_1`, ..."""
    constants: dict[str, object]
    """The values that the statement itself gives."""
    columns: list[str]
    """The names of the columns of a row."""
    writes: bool


def bind(statement: Executable, asker: type[Asker]) -> Bound:
    """Write a statement as SQL that reaches only what an asker of this kind may reach.

    Args:
        statement: Any SQLAlchemy or SQLModel statement on declared tables.
        asker: The kind of asker.

    Raises:
        IsolationError: The statement holds something that cannot be proved bound to the asker.
    """
    for element in visitors.iterate(statement):  # type: ignore[arg-type]  # every Executable is traversable
        if type(element).__module__.partition(".")[0] not in {"sqlalchemy", "sqlmodel"}:
            _refuse(f"the construct {type(element).__qualname__}", "write it with SQLAlchemy's own")
    compiled = statement.compile(dialect=_DIALECTS[asker])  # type: ignore[attr-defined]  # as above
    if compiled.post_compile_params or compiled.literal_execute_params:
        _refuse("a list or literal that is written into the SQL", "compare with any_(bindparam(...)) instead")
    if getattr(compiled, "insert_prefetch", None) or getattr(compiled, "update_prefetch", None):
        _refuse("a default made in Python", "give the column a server default, or the statement a value")
    return Bound(
        sql=str(compiled),
        parameters=tuple(compiled.positiontup or ()),
        constants={name: value for name, value in compiled.params.items() if value is not None},
        columns=[column.keyname for column in compiled._result_columns],
        writes=compiled.writes,
    )


def _refuse(what: str, mend: str) -> NoReturn:
    raise IsolationError(
        f"The statement holds {what}, which cannot be proved to stay with the asker: {mend}."
    )


class IsolatingCompiler(PGCompiler_psycopg):
    """Writes an owned table only together with its criterion.

    A table's name gets into a statement at two places: as something to read from (`visit_table`), and as the
    target of INSERT, UPDATE or DELETE. Both are overridden, so no nesting of joins and subqueries escapes.
    """

    asker: type[Asker]
    writes: bool = False

    def visit_table(self, table: Table, **kw: Any) -> str:
        """Write a table to read from as `(SELECT * FROM t WHERE owner) AS t`; the planner flattens it."""
        name: str = super().visit_table(table, **kw)
        if not kw.get("asfrom") or kw.get("iscrud") or kw.get("ashint"):
            return name
        criterion = self._criterion(table)
        if criterion is None:
            return name
        scoped = f"(SELECT * FROM {name} WHERE {self.process(criterion)})"  # noqa: S608 -- compiled, both
        alias = kw.get("enclosing_alias")
        return scoped if alias is not None and alias.element is table else f"{scoped} AS {name}"

    def visit_insert(self, insert_stmt: Insert, *args: Any, **kw: Any) -> str:
        """Set the claimed columns from the asker."""
        self.writes = True
        table = self._target(insert_stmt)
        claims = self._claims(table)
        if insert_stmt.select is not None:
            insert_stmt = self._own_selected(insert_stmt, claims)
        else:
            self._check_values(insert_stmt, claims)
            insert_stmt = insert_stmt.values(claims) if claims else insert_stmt
        return super().visit_insert(insert_stmt, *args, **kw)

    def visit_update(self, update_stmt: Update, *args: Any, **kw: Any) -> str:
        """Add the criterion to the target; its claimed columns stay."""
        self.writes = True
        table = self._target(update_stmt)
        self._check_values(update_stmt, self._claims(table))
        criterion = self._criterion(table)
        scoped = update_stmt if criterion is None else update_stmt.where(criterion)
        return super().visit_update(scoped, *args, **kw)

    def visit_delete(self, delete_stmt: Delete, *args: Any, **kw: Any) -> str:
        """Add the criterion to the target."""
        self.writes = True
        criterion = self._criterion(self._target(delete_stmt))
        scoped = delete_stmt if criterion is None else delete_stmt.where(criterion)
        return super().visit_delete(scoped, *args, **kw)

    def visit_on_conflict_do_update(self, on_conflict: OnConflictDoUpdate, **kw: Any) -> str:
        """Add the criterion to the row that is in the way; its claimed columns stay."""
        table = self._target(self.stack[-1]["selectable"])
        for column in dict(on_conflict.update_values_to_set):
            self._check_free(column, self._claims(table))
        criterion = self._criterion(table)
        scoped = on_conflict._clone()
        if criterion is not None:
            where = on_conflict.update_whereclause
            scoped.update_whereclause = criterion if where is None else and_(criterion, where)
        return super().visit_on_conflict_do_update(scoped, **kw)

    def _reach(self, table: Table) -> tuple[str, ...]:
        declared = getattr(table, "metadata", None) in (SQLModel.metadata, QUEUE) and table.info.get("reach")
        if declared is None or declared is False:
            _refuse(f"the table {table.name!r} without a declared reach", "declare info=reached_by({...})")
        if not declared:
            return ()
        if self.asker not in declared:
            _refuse(f"the table {table.name!r}, out of reach of {self.asker.__name__}", "ask as someone else")
        columns: tuple[str, ...] = declared[self.asker]
        return columns

    def _claims(self, table: Table) -> dict[str, ColumnElement[Any]]:
        return {
            name: bindparam(f"asker_{position}", type_=table.c[name].type)
            for position, name in enumerate(self._reach(table))
        }

    def _criterion(self, table: Table) -> ColumnElement[bool] | None:
        claims = self._claims(table)
        return and_(*(table.c[name] == claim for name, claim in claims.items())) if claims else None

    @staticmethod
    def _target(statement: Any) -> Table:
        if not isinstance(statement.table, Table):
            _refuse("a target that is no table", "name the table itself, not an alias or a join")
        return statement.table

    def _check_values(self, statement: Insert | Update, claims: Mapping[str, object]) -> None:
        values = statement._values
        if not values or statement._multi_values:
            _refuse("no list of values, or several", "give the columns of one row with .values(...)")
        for column in values:
            self._check_free(column, claims)

    @staticmethod
    def _check_free(column: object, claims: Mapping[str, object]) -> None:
        name = getattr(column, "key", column)
        if name in claims:
            _refuse(f"a value for the column {name!r}", "leave it out, the session sets it")

    def _own_selected(self, statement: Insert, claims: Mapping[str, ColumnElement[Any]]) -> Insert:
        if not isinstance(statement.select, Select):
            _refuse("INSERT from something that is no SELECT", "insert from select(...)")
        names = statement._select_names or []
        for name in names:
            self._check_free(name, claims)
        if not claims:
            return statement
        return statement.from_select([*names, *claims], statement.select.add_columns(*claims.values()))

    def visit_column(self, column: Any, *args: Any, **kw: Any) -> str:
        """Refuse SQL written by hand; `*` alone is SQLAlchemy's own, in `count(*)`."""
        if column.is_literal and column.name != "*":
            _refuse("literal_column()", "name the column of a table")
        return super().visit_column(column, *args, **kw)

    def visit_function(self, func: Any, *args: Any, **kw: Any) -> str:
        """Refuse functions that may read tables by themselves."""
        if func.name.lower() not in FUNCTIONS or func.packagenames:
            _refuse(f"the function {func.name}()", "see FUNCTIONS in app/core/isolation.py")
        return super().visit_function(func, *args, **kw)

    def visit_textclause(self, *_: Any, **__: Any) -> str:
        """Refuse SQL written by hand."""
        _refuse("text()", "write it with select(), insert(), update() or delete()")

    visit_textual_select = visit_tstring = visit_tstring_text = visit_textclause

    def visit_tablesample(self, *_: Any, **__: Any) -> str:
        """Refuse: a sample is drawn before the criterion applies."""
        _refuse("TABLESAMPLE", "order by something and limit")

    def visit_custom_op_binary(self, *_: Any, **__: Any) -> str:
        """Refuse operators written by hand."""
        _refuse("op()", "use an operator that SQLAlchemy knows")

    visit_custom_op_unary_operator = visit_custom_op_unary_modifier = visit_custom_op_binary

    def get_statement_hint_text(self, *_: Any, **__: Any) -> str:
        """Refuse hints, which are SQL written by hand."""
        _refuse("a hint", "leave it out")

    format_from_hint_text = get_statement_hint_text


class _Dialects(dict[type[Asker], PGDialect_psycopg]):
    """One dialect for each kind of asker, made when it is first asked for."""

    def __missing__(self, asker: type[Asker]) -> PGDialect_psycopg:
        class Compiler(IsolatingCompiler):
            pass

        Compiler.asker = asker
        dialect = PGDialect_psycopg(paramstyle="numeric_dollar")
        dialect.statement_compiler = Compiler
        return self.setdefault(asker, dialect)


_DIALECTS = _Dialects()
