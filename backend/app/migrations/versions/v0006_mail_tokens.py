"""
[Task]: T-106
[From]: data-model §2.5
[Description]: The mailed tokens.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

# The words of the data model, unchanged.
TABLES = """
create table mail_tokens (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    owner_id uuid not null references accounts (id) on delete cascade,
    purpose text not null check (purpose in ('verify', 'reset')),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz
);

create index on mail_tokens (owner_id, purpose);
alter table mail_tokens enable row level security;
alter table mail_tokens force row level security;
create policy mail_tokens_select on mail_tokens for select to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid)
           or token_hash = (select decode(nullif(current_setting('app.token_hash', true), ''), 'hex')));
create policy mail_tokens_insert on mail_tokens for insert to app_user
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy mail_tokens_update on mail_tokens for update to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid))
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy mail_tokens_delete on mail_tokens for delete to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));

grant select, insert, update, delete on mail_tokens to app_user;
"""


def upgrade() -> None:
    """Make mail_tokens."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop mail_tokens, with what is in them."""
    op.execute("drop table mail_tokens")
