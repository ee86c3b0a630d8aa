"""
[Task]: T-084
[From]: data-model §4.3
[Description]: The places of live streams.
"""

from alembic import op

revision = "0015"
down_revision = "0014"

# The words of the data model, unchanged.
TABLES = """
create table live_streams (
    owner_id uuid not null references accounts (id) on delete cascade,
    place integer not null check (place between 1 and 3),
    id uuid not null default new_id(),
    expires_at timestamptz not null
);

alter table live_streams add primary key (owner_id, place);
alter table live_streams enable row level security;
alter table live_streams force row level security;
create policy live_streams_select on live_streams for select to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy live_streams_insert on live_streams for insert to app_user
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy live_streams_update on live_streams for update to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid))
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy live_streams_delete on live_streams for delete to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));

grant select, insert, update, delete on live_streams to app_user;
"""


def upgrade() -> None:
    """Make live_streams."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop live_streams, with what is in it: streams that are open end at their next heartbeat."""
    op.execute("drop table live_streams")
