"""The models say what the migrations build: the same columns, constraints and indexes."""

from typing import Any

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlmodel import SQLModel

import app.main  # noqa: F401 -- it imports every slice, and so every table that these refer to
from app.notifications import models
from app.notifications.places import LiveStream
from specward.database.provision import Urls
from specward.database.server import Server

CATALOGUE = {
    "columns": """
        select attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid)
        from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
        where attrelid = cast(:table as regclass) and attnum > 0
    """,
    "constraints": """
        select pg_get_constraintdef(oid) from pg_constraint where conrelid = cast(:table as regclass)
    """,
    "indexes": """
        select regexp_replace(pg_get_indexdef(indexrelid), ' ON \\S+', ' ON')
        from pg_index where indrelid = cast(:table as regclass)
    """,
}


MODELS = (models.Notification, models.Preference, LiveStream)


@pytest.mark.parametrize("table", [model.__tablename__ for model in MODELS])
def test_models_and_migrations_agree(server: Server, fresh_database: Urls, table: str) -> None:
    name = fresh_database.migration.rpartition("/")[2].partition("?")[0]
    url = server.superuser_url(name).replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        migrated = _described(connection, table)
        connection.execute(text("create schema scratch"))
        connection.execute(text("set local search_path = scratch, public"))
        SQLModel.metadata.create_all(connection, checkfirst=False)
        declared = _described(connection, table)
        connection.rollback()
    assert declared == migrated


def _described(connection: Connection, table: str) -> dict[str, list[Any]]:
    return {
        what: sorted(map(str, connection.execute(text(query), {"table": table})))
        for what, query in CATALOGUE.items()
    }
