"""
[Task]: T-002
[From]: speckit.specify §5.1, speckit.plan §1.2, §2.3, §2.6
[Description]: A statement, compiled once, for one kind of asker, with the shape of its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from pydantic import BaseModel, TypeAdapter

from app.core.asker import Asker, Principal
from app.core.isolation import Bound, IsolationError, bind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Executable

A = TypeVar("A", bound=Asker)
R = TypeVar("R")

MakeRows = Callable[[Sequence[tuple[Any, ...]]], list[R]]


class Statement(Generic[A, R]):
    """SQL that stays with an asker of kind A and yields rows of type R. Made by `prepare`."""

    __slots__ = ("_constants", "_parameters", "asker", "make_rows", "sql", "writes")

    def __init__(self, bound: Bound, asker: type[A], make_rows: MakeRows[R]) -> None:
        self.sql = bound.sql
        self.writes = bound.writes
        self.asker = asker
        self.make_rows = make_rows
        self._parameters = bound.parameters
        self._constants = bound.constants

    def arguments(self, asker: A, parameters: Mapping[str, object]) -> list[object]:
        """Put parameters in the order of the SQL.

        Args:
            asker: Whose claim is bound.
            parameters: A value for every `bindparam` of the statement, and for nothing else.

        Raises:
            IsolationError: The asker is of another kind than the statement was prepared for.
            KeyError: A parameter is missing.
        """
        if type(asker) is not self.asker:
            raise IsolationError(f"A statement for {self.asker.__name__} was run for {asker!r}.")
        claims = {f"asker_{position}": value for position, value in enumerate(asker.claim)}
        values = {**self._constants, **parameters, **claims}
        return [values[name] for name in self._parameters]


@overload
def prepare(statement: Executable, into: type[R]) -> Statement[Principal, R]: ...
@overload
def prepare(statement: Executable, into: type[R], *, by: type[A]) -> Statement[A, R]: ...
def prepare(statement: Executable, into: type[Any], *, by: type[Any] = Principal) -> Statement[Any, Any]:
    """Compile a statement once, where the module is imported, so that an unsafe one cannot even be imported.

    Args:
        statement: SQLModel or SQLAlchemy; values that vary are `bindparam("name")`.
        into: What a row becomes: a NamedTuple or a Pydantic model with the columns as fields, or the type of
            the only column.
        by: The kind of asker.

    Raises:
        IsolationError: See `bind`.
        TypeError: The columns are not the fields of `into`.
    """
    bound = bind(statement, by)
    return Statement(bound, by, _rows_maker(into, bound.columns))


def _rows_maker(into: type[Any], columns: list[str]) -> MakeRows[Any]:
    if issubclass(into, BaseModel):
        _check_columns(into, tuple(into.model_fields), columns)
        # One call for all rows: a call for each takes more than twice as long.
        validate = TypeAdapter(list[into]).validator.validate_python  # type: ignore[valid-type]  # it is a type
        return lambda rows: validate([dict(zip(columns, row, strict=True)) for row in rows])
    if fields := getattr(into, "_fields", None):
        _check_columns(into, fields, columns)
        return lambda rows: [into._make(row) for row in rows]
    if len(columns) != 1:
        raise TypeError(f"A row of {columns} does not fit into one {into.__name__}.")
    return lambda rows: [row[0] for row in rows]


def _check_columns(into: type[Any], fields: tuple[str, ...], columns: list[str]) -> None:
    if list(fields) != columns:
        raise TypeError(
            f"{into.__name__} has the fields {list(fields)}, the statement the columns {columns}."
        )
