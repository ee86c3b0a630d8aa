"""
[Task]: T-042
[From]: data-model §3.1
[Description]: The profiles.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

# The words of the data model, unchanged.
TABLES = """
create table profiles (
    owner_id uuid primary key references accounts (id) on delete cascade,
    version integer not null default 1 check (version > 0),
    display_name text check (char_length(display_name) between 1 and 80),
    about text check (char_length(about) between 1 and 500),
    avatar_url text check (avatar_url ~ '^https://' and char_length(avatar_url) <= 2048),
    locale text not null default 'en' check (char_length(locale) between 2 and 35),
    time_zone text not null default 'UTC' check (char_length(time_zone) between 1 and 64),
    updated_at timestamptz not null default now()
);

alter table profiles enable row level security;
alter table profiles force row level security;
create policy profiles_select on profiles for select to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy profiles_insert on profiles for insert to app_user
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy profiles_update on profiles for update to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid))
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy profiles_delete on profiles for delete to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));

grant select, insert, update, delete on profiles to app_user;
"""


def upgrade() -> None:
    """Make profiles."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop profiles, with what is in them."""
    op.execute("drop table profiles")
