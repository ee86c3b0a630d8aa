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
        ('drop table notes, public."Tags" ,jobs', [("drop", "notes"), ("drop", "Tags"), ("drop", "jobs")]),
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
UNTOLD = ("", "untold")


def test_operations_of_a_revision() -> None:
    found = read_edits("versions/a.py", REVISION)
    assert [(edit.verb, edit.subject, edit.line) for edit in found] == [
        ("create", "notes", 7),
        ("create", "notes", 8),
        ("create", "tags", 9),
        ("alter", "labels", 10),
        ("alter", "queue", 13),
        ("drop", "jobs", 14),
        ("alter", "", 16),
    ]
    assert found[-1].kind == "untold"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('T = "notes"\nop.drop_table(T)', [("notes", "table")]),
        ('T: str = "notes"\nop.create_index("i", T, ["x"])', [("notes", "part")]),
        ('N = "no"\nT = N + "tes"\nop.execute(f"drop table {T}")', [("notes", "table")]),
        ('op.execute("drop " + "table " + "notes")', [("notes", "table")]),
        ('op.execute(x * "drop table notes" + "")', [("notes", "table")]),
        (f"""op.execute({'"" + ' * 2000}"drop table notes")""", [("notes", "table")]),
        ('for t in ("a", "b"):\n    op.drop_table(t)', [("a", "table"), ("b", "table")]),
        ('A = ["a", "b"]\nfor t in A:\n    op.execute(f"drop table {t}")', [("a", "table"), ("b", "table")]),
        ('for t, x in (("a", 1), ("b", f())):\n    op.drop_table(t)', [("a", "table"), ("b", "table")]),
        ('for (t, x), y in {(("a", 1), 2)}:\n    op.drop_table(t)', [("a", "table")]),
        ('R = ("a", "b")\nt, u = R\nop.drop_table(u)', [("b", "table")]),
        ('op.execute(f"drop table {schema}.notes")', [("notes", "table")]),
        ('op.execute(f"create policy {p} on notes using ({x})")', [("notes", "part")]),
        ("op.drop_table(t)", [UNTOLD]),
        ('def f(t):\n    op.drop_table(t)\nt = "notes"', [UNTOLD]),
        ('t = "a"\nt += suffix\nop.drop_table(t)', [UNTOLD]),
        ('t = "a"\nt = g()\nop.drop_table(t)', [("a", "table"), UNTOLD]),
        ('for t in tables():\n    op.execute(f"drop table {t}")', [UNTOLD]),
        ('for t in ("a",):\n    op.execute(f"drop table {t!r}")', [UNTOLD]),
        ('R = ("a",)\nt, u = R\nop.drop_table(u)', []),
        ("t = t\nop.drop_table(t)", [UNTOLD]),
        ('op.execute("drop table %s" % t)', [UNTOLD]),
        ('op.execute("drop table {}".format(t))', [UNTOLD]),
        ("op.execute(f'alter table \"{t}\" add x int')", [UNTOLD]),
        ('op.execute(f"create index on {t} (x)")', [UNTOLD]),
        ('op.execute(f"grant select on notes, {t} to app_user")', [("notes", "part"), UNTOLD]),
        ("op.execute(\"do $$ begin execute format('drop table %I', x); end $$\")", [UNTOLD]),
        ('op.execute(f"create function {f}() returns void")', [("{}", "function")]),
        ("op.execute(sql)\nop.execute(f'{sql}')", []),
        ('op.execute(f"update {t} set x = 1")', []),
    ],
)
def test_names_that_are_put_together(code: str, found: list[tuple[str, str]]) -> None:
    assert [(edit.subject, edit.kind) for edit in read_edits("versions/a.py", code)] == found


def test_too_many_texts_are_not_told_apart() -> None:
    many = ", ".join(f'"t{number}"' for number in range(30))
    code = f'for a in ({many}):\n    for b in ({many}):\n        op.execute(f"drop table {{a}}{{b}}, {{a}}")'
    assert {edit.kind for edit in read_edits("versions/a.py", code)} == {"untold"}


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    read_edits("tables.sql", text)
    read_edits("versions/a.py", text)
