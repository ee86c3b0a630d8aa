"""Each hole is opened in a sound database, and found as what it is."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from specward.database.isolation.around import old_server
from specward.database.isolation.checks import problems
from specward.database.isolation.model import Problem, Snapshot
from specward.database.isolation.snapshot import read_snapshot
from specward.database.provision import provision
from specward.database.server import Server
from tests.servers.scratch import scratch

ROLES = Path(__file__).parents[1] / "roles.sql"
ME = "(select nullif(current_setting('app.user_id', true), '')::uuid)"
OWNED = {"accounts": "id", "notes": "owner_id", "tags": "owner_id"}

SOUND = f"""
set role app_owner;
create table accounts (id uuid primary key);
create table notes (
    id uuid primary key, owner_id uuid not null references accounts, title text, unique (owner_id, id)
);
create table tags (
    owner_id uuid not null, note_id uuid not null, name text,
    primary key (owner_id, note_id, name),
    constraint of_note foreign key (note_id, owner_id) references notes (id, owner_id)
);
create table countries (code text primary key, capital_of uuid references notes (id));
alter table accounts enable row level security;
alter table notes enable row level security;
alter table tags enable row level security;
alter table accounts force row level security;
alter table notes force row level security;
alter table tags force row level security;
create policy own on accounts to app_user using (id = {ME});
create policy own on notes to app_user using (owner_id = {ME}) with check (owner_id = {ME});
create policy own on tags to app_user using (owner_id = {ME});
create view titles with (security_invoker) as select title from notes;
create view capitals as select code from countries;
create function fine() returns int language sql security definer set search_path = pg_catalog return 1;
grant select, insert, update, delete on accounts, notes, tags, countries to app_user;
grant select on titles, capitals to app_user;
reset role;
"""  # noqa: S608 -- put together from constants

HOLES = {
    "row security off": ("alter table notes disable row level security", "SW651", "notes"),
    "not forced": ("alter table notes no force row level security", "SW652", "notes"),
    "no policy for a verb": (
        f"drop policy own on tags; create policy own on tags for select to app_user using (owner_id = {ME})",
        "SW653",
        "tags",
    ),
    "policy of another role": ("alter policy own on tags to app_migrator", "SW653", "tags"),
    "always true": ("create policy all_see on notes for select using (true)", "SW654", "notes"),
    "an open alternative": (
        f"alter policy own on notes using (owner_id = {ME} or title = 'public')",
        "SW654",
        "notes",
    ),
    "rows given away": ("alter policy own on notes with check (true)", "SW654", "notes"),
    "anybody at all": (
        "alter policy own on notes using ((select current_setting('app.user_id', true)) is not null)",
        "SW654",
        "notes",
    ),
    "setting for each row": (
        "alter policy own on notes using (owner_id = nullif(current_setting('app.user_id', true), '')::uuid)",
        "SW655",
        "notes",
    ),
    "column cast": (
        "alter policy own on notes using (owner_id::text = (select current_setting('app.user_id', true)))",
        "SW656",
        "notes",
    ),
    "no nullif": (
        "alter policy own on notes using (owner_id = (select current_setting('app.user_id', true)::uuid))",
        "SW656",
        "notes",
    ),
    "owner may be null": ("alter table notes alter column owner_id drop not null", "SW657", "notes.owner_id"),
    "owner leads no index": (
        "alter table tags drop constraint tags_pkey, add primary key (note_id, owner_id, name)",
        "SW658",
        "tags.owner_id",
    ),
    "only a partial index": (
        "alter table tags drop constraint tags_pkey; create index on tags (owner_id) where name <> ''",
        "SW658",
        "tags.owner_id",
    ),
    "foreign key without owner": (
        "alter table tags add foreign key (note_id) references notes (id)",
        "SW659",
        "tags",
    ),
    "truncate": ("grant truncate on notes to app_user", "SW660", "notes"),
    "references to all": ("grant references on notes to public", "SW660", "notes"),
    "references on a column": ("grant references (id) on notes to app_user", "SW660", "notes"),
    "trigger": ("grant trigger on notes to app_user", "SW660", "notes"),
    "view as its owner": ("alter view titles reset (security_invoker)", "SW661", "titles"),
    "view through a view": (
        "create view more as select * from titles; grant select on more to app_user",
        "SW661",
        "more",
    ),
    "materialised view": (
        "create materialized view old as select * from notes; grant select (id) on old to app_user",
        "SW661",
        "old",
    ),
    "open search path": ("alter function fine() reset search_path", "SW662", "fine()"),
    "bypasses": ("alter role app_user bypassrls", "SW663", "role app_user"),
    "superuser": ("alter role app_user superuser", "SW663", "role app_user"),
    "makes roles": ("alter role app_user createrole", "SW663", "role app_user"),
    "member of the owner": ("grant app_owner to app_user", "SW663", "role app_user"),
    "member of a member": ("grant app_migrator to app_user", "SW663", "role app_user"),
    "reads files": ("grant pg_read_server_files to app_user", "SW663", "role app_user"),
}


@pytest.fixture(scope="module")
def connection(own_server: Server, role_passwords: dict[str, str]) -> Iterator[psycopg.Connection]:
    with scratch(own_server) as name:
        provision(own_server, name, ROLES, role_passwords)
        with psycopg.connect(own_server.superuser_url(name), autocommit=True) as connection:
            connection.execute(SOUND.encode())
            yield connection


def found(connection: psycopg.Connection) -> list[Problem]:
    return problems(read_snapshot(connection, "app_user"), OWNED)


def test_a_sound_database_has_no_problem(connection: psycopg.Connection) -> None:
    assert found(connection) == []


@pytest.mark.parametrize("name", HOLES)
def test_a_hole_is_found_as_what_it_is(connection: psycopg.Connection, name: str) -> None:
    statements, code, subject = HOLES[name]
    with connection.transaction(force_rollback=True):
        connection.execute(statements.encode())
        there = found(connection)
    assert (code, subject) in {(problem.code, problem.subject) for problem in there}
    # One hole of one kind; but a powerful role has the owner's privileges besides.
    besides = {"SW660"} if code == "SW663" else set()
    assert {problem.code for problem in there} - besides == {code}
    for problem in there:
        assert problem.message.endswith(".")
        assert problem.hint


def test_what_is_not_owned_is_nobodys_problem(connection: psycopg.Connection) -> None:
    assert problems(read_snapshot(connection, "app_user"), {}) == []


@pytest.mark.parametrize(("version", "count"), [(150013, 1), (150014, 0), (170005, 1), (180000, 0)])
def test_minor_versions_with_known_leaks_are_named(version: int, count: int) -> None:
    snapshot = Snapshot("app_user", version, (), (), (), (), (), ())
    assert len([*old_server(snapshot, OWNED)]) == count
