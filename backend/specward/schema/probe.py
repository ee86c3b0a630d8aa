"""Runs inside the application's own interpreter: the DDL of its models, and where each of them stands.

It is started as a script and needs nothing but the SQLAlchemy that the models need; nothing connects.
Usage: probe.py MODULES FOLDER ANSWER_FILE, with the modules to import separated by commas.
"""

import importlib
import inspect
import json
import os
import sys
import traceback
from collections.abc import Iterator
from typing import Any

Found = dict[str, object]


def describe(modules: str) -> Found:
    """Return the statements that make every table, and the place of each table's class."""
    for module in modules.split(","):
        importlib.import_module(module)
    if "sqlalchemy" not in sys.modules:
        return {}  # an application without models
    classes = {table.name: (owner, table) for owner, table in mapped()}
    schemas = {id(table.metadata): table.metadata for _, table in classes.values()}
    return {
        "statements": [text for metadata in schemas.values() for text in ddl(metadata)],
        "tables": [shape(table) for metadata in schemas.values() for table in metadata.tables.values()],
        "places": {name: place(owner) for name, (owner, _) in classes.items()},
    }


def mapped() -> Iterator[tuple[type, Any]]:
    """Give every mapped class with its table, whether SQLModel or SQLAlchemy mapped it."""
    table_class = importlib.import_module("sqlalchemy").Table
    for module in list(sys.modules.values()):
        for value in list(getattr(module, "__dict__", {}).values()):
            table = value.__dict__.get("__table__") if isinstance(value, type) else None
            if isinstance(table, table_class) and value.__module__ == getattr(module, "__name__", None):
                yield value, table


def ddl(metadata: Any) -> list[str]:
    """Return what `create_all` would send to PostgreSQL."""
    sqlalchemy = importlib.import_module("sqlalchemy")
    sent: list[str] = []

    def send(statement: Any, *_: object, **__: object) -> None:
        sent.append(str(statement.compile(dialect=engine.dialect)))

    # asyncpg, which is not needed for it: the dialect of psycopg doubles every per cent sign.
    engine = sqlalchemy.create_mock_engine("postgresql+asyncpg://", send)
    metadata.create_all(engine, checkfirst=False)
    return sent


def shape(table: Any) -> Found:
    """Return what a table is, as far as no server has to be asked."""
    plain = [index for index in table.indexes if is_plain(index, index.expressions)]
    postgresql = importlib.import_module("sqlalchemy.dialects.postgresql").dialect()
    return {
        "name": table.name,
        "schema": table.schema,
        "columns": [
            [column.name, column.type.compile(dialect=postgresql), not column.nullable, given(column)]
            for column in table.columns
        ],
        "key": names(table.primary_key.columns),
        "unique": [names(each.columns) for each in [*uniques(table), *(one for one in plain if one.unique)]],
        "references": [
            [names(key.columns), key.referred_table.name, names(part.column for part in key.elements),
             key.onupdate, key.ondelete]
            for key in table.foreign_key_constraints
        ],
        "indexes": [names(index.columns) for index in plain if not index.unique],
    }  # fmt: skip


def given(column: Any) -> str:
    """Return what fills a column by itself."""
    if column.identity is not None or column.computed is not None:
        return "generated" if column.identity is None else "identity"
    counts = column is column.table.autoincrement_column and column.default is None  # else by the models
    return "default" if counts or column.server_default is not None else ""


def uniques(table: Any) -> Iterator[Any]:
    """Give the unique constraints of a table."""
    kind = importlib.import_module("sqlalchemy").UniqueConstraint
    yield from (each for each in table.constraints if isinstance(each, kind) and is_plain(each, each.columns))


def is_plain(part: Any, expressions: Any) -> bool:
    """Whether an index or a constraint is about columns as they are, with nothing of PostgreSQL's own."""
    column = importlib.import_module("sqlalchemy").Column
    said = [value for name, value in part.dialect_kwargs.items() if name.startswith("postgresql_")]
    empty = (bool, dict, list, tuple, type(None))  # an expression would refuse to be asked
    own = any(value if isinstance(value, empty) else True for value in said)
    return not own and all(isinstance(each, column) for each in expressions)


def names(columns: Any) -> list[str]:
    """Return the names of columns."""
    return [column.name for column in columns]


def place(owner: type) -> list[object]:
    """Return the file and the line of a class."""
    try:
        return [inspect.getsourcefile(owner), inspect.getsourcelines(owner)[1]]
    except (OSError, TypeError):  # made at run time
        return [None, 1]


def failure(error: BaseException, folder: str) -> Found:
    """Return the application's own error, and the last line of its own code that led there."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(folder + os.sep)]
    own = [frame for frame in own if frame.filename != __file__ and "site-packages" not in frame.filename]
    found: Found = {"error": " ".join("".join(traceback.format_exception_only(type(error), error)).split())}
    return {**found, "file": own[-1].filename, "line": own[-1].lineno} if own else found


def main(modules: str, folder: str, answer: str) -> None:
    """Write the answer and end at once, whatever threads the application has started."""
    sys.path[0] = folder  # in place of this script's own folder
    try:
        text = json.dumps(describe(modules))
    except BaseException as error:  # noqa: BLE001 -- whatever the application raises is the answer
        text = json.dumps(failure(error, folder))
    with open(answer, "w", encoding="utf-8") as stream:  # noqa: PTH123 -- as in the contract's probe
        stream.write(text)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
