"""Which changes of tables a task answers for: in migrations, in SQL files, in models, and when they go."""

from pathlib import Path

import pytest

from specward.rules.examples import HEADER, SPECS
from specward.verify import verify
from tests.specward.repository import commit, git, make_repository, write_tree

REVISION = "backend/app/orders/versions/one.py"
DDL = "backend/app/orders/tables.sql"
MODELS = "backend/app/orders/models.py"
TASKS = SPECS["specs/tasks.md"].replace("**Tables**: none", "**Tables**: `public.orders`")
SQL_HEADER = "-- [Task]: T-001\n-- [From]: speckit.specify §1.1\n-- [Description]: Tables.\n"
MODEL = (
    f"{HEADER}\nfrom sqlmodel import Field, SQLModel\n\n\nclass Customer(SQLModel, table=True):\n"
    '    __tablename__ = "customers"\n    id: int = Field(primary_key=True)\n\n'
    "    def greet(self) -> str:\n        return 'Good morning'\n"
)
ORDER = f"{HEADER}\nfrom sqlmodel import SQLModel\n\n\nclass Orders(SQLModel, table=True):\n    id: int\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        **SPECS,
        "specs/tasks.md": TASKS,
        MODELS: MODEL,
        DDL: f"{SQL_HEADER}create table carts (id int);\n",
    }
    root = make_repository(tmp_path / "shop", files)
    git(root, "tag", "before")
    return root


def found(root: Path) -> list[tuple[str, int, str]]:
    """The findings with the task bound, which must be those against a base: path, line, message."""
    bound, claimed = (
        [
            (finding.place.path, finding.place.line, finding.message)
            for finding in verify(root, select=("SW308",), tasks=tasks, base="before").findings
        ]
        for tasks in (("T-001",), ())
    )
    assert bound == claimed
    return bound


UNTOLD = "This changes a table that is known only at run time, so no task's Tables can be checked."


def told(table: str) -> str:
    return f"This changes the table {table}, which T-001 does not name under Tables."


def revision(body: str) -> str:
    return f"{HEADER}\nfrom alembic import op\n\n\ndef upgrade() -> None:\n    {body}\n"


@pytest.mark.parametrize(
    "body",
    [
        'op.create_table("customers")',
        'op.add_column("customers", None)',
        'op.create_index("by_name", "customers", ["name"])',
        'op.execute("alter table public.customers add column age integer")',
        'op.execute("create policy own on customers using (true)")',
        'op.execute("create trigger t after insert on customers execute function f()")',
        'op.execute("grant select on customers to app_user")',
        'op.execute("drop table customers")',
    ],
)
def test_a_revision_may_touch_the_tasks_tables_alone(root: Path, body: str) -> None:
    write_tree(root, {REVISION: revision(body)})
    line = revision(body).count("\n")
    assert found(root) == [(REVISION, line, told("customers"))]
    write_tree(root, {REVISION: revision(body.replace("customers", "orders"))})
    assert found(root) == []


def test_a_name_that_the_file_puts_together_is_read(root: Path) -> None:
    body = 'for table in ({}):\n        op.execute(f"alter table {{table}} add column age integer")'
    write_tree(root, {REVISION: revision(body.format('"orders",'))})
    assert found(root) == []
    write_tree(root, {REVISION: revision(body.format('"orders", "customers"'))})
    assert found(root) == [(REVISION, 12, told("customers"))]


def test_a_name_that_only_the_run_knows_is_a_finding_until_it_is_written_out(root: Path) -> None:
    unknown = revision('op.execute(f"drop table {op.get_context().opts}")')
    write_tree(root, {REVISION: unknown})
    assert found(root) == [(REVISION, 11, UNTOLD)]
    commit(root, "What a person has looked at")
    git(root, "tag", "--force", "before")
    write_tree(root, {REVISION: f"{unknown}\n"})
    assert found(root) == []
    write_tree(root, {REVISION: revision('op.execute("drop table orders")')})
    assert found(root) == []


def test_a_statement_of_which_no_word_stands_in_the_file_is_not_seen_here(root: Path) -> None:
    write_tree(root, {REVISION: revision("op.execute(library.schema())")})
    assert found(root) == []


def test_a_person_excuses_a_librarys_own_tables_in_their_file(root: Path) -> None:
    head = f"{SQL_HEADER}-- specward: allow SW308 -- the tables of the queue\n"
    ddl = "create table jobs (id int);\ncreate index on jobs (id);\n"
    write_tree(root, {"backend/app/queue.sql": head + ddl})
    verdict = verify(root, base="before", select=("SW308",))
    assert verdict.findings == ()
    assert [(finding.code, finding.place.line) for finding, _ in verdict.excused] == [("SW308", 5)]


def test_only_the_statements_that_changed_count(root: Path) -> None:
    before = f"{SQL_HEADER}create table carts (id int);\n"
    write_tree(root, {DDL: f"{before}create index on orders (id);\n"})
    assert found(root) == []
    write_tree(root, {DDL: f"{before}create index on carts (id);\n"})
    assert found(root) == [(DDL, 5, told("carts"))]


def test_a_file_that_goes_takes_its_tables_with_it(root: Path) -> None:
    (root / DDL).unlink()
    assert found(root) == [(DDL, 1, told("carts"))]


@pytest.mark.parametrize(
    ("old", "new"),
    [("primary_key=True", "primary_key=False"), ('"customers"', '"clients"'), ("id: int", "key: int")],
)
def test_columns_and_names_of_a_model_are_its_tables(root: Path, old: str, new: str) -> None:
    write_tree(root, {MODELS: MODEL.replace(old, new)})
    assert told("customers") in {message for *_, message in found(root)}


def test_what_is_no_part_of_a_table_may_change(root: Path) -> None:
    write_tree(root, {MODELS: MODEL.replace("Good morning", "Good evening")})
    assert found(root) == []


def test_a_new_model_of_a_named_table_passes(root: Path) -> None:
    write_tree(root, {"backend/app/orders/order.py": ORDER})
    assert found(root) == []


def test_projects_whose_tasks_name_no_tables_are_left_alone(root: Path) -> None:
    write_tree(
        root, {"specs/tasks.md": SPECS["specs/tasks.md"], REVISION: revision('op.drop_table("customers")')}
    )
    assert found(root) == []


def test_alembics_own_table_is_nobodys(root: Path) -> None:
    write_tree(root, {REVISION: revision('op.execute("grant select on alembic_version to app_user")')})
    assert found(root) == []
