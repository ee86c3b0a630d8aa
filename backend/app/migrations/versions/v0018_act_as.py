"""
[Task]: T-105
[From]: speckit.specify §2.5, data-model §1.4, speckit.plan §1.3
[Description]: How a caller is set for row security, and refused where the account is gone.
"""

from alembic import op

revision = "0018"
down_revision = "0017"

# The words of the data model, unchanged.
ACT_AS = """
create function act_as(account uuid) returns void language plpgsql as $$
begin
    perform set_config('app.user_id', account::text, true);
    if not exists (select from public.accounts where id = account) then
        raise invalid_authorization_specification using message = 'There is no such account.';
    end if;
end
$$
"""


def upgrade() -> None:
    """Make the function; who does not know it sets callers as before."""
    op.execute(ACT_AS)


def downgrade() -> None:
    """Drop it."""
    op.execute("drop function act_as(uuid)")
