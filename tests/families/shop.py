"""A whole small project that is right in every family, to be copied and made wrong in one of them.

The shop has one task, done and approved: a customer lists their own orders. It has a contract, a data model,
models, a migration with row security, a record of the work, and the gate wired in.
"""

import shutil
import sys
from datetime import date
from pathlib import Path

from specward.approvals.stamps import write_approvals
from specward.approvals.status import stamp_task
from specward.config import load_config
from specward.specs.reader import read_specs
from tests.specward.repository import make_repository

ROOT = Path(__file__).parents[2]
TASK = "T-001"
HEADER = """[Task]: T-001
[From]: speckit.specify §1.1, speckit.plan §1
[Description]: {}
"""


def headed(description: str, code: str) -> str:
    """A module with its reference header."""
    return f'"""\n{HEADER.format(description)}"""\n\n{code}'


SETTINGS = """[project]
name = "shop"

[tool.specward]
feature = "shop"
app = "app.main:app"
app_dir = "backend"

[tool.specward.database]
roles = "backend/app/migrations/roles.sql"
migrate = ["alembic", "-c", "backend/app/migrations/alembic.ini", "upgrade", "head"]

[tool.ruff.lint]
select = ["F", "D101", "D102", "D103"]

[tool.mypy]
mypy_path = "backend"
explicit_package_bases = true
# The libraries are not read, which would take seconds; so their own keywords are not known.
follow_imports = "skip"
disable_error_code = ["call-arg"]
ignore_missing_imports = true
"""

SPECIFY = """# Shop

## 1. Orders

### 1.1 Listing

A customer lists their own orders, and nobody else's.
"""

PLAN = """# Plan

## 1. Layers

Routes read the session that belongs to the signed-in customer.
"""

TASKS = """# Tasks

### T-001: List orders

- **Status**: done
- **From**: speckit.specify §1.1; speckit.plan §1
- **Preconditions**: none
- **Outputs**: the customer's orders
- **Files**: `backend/app/**`
- **Operations**: `GET /v1/orders`
- **Tables**: `customers`, `orders`
- **Tests**: `tests/orders/**`
- **Dependencies**: none
- **Done when**: the list is served.
"""

CONTRACT = """openapi: 3.1.0
info: {title: Shop, version: 1.0.0}
paths:
  /v1/orders:
    get:
      security: [{bearer: []}]
      responses:
        '200':
          description: The orders.
          content:
            application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Order'}}}
components:
  schemas:
    Order:
      type: object
      required: [id, total]
      properties:
        id: {type: string, format: uuid}
        total: {type: integer}
  securitySchemes:
    bearer: {type: http, scheme: bearer}
"""

DATA_MODEL = """# Data model

## customers

| Column | Type | Constraints | Description |
|---|---|---|---|
| id | uuid | primary key | |
| email | varchar(254) | not null, unique | |

```sql
alter table customers enable row level security;
alter table customers force row level security;
create policy own_customer on customers
    using (id = (select nullif(current_setting('app.user_id', true), '')::uuid))
    with check (id = (select nullif(current_setting('app.user_id', true), '')::uuid));
grant select, insert, update, delete on customers to app_user;
```

## orders

| Column | Type | Constraints | Description |
|---|---|---|---|
| id | uuid | primary key | |
| owner_id | uuid | not null, index, references customers (id) | whose order it is |
| total | integer | not null, check (total >= 0) | in cents |

```sql
alter table orders enable row level security;
alter table orders force row level security;
create policy own_orders on orders
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid))
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
grant select, insert, update, delete on orders to app_user;
```
"""

MODELS = headed(
    "The tables of the shop.",
    '''from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel


class Customer(SQLModel, table=True):
    """Whoever orders."""

    __tablename__ = "customers"
    id: UUID = Field(primary_key=True)
    email: str = Field(max_length=254, unique=True)


class Order(SQLModel, table=True):
    """An order of one customer."""

    __tablename__ = "orders"
    __table_args__ = (CheckConstraint("total >= 0"),)
    id: UUID = Field(primary_key=True)
    owner_id: UUID = Field(foreign_key="customers.id", index=True)
    total: int


class OrderOut(SQLModel):
    """What a customer sees of an order."""

    id: UUID
    total: int
''',
)

SECURITY = headed(
    "Who calls, and the session to ask for rows.",
    '''import os
from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

import jwt
from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session, create_engine

engine = create_engine(os.environ.get("DATABASE_URL", "postgresql+psycopg://"))


def open_session() -> Iterator[Session]:
    """Give a session of this request."""
    with Session(engine) as session:
        yield session


def read_caller(bearer: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> UUID:
    """Return the id of the signed-in customer."""
    claims = jwt.decode(bearer.credentials, os.environ["JWT_KEY"], algorithms=["HS256"])
    return UUID(claims["sub"])


Caller = Annotated[UUID, Depends(read_caller)]
Database = Annotated[Session, Depends(open_session)]
''',
)

