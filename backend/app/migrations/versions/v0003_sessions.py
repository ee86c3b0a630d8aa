"""
[Task]: T-102
[From]: data-model §2.3, §2.4
[Description]: Sessions and their refresh tokens.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

# The words of the data model, unchanged.
TABLES = """
create table sessions (
    id uuid primary key default new_id(),
    owner_id uuid not null references accounts (id) on delete cascade,
    user_agent text check (char_length(user_agent) <= 200),
    created_at timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    ended_at timestamptz,
    end_reason text check (end_reason in ('logout', 'everywhere', 'password', 'revoked', 'reuse'))
);

alter table sessions add check ((ended_at is null) = (end_reason is null));
alter table sessions add unique (id, owner_id);
create index on sessions (owner_id, created_at desc);
alter table sessions enable row level security;
alter table sessions force row level security;
create policy sessions_select on sessions for select to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy sessions_insert on sessions for insert to app_user
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy sessions_update on sessions for update to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid))
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy sessions_delete on sessions for delete to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));

create table refresh_tokens (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    owner_id uuid not null,
    session_id uuid not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    spent_at timestamptz
);

alter table refresh_tokens
    add foreign key (session_id, owner_id) references sessions (id, owner_id) on delete cascade;
create index on refresh_tokens (owner_id, session_id);
alter table refresh_tokens enable row level security;
alter table refresh_tokens force row level security;
create policy refresh_tokens_select on refresh_tokens for select to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid)
           or token_hash = (select decode(nullif(current_setting('app.token_hash', true), ''), 'hex')));
create policy refresh_tokens_insert on refresh_tokens for insert to app_user
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy refresh_tokens_update on refresh_tokens for update to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid))
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy refresh_tokens_delete on refresh_tokens for delete to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));

grant select, insert, update, delete on sessions, refresh_tokens to app_user;
"""


def upgrade() -> None:
    """Make sessions and refresh_tokens."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop sessions and refresh_tokens, with what is in them."""
    op.execute("drop table refresh_tokens, sessions")
