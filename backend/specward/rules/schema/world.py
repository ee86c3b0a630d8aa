"""The shop of the examples, with a database: its data model, its models, its migrations."""

from collections.abc import Mapping

from specward.rules.examples import HEADER, SPECS

DATA_MODEL = """# Data model

## customers

| Column | Type | Constraints | Description |
|---|---|---|---|
| id | uuid | primary key | |
| email | varchar(254) | not null, unique | |

## orders

| Column | Type | Constraints | Description |
|---|---|---|---|
| id | uuid | primary key | |
| owner_id | uuid | not null, index, references customers (id) | whose order it is |
| total | numeric(10, 2) | not null, check (total >= 0) | |
"""

MODELS = f"""{HEADER}
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel


class Customer(SQLModel, table=True):
    __tablename__ = "customers"
    id: UUID = Field(primary_key=True)
    email: str = Field(max_length=254, unique=True)


class Order(SQLModel, table=True):
    __tablename__ = "orders"
    __table_args__ = (CheckConstraint("total >= 0"),)
    id: UUID = Field(primary_key=True)
    owner_id: UUID = Field(foreign_key="customers.id", index=True)
    total: Decimal = Field(max_digits=10, decimal_places=2)
"""

MIGRATE = f"""{HEADER}
import os
import pathlib

import psycopg

with psycopg.connect(os.environ["MIGRATION_DATABASE_URL"]) as connection:
    connection.execute(pathlib.Path(__file__).with_name("tables.sql").read_text())
"""

TABLES = """-- [Task]: T-001
-- [From]: speckit.specify §1.1
-- [Description]: The tables of the shop.
create table customers (id uuid primary key, email varchar(254) not null unique);
create table orders (
    id uuid primary key,
    owner_id uuid not null references customers (id),
    total numeric(10, 2) not null check (total >= 0)
);
create index on orders (owner_id);
"""


def world(
    tables: str = TABLES,
    *,
    data_model: str = DATA_MODEL,
    models: str | None = None,
    settings: str = "",
    status: str = "done",
) -> Mapping[str, str]:
    """The files of the shop.

    Args:
        tables: What its one migration does.
        data_model: What was approved.
        models: Its models; None leaves them out.
        settings: More of `[tool.specward]`.
        status: The state of the one task, whose tables these are.
    """
    tasks = SPECS["specs/tasks.md"].replace("**Tables**: none", "**Tables**: `customers`, `orders`")
    app = "" if models is None else 'app = "app.models:SQLModel"\napp_dir = "backend"\n'
    pyproject = (
        f"{SPECS['pyproject.toml']}{app}{settings}\n"
        '[tool.specward.database]\nmigrate = ["python", "backend/app/migrations/migrate.py"]\n'
    )
    files = {
        "pyproject.toml": pyproject,
        "specs/tasks.md": tasks.replace("**Status**: open", f"**Status**: {status}"),
        "specs/data-model.md": data_model,
        "backend/app/migrations/migrate.py": MIGRATE,
        "backend/app/migrations/tables.sql": tables,
    }
    return (
        files
        if models is None
        else {
            **files,
            "backend/app/__init__.py": "",
            "backend/app/models.py": models,
        }
    )


_ENVIRONMENT = f"""{HEADER}
import os

from alembic import context
from sqlalchemy import create_engine

engine = create_engine(os.environ["MIGRATION_DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:"))
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""

_REVISION = f"""{HEADER}
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("create table customers (id uuid primary key, email varchar(254) not null unique)")


def downgrade() -> None:
    DOWN
"""


def chained(down: str) -> Mapping[str, str]:
    """The files of a shop with customers alone, whose migrations are Alembic's.

    Args:
        down: What its one revision does to go back.
    """
    files = dict(world(data_model=DATA_MODEL.partition("## orders")[0], status="open"))
    command = '["alembic", "-c", "backend/alembic.ini", "upgrade", "head"]'
    files["pyproject.toml"] = files["pyproject.toml"].replace(
        '["python", "backend/app/migrations/migrate.py"]', command
    )
    files["backend/alembic.ini"] = "[alembic]\nscript_location = %(here)s/app/migrations\n"
    files["backend/app/migrations/env.py"] = _ENVIRONMENT
    files["backend/app/migrations/versions/one.py"] = _REVISION.replace("DOWN", down)
    return files
