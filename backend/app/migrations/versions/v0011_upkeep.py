"""
[Task]: T-087
[From]: data-model §2.7
[Description]: When each account is looked after next.
"""
# specward: allow SW654 -- the duty reads who is due, and nothing about them (data-model §2.7, plan §5.3)

from alembic import op

revision = "0011"
down_revision = "0010"

# The words of the data model, unchanged.
TABLES = """
create table upkeep (
    owner_id uuid primary key references accounts (id) on delete cascade,
    due_at timestamptz not null default now(),
    mailed_up_to timestamptz
);

create index on upkeep (due_at);
alter table upkeep enable row level security;
alter table upkeep force row level security;
create policy upkeep_select on upkeep for select to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid)
           or (select current_setting('app.duty', true)) = 'upkeep');
create policy upkeep_update on upkeep for update to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid))
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy upkeep_begin on upkeep for insert to app_owner
    with check (true);

create function begin_upkeep() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
begin
    insert into public.upkeep (owner_id) values (new.id);
    return new;
end
$$;
revoke execute on function begin_upkeep() from public;
create trigger begin_upkeep after insert on accounts for each row execute function begin_upkeep();

grant select, update on upkeep to app_user;
"""


def upgrade() -> None:
    """Make upkeep; from now on each new account has a row."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop upkeep, with what is in it."""
    op.execute("drop trigger begin_upkeep on accounts")
    op.execute("drop function begin_upkeep()")
    op.execute("drop table upkeep")
