"""Bullets and SQLModel classes become tables that the reader reads; everything else stays as it was."""

import os
import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from specward.rules.examples import SPECS
from specward.schema import ddl
from specward.schema.reader import read_data_model
from specward.schema.rewrite import rewrite
from tests.specward.repository import make_repository

BULLETS = """# Data model

## users

A person.

- `id` (uuid, primary key): who it is
- **email** (varchar(254), unique, required)
- tags (text[]) - a | b
- price (numeric(10, 2), not null, check (price in (1, 2)))

After.
"""

CLASSES = """# Data model

## Models

```python
from sqlmodel import Field, Relationship, SQLModel

class UserBase(SQLModel):
    email: str

class User(SQLModel, table=True):
    __tablename__ = "users"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    email: str = Field(unique=True, max_length=254)
    notes: list["Note"] = Relationship(back_populates="user")

class Note(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    body: Optional[str] = Field(sa_type=Text)
```

After.
"""


def tables_of(text: str) -> list[str]:
    model = read_data_model("data-model.md", text)
    assert model.problems == ()
    return [" ".join(ddl.create_table(table).split()) for table in model.tables]


def test_bullets_become_a_table() -> None:
    after = rewrite(BULLETS)
    assert after.startswith("# Data model\n\n## users\n\nA person.\n\n| Column | Type |")
    assert after.endswith("| price | numeric(10, 2) | not null, check (price in (1, 2)) |  |\n\nAfter.\n")
    assert "| tags | text[] |  | a \\| b |\n" in after
    assert tables_of(after) == [
        (
            'create table "users" ( "id" uuid primary key, "email" varchar(254) unique not null, '
            '"tags" text[], "price" numeric(10, 2) not null check (price in (1, 2)) )'
        )
    ]


def test_classes_become_tables() -> None:
    after = rewrite(CLASSES)
    assert "```" not in after
    assert after.endswith("\n\nAfter.\n")
    users, note = tables_of(after)
    assert users == 'create table "users" ( "id" uuid primary key, "email" varchar(254) not null unique )'
    assert note == (
        'create table "note" ( "id" int primary key, '
        '"user_id" uuid not null references users (id) on delete cascade, "body" text )'
    )


def test_what_is_open_stays_open() -> None:
    after = rewrite("## users\n\n- id (UUID/String): who\n- name (text)\n")
    (problem,) = read_data_model("data-model.md", after).problems
    assert (problem.place.line, problem.message) == (5, "'UUID/String' is not a single type.")


LINES = st.sampled_from(
    [
        "## t",
        "- a (text)",
        "* `b` (uuid, PK): c",
        "```python",
        "```",
        "class A(B, table=True):",
        "    x: int = 1",
        "",
        "| a |",
        "text",
    ]
)


@given(st.lists(LINES).map("\n".join) | st.text())
def test_a_second_time_changes_nothing(text: str) -> None:
    once = rewrite(text)
    assert rewrite(once) == once


def test_the_command_shows_writes_and_says_what_is_unclear(tmp_path: Path) -> None:
    root = make_repository(tmp_path, {**SPECS, "specs/data-model.md": BULLETS})
    shown = fmt(root)
    assert (shown.returncode, (root / "specs/data-model.md").read_text()) == (0, BULLETS)
    assert "+| id | uuid | primary key | who it is |" in shown.stdout
    assert fmt(root, "--write").returncode == 0
    assert (root / "specs/data-model.md").read_text() == rewrite(BULLETS)
    (root / "specs/data-model.md").write_text("## users\n\n- id (UUID/String)\n- name (text)\n")
    unclear = fmt(root)
    assert unclear.returncode == 1
    assert "data-model.md:5:8: 'UUID/String' is not a single type." in unclear.stdout
    missing = fmt(root, "missing.md")
    assert (missing.returncode, "missing.md cannot be read: No such file" in missing.stderr) == (2, True)
    (root / "latin.md").write_bytes(b"\xff\n")
    latin = fmt(root, "latin.md")
    assert (latin.returncode, "it is not UTF-8. Save it as UTF-8." in latin.stderr) == (2, True)


def fmt(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("specward")), "data-model", "fmt", *options]
    return subprocess.run(command, cwd=root, env=os.environ, capture_output=True, text=True, check=False)
