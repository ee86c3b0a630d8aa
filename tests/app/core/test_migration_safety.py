"""The migrations disturb nobody who is at work, and undo all that they do."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event

from specward.config import load_config
from specward.database.catalog import facts
from specward.database.provision import provision, read_recipe
from specward.database.server import Server
from tests.servers.plugin import ROOT
from tests.servers.scratch import scratch

INI = Config(ROOT / "backend/app/migrations/alembic.ini")
SQUAWK = Path(sys.executable).with_name("squawk")

# What is not asked of them, with the reason.
EXCLUDED = {
    "prefer-bigint-over-int": "the data model says which numbers are small for ever",
    "prefer-identity": "the only serial columns are those of the queue's library",
    "prefer-text-field": "the only varchar is in the table of Alembic itself",
}
ALLOWED = [f"--exclude={','.join(EXCLUDED)}", "--pg-version=15.0"]
IN_TRANSACTION = "--assume-in-transaction"
IN_PARTS = {"0011b", "0014", "0017"}
"""Those that end their transaction, and can be begun again."""


@pytest.fixture
def empty(server: Server, role_passwords: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The superuser's URL of an empty database that the migrations find."""
    with scratch(server) as name:
        urls = provision(server, name, read_recipe(ROOT, load_config(ROOT)).roles, role_passwords)
        monkeypatch.setenv("MIGRATION_DATABASE_URL", urls.migration)
        yield server.superuser_url(name)


@pytest.fixture
def sent() -> Iterator[list[str]]:
    """What is sent through SQLAlchemy, without the driver's own parameters, which only queries have."""
    statements: list[str] = []

    def keep(_: object, __: object, statement: str, parameters: object, *___: object) -> None:
        if not parameters:
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", keep)
    yield statements
    event.remove(Engine, "before_cursor_execute", keep)


def revisions() -> list[str]:
    """Every revision, the first one first."""
    script = ScriptDirectory.from_config(INI)
    return [revision.revision for revision in script.walk_revisions()][::-1]


def complaints(folder: Path, *options: str, **files: str) -> str:
    """What squawk says about SQL."""
    for name, text in files.items():
        (folder / f"{name}.sql").write_text(text)
    ended = subprocess.run(
        [SQUAWK, *ALLOWED, *options, "--reporter=gcc", *sorted(folder.glob("*.sql"))],
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.stdout + ended.stderr


def test_squawk_has_nothing_to_say(empty: str, sent: list[str], tmp_path: Path) -> None:
    """Of the SQL that is really sent, with the time-outs before it, one revision at a time."""
    assert empty
    for revision in revisions():
        sent.clear()
        command.upgrade(INI, revision)
        (tmp_path / revision).mkdir()
        options = [] if revision in IN_PARTS else [IN_TRANSACTION]
        assert complaints(tmp_path / revision, *options, sent=";\n".join(sent) + ";\n") == ""


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("alter table accounts add column x int not null;", "adding-required-field"),
        ("alter table accounts rename column email to address;", "renaming-column"),
        ("alter table accounts drop column email;", "ban-drop-column"),
        ("create index on accounts (created_at);", "require-concurrent-index-creation"),
        ("alter table accounts alter column email type varchar(9);", "changing-column-type"),
    ],
)
def test_squawk_holds_expand_and_contract(tmp_path: Path, statement: str, rule: str) -> None:
    timeouts = "set local lock_timeout = '5s'; set local statement_timeout = '15min';\n"
    assert rule in complaints(tmp_path, IN_TRANSACTION, bad=timeouts + statement)


def test_squawk_holds_the_time_outs(tmp_path: Path) -> None:
    said = complaints(tmp_path, IN_TRANSACTION, bad="alter table accounts add column x text;")
    assert "require-lock-timeout" in said
    assert "require-statement-timeout" in said


def test_there_and_back_and_there_again(empty: str) -> None:
    """Each revision undoes what it does, and nothing else."""
    with psycopg.connect(empty, autocommit=True) as connection:
        steps = []
        for revision in revisions():
            steps.append(facts(connection))
            command.upgrade(INI, revision)
        newest = facts(connection)
        for before in reversed(steps):
            command.downgrade(INI, "-1")
            assert facts(connection) == before
        command.upgrade(INI, "head")
        assert facts(connection) == newest


def test_upkeep_is_filled_in_batches_and_can_be_begun_again(empty: str) -> None:
    """Nobody's row is made twice, and nobody is left out."""
    command.upgrade(INI, "0011")
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute("alter table accounts disable trigger begin_upkeep")
        connection.execute(
            "insert into accounts (email, password_hash) select n || '@example.org', 'x' "
            "from generate_series(1, 10001) n"
        )
        connection.execute("alter table accounts enable trigger begin_upkeep")
        connection.execute("insert into accounts (email, password_hash) values ('new@example.org', 'x')")
        connection.execute("create policy accounts_fill on accounts to app_owner using (true)")
        command.upgrade(INI, "0011b")
        missing = "select count(*) from accounts left join upkeep on owner_id = id where owner_id is null"
        assert connection.execute(missing).fetchone() == (0,)
        left = "select count(*) from pg_policies where policyname = 'accounts_fill'"
        assert connection.execute(left).fetchone() == (0,)


def test_an_index_that_was_not_finished_is_made_anew(empty: str) -> None:
    command.upgrade(INI, "0013")
    name = "notifications_owner_id_kind_created_at_id_idx1"
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute(f"create index {name} on notifications (id)")
        command.upgrade(INI, "0014")
        definition = connection.execute("select pg_get_indexdef(%s::regclass)", [name]).fetchone()
    assert definition is not None
    assert "WHERE (read_at IS NULL)" in definition[0]
