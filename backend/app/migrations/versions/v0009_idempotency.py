"""
[Task]: T-004
[From]: data-model §5.1
[Description]: The idempotency keys.
"""

from alembic import op

revision = "0009"
down_revision = "0008"

# The words of the data model, unchanged.
TABLES = """
create table idempotency_keys (
    owner_id uuid not null references accounts (id) on delete cascade,
    operation text not null check (char_length(operation) <= 200),
    key text not null check (char_length(key) between 1 and 255),
    request_hash bytea not null check (octet_length(request_hash) = 32),
    status integer not null check (status between 200 and 599),
    body bytea not null,
    created_at timestamptz not null default now()
);

alter table idempotency_keys add primary key (owner_id, operation, key);
create index on idempotency_keys (owner_id, created_at);
alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;
create policy idempotency_keys_select on idempotency_keys for select to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy idempotency_keys_insert on idempotency_keys for insert to app_user
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy idempotency_keys_update on idempotency_keys for update to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid))
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy idempotency_keys_delete on idempotency_keys for delete to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));

grant select, insert, update, delete on idempotency_keys to app_user;
"""


def upgrade() -> None:
    """Make idempotency_keys."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop idempotency_keys, with what is in them."""
    op.execute("drop table idempotency_keys")
