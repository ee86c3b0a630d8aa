"""
[Task]: T-113
[From]: data-model §2.2
[Description]: The identities at external issuers.
"""

from alembic import op

revision = "0010"
down_revision = "0009"

# The words of the data model, unchanged.
TABLES = """
create table identities (
    issuer text not null check (char_length(issuer) between 1 and 500),
    subject text not null check (char_length(subject) between 1 and 255),
    owner_id uuid not null references accounts (id) on delete cascade,
    created_at timestamptz not null default now()
);

alter table identities add primary key (issuer, subject);
create index on identities (owner_id);
alter table identities enable row level security;
alter table identities force row level security;
create policy identities_select on identities for select to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid)
           or (issuer = (select nullif(current_setting('app.issuer', true), ''))
               and subject = (select nullif(current_setting('app.subject', true), ''))));
create policy identities_insert on identities for insert to app_user
    with check (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy identities_delete on identities for delete to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));

grant select, insert, delete on identities to app_user;
"""


def upgrade() -> None:
    """Make identities."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop identities, with what is in them."""
    op.execute("drop table identities")
