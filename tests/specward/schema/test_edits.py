"""Which tables a source makes, changes and drops, as SQL and as operations of Alembic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.schema.edits import read_edits


def edits(path: str, text: str) -> list[tuple[str, str]]:
    return [(edit.verb, edit.subject) for edit in read_edits(path, text)]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("create table notes (id uuid references accounts (id))", [("create", "notes")]),
        ('CREATE TABLE IF NOT EXISTS public."Notes" ()', [("create", "Notes")]),
        ("create unlogged table Notes ()", [("create", "notes")]),
        ("alter table only notes add column title text", [("alter", "notes")]),
        ("drop table if exists notes cascade", [("drop", "notes")]),
        ("create unique index concurrently notes_title on only notes (title)", [("create", "notes")]),
        ("create index on notes (owner_id)", [("create", "notes")]),
        ("create policy own on notes for select using (true)", [("create", "notes")]),
        ("drop policy own on public.notes", [("drop", "notes")]),
        (
            "create constraint trigger t after update of a, b on notes execute function f()",
            [("create", "notes")],
        ),
        ("grant select, update (title) on notes, tags to app_user", [("alter", "notes"), ("alter", "tags")]),
        ("revoke all on table notes from public", [("alter", "notes")]),
        ("create materialized view titles as select title from notes", [("create", "titles")]),
        (
            "create or replace function tidy() returns void as $$ drop table notes; $$ language sql",
            [("create", "tidy")],
        ),
        ("do $$ begin alter table notes force row level security; end $$", [("alter", "notes")]),
        ("-- drop table notes;\n/* drop table notes; */ alter table tags add x int", [("alter", "tags")]),
        ("grant usage on schema queue to app_user", []),
        ("grant all on all tables in schema queue to app_user", []),
        ("revoke execute on function tidy() from public", []),
        ("insert into notes select * from tags; select 1 from notes", []),
        ("drop index notes_title", []),
    ],
)
def test_statements_that_change_a_table(statement: str, found: list[tuple[str, str]]) -> None:
    assert edits("tables.sql", f"{statement};") == found


REVISION = '''"""create table prose ();"""
from alembic import op

def upgrade() -> None:
    """drop table prose"""
    op.execute("select 1")
    op.create_table("notes", sa.Column("id", sa.Uuid(), sa.ForeignKey("accounts.id")))
    op.create_index("notes_title", "notes", ["title"])
    op.create_foreign_key("key", source_table="tags", referent_table="notes")
    with op.batch_alter_table("labels") as batch:
        batch.drop_column("x")
    op.execute("""
        alter table queue add x int;
        drop table jobs;
    """)
    op.execute(f"alter table {name} add x int")
'''


def test_operations_of_a_revision() -> None:
    found = read_edits("versions/a.py", REVISION)
    assert [(edit.verb, edit.subject, edit.line) for edit in found] == [
        ("create", "notes", 7),
        ("create", "notes", 8),
        ("create", "tags", 9),
        ("alter", "labels", 10),
        ("alter", "queue", 13),
        ("drop", "jobs", 14),
    ]


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    read_edits("tables.sql", text)
    read_edits("versions/a.py", text)
