"""
[Task]: T-005
[From]: data-model §5.2
[Description]: The sealed answers.
"""

from alembic import op

revision = "0013"
down_revision = "0012"

# The words of the data model, unchanged.
TABLES = """
create table sealed_answers (
    name bytea primary key check (octet_length(name) = 32),
    sealed bytea,
    created_at timestamptz not null default now()
);

create index on sealed_answers (created_at);
alter table sealed_answers enable row level security;
alter table sealed_answers force row level security;
create policy sealed_answers_select on sealed_answers for select to app_user
    using (name = (select decode(nullif(current_setting('app.token_hash', true), ''), 'hex'))
           or ((select current_setting('app.duty', true)) = 'upkeep'
               and created_at < now() - interval '24 hours'));
create policy sealed_answers_insert on sealed_answers for insert to app_user
    with check (name = (select decode(nullif(current_setting('app.token_hash', true), ''), 'hex')));
create policy sealed_answers_update on sealed_answers for update to app_user
    using (name = (select decode(nullif(current_setting('app.token_hash', true), ''), 'hex')))
    with check (name = (select decode(nullif(current_setting('app.token_hash', true), ''), 'hex')));
create policy sealed_answers_delete on sealed_answers for delete to app_user
    using (name = (select decode(nullif(current_setting('app.token_hash', true), ''), 'hex'))
           or ((select current_setting('app.duty', true)) = 'upkeep'
               and created_at < now() - interval '24 hours'));

grant select, insert, update, delete on sealed_answers to app_user;
"""


def upgrade() -> None:
    """Make sealed_answers."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop sealed_answers."""
    op.execute("drop table sealed_answers")
