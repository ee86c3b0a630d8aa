"""
[Task]: T-101
[From]: data-model §2.1
[Description]: The accounts, and who may reach one.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

# The words of the data model, unchanged.
TABLES = """
create table accounts (
    id uuid primary key default new_id(),
    email text unique check (email = lower(email) and char_length(email) between 3 and 254),
    password_hash text check ((password_hash is null) = (email is null)),
    email_verified_at timestamptz,
    created_at timestamptz not null default now()
);

alter table accounts enable row level security;
alter table accounts force row level security;
create policy accounts_select on accounts for select to app_user
    using (id = (select nullif(current_setting('app.user_id', true), '')::uuid)
           or email = (select nullif(current_setting('app.email', true), '')));
create policy accounts_insert on accounts for insert to app_user
    with check (email = (select nullif(current_setting('app.email', true), ''))
                or (email is null and id = (select nullif(current_setting('app.user_id', true), '')::uuid)));
create policy accounts_update on accounts for update to app_user
    using (id = (select nullif(current_setting('app.user_id', true), '')::uuid))
    with check (id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy accounts_delete on accounts for delete to app_user
    using (id = (select nullif(current_setting('app.user_id', true), '')::uuid));

grant select, insert, update, delete on accounts to app_user;
"""


def upgrade() -> None:
    """Make accounts."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop accounts, with what is in them."""
    op.execute("drop table accounts")
