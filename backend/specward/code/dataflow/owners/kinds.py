"""What a table keeps in a row, told by its unique columns."""

from specward.code.dataflow.owners.schema import Schema


def numbers(schema: Schema, table: str, column: str) -> bool:
    """Whether a column counts the rows of a table: its key, or a number that each has for itself."""
    fact = schema.tables[table].columns.get(column) if table in schema.tables else None
    return fact is not None and not fact.reference and (fact.primary or fact.unique)


def stands_for_user(schema: Schema, table: str) -> bool:
    """Whether a table keeps what there is to say of each user, in one row: `doctors.user_id`, unique."""
    columns = schema.tables[table].columns if table in schema.tables else {}
    return any(
        schema.target(table, name) == schema.user and (fact.unique or schema.keys(table) == (name,))
        for name, fact in columns.items()
        if fact.reference
    )
