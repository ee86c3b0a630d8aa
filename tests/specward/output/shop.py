"""A small shop with something of everything that a report shows, and a verdict on it."""

from datetime import date
from pathlib import Path

from specward.approvals.stamps import write_approvals
from specward.approvals.status import stamp_task
from specward.config import load_config
from specward.specs.reader import read_specs
from tests.specward.repository import make_repository, write_tree

TASKS = """# Tasks

### T-001: List orders

- **Status**: done
- **From**: speckit.specify §1.1
- **Preconditions**: none
- **Outputs**: the customer's orders
- **Files**: `backend/app/orders/**`
- **Operations**: `GET /v1/orders`
- **Tables**: `orders`
- **Tests**: `tests/orders/**`
- **Done when**: `GET` answers <em>at once</em>.

### T-002: Cancel an order

- **Status**: open
- **From**: speckit.specify §1.2
- **Preconditions**: T-001
- **Files**: `backend/app/cancel/**`
- **Operations**: `DELETE /v1/orders/{id}`
- **Tables**: `orders`
- **Tests**: `tests/cancel/**`

### T-003: Rate a product

- **Status**: open
- **From**: speckit.specify §1.3
- **Files**: `backend/app/ratings/**`

### T-004: Refund

- **Status**: open
- **From**: speckit.specify §1.4
- **Files**: `backend/app/refunds/**`

### T-005: Ship

- **Status**: open
- **From**: speckit.specify §1.5
- **Files**: `backend/app/shipping/**`
"""

SPECIFY = """# Shop

## 1. Orders

### 1.1 Listing

A customer lists their own orders.

### 1.2 Cancelling

Until it is sent.

### 1.3 Ratings

One to five.

### 1.4 Refunds

Within 14 days.

### 1.5 Shipping

By post.

### 1.6 Gifts <b>& wrapping</b>

With a ribbon.
"""

DATA_MODEL = """# Data model

## 1. Tables

### 1.1 users

| Column | Type | Constraints |
|---|---|---|
| id | uuid | primary key |

### 1.2 orders

| Column | Type | Constraints |
|---|---|---|
| id | uuid | primary key |
| user_id | uuid | not null, references users (id) |

```sql
alter table orders enable row level security;
alter table orders force row level security;
create policy orders_all on orders using (user_id = current_setting('app.user_id')::uuid);
```

### 1.3 products

| Column | Type | Constraints |
|---|---|---|
| id | uuid | primary key |
"""

CONTRACT = """openapi: 3.1.0
info: {title: Shop, version: 1.0.0}
paths:
  /v1/orders:
    get:
      summary: Own orders
      security: [{bearer: []}]
      responses: {'200': {description: The orders.}}
  /v1/orders/{id}:
    delete:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: Gone.}}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
"""

RECORD = """---
id: '0001'
title: 'T-001: List orders'
stage: green
date: '2026-01-03'
feature: shop
tasks:
- T-001
files:
- backend/app/orders/routes.py
---

## Prompt

List the orders.
"""

HEADER = '"""\n[Task]: {task}\n[From]: speckit.specify §{section}\n[Description]: {words}\n"""\n'

FILES = {
    "pyproject.toml": '[project]\nname = "shop"\n\n[tool.specward]\nfeature = "shop"\n',
    "specs/tasks.md": TASKS,
    "specs/specify.md": SPECIFY,
    "specs/data-model.md": DATA_MODEL,
    "specs/contracts/openapi.yaml": CONTRACT,
    "history/prompts/shop/0001-list-orders.green.prompt.md": RECORD,
    "tests/orders/test_list.py": "",
    "backend/app/__init__.py": "",
    "backend/app/orders/routes.py": HEADER.format(task="T-001", section="1.1", words="Lists orders."),
    "backend/app/ratings/routes.py": HEADER.format(task="T-003", section="1.3", words="Rates."),
    "backend/app/shipping/routes.py": HEADER.format(task="T-005", section="1.5", words="Ships."),
    "backend/app/shipping/secret.py": "PRICE = 1  # </script><script>alert(1)</script>\n",
    "backend/app/gifts.py": HEADER.format(task="T-404", section="1.1", words="Wraps."),
}


def make_shop(root: Path) -> Path:
    """Make the shop: T-003 is not approved, T-004 is no longer."""
    make_repository(root, FILES)
    spec_sets = read_specs(root, load_config(root))
    stamps = {
        task.key: stamp_task(task, spec_sets, "A Person <person@example.org>", date(2026, 1, 2))
        for task in spec_sets[0].tasks
        if task.key.id != "T-003"
    }
    write_approvals(root, stamps)
    write_tree(root, {"specs/specify.md": SPECIFY.replace("14 days", "30 days")})
    return root
