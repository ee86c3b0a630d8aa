"""From a data model to the statements that make its tables."""

from collections.abc import Iterator

from specward.schema.model import Column, DataModel, Statement, Table


def statements(model: DataModel) -> Iterator[Statement]:
    """Give every statement of a data model. The order is the document's, which is not one to run them in."""
    for table in model.tables:
        yield Statement(create_table(table), table.name, table.place, is_table=True)
        for column in table.columns:
            if column.indexed:
                text = f"create index on {quoted(table.name)} ({quoted(column.name)})"
                yield Statement(text, table.name, column.place, is_table=True)
    yield from model.statements


def create_table(table: Table) -> str:
    """Write a table; several key columns are one key."""
    keys = [quoted(column.name) for column in table.columns if column.is_key]
    lines = [_column(column, inline_key=len(keys) == 1) for column in table.columns]
    if len(keys) > 1:
        lines.append(f"primary key ({', '.join(keys)})")
    inner = ",\n    ".join(lines)
    return f"create table {quoted(table.name)} (\n    {inner}\n)"


def quoted(name: str) -> str:
    """Quote a name, so that `user` and `order` are names as well."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _column(column: Column, *, inline_key: bool) -> str:
    kept = [word for word in column.constraints if inline_key or word != "primary key"]
    return " ".join([quoted(column.name), column.type, *kept])
