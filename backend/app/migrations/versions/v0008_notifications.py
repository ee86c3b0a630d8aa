"""
[Task]: T-078
[From]: data-model §4.1, §4.2
[Description]: Notifications, and the preferences on their delivery.
"""

from alembic import op

revision = "0008"
down_revision = "0006"

# The words of the data model, unchanged.
TABLES = """
create table notifications (
    id uuid primary key default new_id(),
    owner_id uuid not null references accounts (id) on delete cascade,
    kind text not null check (kind in ('security', 'account', 'product')),
    title text not null check (char_length(title) between 1 and 120),
    body text not null default '' check (char_length(body) <= 2000),
    data jsonb not null default '{}'
        check (jsonb_typeof(data) = 'object' and octet_length(data::text) <= 4096),
    created_at timestamptz not null default now(),
    read_at timestamptz
);

create index on notifications (owner_id, created_at desc, id desc);
create index on notifications (owner_id, kind, created_at desc, id desc);
create index on notifications (owner_id, created_at desc, id desc) where read_at is null;
alter table notifications enable row level security;
alter table notifications force row level security;
create policy notifications_select on notifications for select to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy notifications_insert on notifications for insert to app_user
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy notifications_update on notifications for update to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid))
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy notifications_delete on notifications for delete to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));

create function announce_notification() returns trigger language plpgsql
    set search_path = pg_catalog, pg_temp as $$
begin
    perform pg_notify('notifications', new.owner_id || ' ' || new.id);
    return new;
end
$$;
create trigger announce_notification after insert on notifications
    for each row execute function announce_notification();

create table notification_preferences (
    owner_id uuid not null references accounts (id) on delete cascade,
    kind text not null check (kind in ('security', 'account', 'product')),
    channel text not null check (channel in ('live', 'email')),
    enabled boolean not null
);

alter table notification_preferences add primary key (owner_id, kind, channel);
alter table notification_preferences add check (enabled or kind <> 'security' or channel <> 'email');
alter table notification_preferences enable row level security;
alter table notification_preferences force row level security;
create policy notification_preferences_select on notification_preferences for select to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy notification_preferences_insert on notification_preferences for insert to app_user
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy notification_preferences_update on notification_preferences for update to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid))
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy notification_preferences_delete on notification_preferences for delete to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));

grant select, insert, update, delete on notifications, notification_preferences to app_user;
"""


def upgrade() -> None:
    """Make notifications and notification_preferences."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop notifications and notification_preferences, with what is in them."""
    op.execute("drop table notification_preferences, notifications")
    op.execute("drop function announce_notification()")
