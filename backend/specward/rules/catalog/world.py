"""A notebook with a database that keeps its users apart: the world in which these rules' examples live."""

from collections.abc import Mapping

from specward.rules.schema.world import world as schema_world

DATA_MODEL = """# Data model

## accounts

| Column | Type | Constraints |
|---|---|---|
| id | uuid | primary key |

## notes

| Column | Type | Constraints |
|---|---|---|
| id | uuid | primary key |
| owner_id | uuid | not null, references accounts (id) |
| title | text | not null |
"""

ROLES = """do $$
begin
    if not exists (select from pg_roles where rolname = 'app_user') then
        create role app_user login noinherit;
        create role app_migrator superuser login;
    end if;
    alter role app_user nobypassrls;
    execute format('alter role app_migrator password %L', current_setting('setup.migrator_password'));
end
$$;
"""

TABLES = """-- [Task]: T-001
-- [From]: speckit.specify §1.1
-- [Description]: The notebook.
create table accounts (id uuid primary key);
create table notes (
    id uuid primary key,
    owner_id uuid not null references accounts (id),
    title text not null
);
create index on notes (owner_id);
alter table accounts enable row level security;
alter table accounts force row level security;
alter table notes enable row level security;
alter table notes force row level security;
create policy own on accounts to app_user
    using (id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy own on notes to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
grant select, insert, update, delete on accounts, notes to app_user;
"""


def world(mistake: str = "", *, roles: str = ROLES, settings: str = "") -> Mapping[str, str]:
    """The files of the notebook.

    Args:
        mistake: What its migration does besides.
        roles: Its roles.
        settings: More of `[tool.specward.database]`.
    """
    files = schema_world(f"{TABLES}{mistake}\n", data_model=DATA_MODEL)
    pyproject = f'{files["pyproject.toml"]}roles = "backend/app/roles.sql"\n{settings}'
    return {**files, "pyproject.toml": pyproject, "backend/app/roles.sql": roles}