MAIN = headed(
    "The API of the shop.",
    '''from fastapi import FastAPI
from sqlmodel import select

from app.models import Order, OrderOut
from app.security import Caller, Database

app = FastAPI()


@app.get("/v1/orders", response_model=list[OrderOut])
def list_orders(caller: Caller, database: Database) -> list[Order]:
    """List the caller's own orders."""
    return list(database.exec(select(Order).where(Order.owner_id == caller)))
''',
)

ALEMBIC = """# [Task]: T-001
# [From]: speckit.specify §1.1, speckit.plan §1
# [Description]: Where Alembic finds the revisions.
[alembic]
script_location = %(here)s
path_separator = os
"""

ENVIRONMENT = headed(
    "Runs the revisions.",
    """import os

from alembic import context
from sqlalchemy import create_engine

url = os.environ["MIGRATION_DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:")
with create_engine(url).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
""",
)

ROLES = """-- [Task]: T-001
-- [From]: speckit.specify §1.1, speckit.plan §1
-- [Description]: The roles: one that owns and migrates, one that the application runs as.
do $$
begin
    if not exists (select from pg_roles where rolname = 'app_migrator') then
        create role app_migrator login;
    end if;
    if not exists (select from pg_roles where rolname = 'app_user') then
        create role app_user login;
    end if;
    if current_setting('setup.migrator_password', true) <> '' then
        execute format('alter role app_migrator password %L', current_setting('setup.migrator_password'));
    end if;
end
$$;
grant usage, create on schema public to app_migrator;
grant usage on schema public to app_user;
"""

REVISION = headed(
    "The tables of the shop, with row security.",
    '''from alembic import op

revision = "0001"
down_revision = None

ME = "(select nullif(current_setting('app.user_id', true), '')::uuid)"


def upgrade() -> None:
    """Make both tables."""
    op.execute("create table customers (id uuid primary key, email varchar(254) not null unique)")
    op.execute(
        "create table orders (id uuid primary key, owner_id uuid not null references customers (id), "
        "total integer not null check (total >= 0))"
    )
    op.execute("create index on orders (owner_id)")
    for table, policy, owner in (("customers", "own_customer", "id"), ("orders", "own_orders", "owner_id")):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy {policy} on {table} using ({owner} = {ME}) with check ({owner} = {ME})")
        op.execute(f"grant select, insert, update, delete on {table} to app_user")


def downgrade() -> None:
    """Drop them."""
    op.execute("drop table orders, customers")
''',
)

RECORD_PATH = "history/prompts/shop/0001-list-orders.green.prompt.md"
RECORD = """---
id: '0001'
title: 'T-001: List orders'
stage: green
date: '2026-11-23'
surface: agent
model: ''
feature: shop
branch: main
user: ''
command: ''
labels: []
links:
  spec: specs/tasks.md
tasks:
- T-001
files:
- backend/app/main.py
tests: []
---

## Prompt

This work was not done in a recorded session, so there is no prompt to quote.

## Response snapshot

## Outcome

- ✅ Impact: orders are listed

## Evaluation notes (flywheel)
"""

FILES = {
    ".gitignore": ".specward/\n.venv\n__pycache__/\n.mypy_cache/\n.ruff_cache/\n",
    "README.md": "# Shop\n",
    "pyproject.toml": SETTINGS,
    "specs/specify.md": SPECIFY,
    "specs/plan.md": PLAN,
    "specs/tasks.md": TASKS,
    "specs/data-model.md": DATA_MODEL,
    "specs/contracts/openapi.yaml": CONTRACT,
    "backend/app/__init__.py": "",
    "backend/app/main.py": MAIN,
    "backend/app/models.py": MODELS,
    "backend/app/security.py": SECURITY,
    "backend/app/migrations/alembic.ini": ALEMBIC,
    "backend/app/migrations/env.py": ENVIRONMENT,
    "backend/app/migrations/roles.sql": ROLES,
    "backend/app/migrations/versions/v0001_shop.py": REVISION,
    RECORD_PATH: RECORD,
}


def make_shop(folder: Path) -> Path:
    """Make the repository: everything right, the gate wired in, one commit."""
    folder.mkdir(parents=True)
    shutil.copytree(
        ROOT / ".claude",
        folder / ".claude",
        ignore=shutil.ignore_patterns("worktrees", "settings.local.json"),
    )
    shutil.copy(ROOT / ".mcp.json", folder)
    (folder / ".venv").symlink_to(sys.prefix)
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    (folder / "backend/specward").symlink_to(ROOT / "backend/specward")
    spec_sets = read_specs(folder, load_config(folder))
    tasks = [task for spec_set in spec_sets for task in spec_set.tasks]
    stamps = [stamp_task(task, spec_sets, "Ada <ada@example.org>", date(2026, 1, 2)) for task in tasks]
    write_approvals(folder, {stamp.task: stamp for stamp in stamps})
    return make_repository(folder, FILES)
