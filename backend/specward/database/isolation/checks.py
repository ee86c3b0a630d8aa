"""The checks of a database's isolation: functions from a snapshot to problems.

What is user-owned is not guessed from names; it comes from the approved data model, as {table: owner column}.
The failure modes behind them were reproduced on PostgreSQL 18.
"""

from specward.database.isolation import around, policies, tables
from specward.database.isolation.model import Owned, Problem, Snapshot

CHECKS = (
    tables.row_security_off,
    tables.row_security_not_forced,
    tables.verb_without_policy,
    policies.policy_not_bound,
    policies.setting_per_row,
    policies.cast_on_the_wrong_side,
    tables.owner_column_nullable,
    tables.owner_column_without_index,
    tables.foreign_key_across_owners,
    tables.forbidden_grant,
    around.view_as_its_owner,
    around.definer_with_open_path,
    around.powerful_role,
    around.old_server,
)


def problems(snapshot: Snapshot, owned: Owned) -> list[Problem]:
    """Return all that is wrong with the isolation of the tables in `owned`, in the order of the codes."""
    return sorted(problem for check in CHECKS for problem in check(snapshot, owned))
