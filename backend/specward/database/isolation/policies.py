"""The checks of policies: each permissive one must ask who is asking, once a statement, by an index."""

from collections.abc import Iterator

from specward.database.isolation.expression import bound, casts_column, evaluated_per_row, fails_when_empty
from specward.database.isolation.model import Owned, Policy, Problem, Snapshot


def policy_not_bound(snapshot: Snapshot, owned: Owned) -> Iterator[Problem]:
    """SW654: permissive policies add up, so each of them must be bound to who is asking."""
    for policy in _permissive(snapshot, owned):
        for clause, expression in _clauses(policy):
            if not bound(expression):
                yield Problem(
                    "SW654",
                    policy.table,
                    f"Policy {policy.name} on {policy.table} lets rows of other users through: {clause} "
                    f"{expression} has an alternative that does not depend on the user.",
                    f"Compare {policy.table}.{owned[policy.table]} with the user in every alternative.",
                    part=policy.name,
                )


def setting_per_row(snapshot: Snapshot, owned: Owned) -> Iterator[Problem]:
    """SW655: a setting in a sub-select is read once; a bare one is read for every row (six times slower)."""
    for policy in _permissive(snapshot, owned):
        if any(evaluated_per_row(expression) for _, expression in _clauses(policy)):
            yield Problem(
                "SW655",
                policy.table,
                f"Policy {policy.name} on {policy.table} reads its setting again for every row.",
                "Wrap it: (select nullif(current_setting('app.user_id', true), '')::uuid).",
                open=False,
                part=policy.name,
            )


def cast_on_the_wrong_side(snapshot: Snapshot, owned: Owned) -> Iterator[Problem]:
    """SW656: a cast column cannot use its index; a setting cast without nullif fails once it is ''."""
    for policy in _permissive(snapshot, owned):
        for _, expression in _clauses(policy):
            if casts_column(expression, owned[policy.table]):
                yield Problem(
                    "SW656",
                    policy.table,
                    f"Policy {policy.name} on {policy.table} casts the column, so that no index can be used.",
                    "Cast the setting to the column's type instead.",
                    open=False,
                    part=policy.name,
                )
            if fails_when_empty(expression):
                yield Problem(
                    "SW656",
                    policy.table,
                    f"Policy {policy.name} on {policy.table} casts a setting that is '' on a connection "
                    "used before, which is an error.",
                    "nullif(current_setting('app.user_id', true), '')::uuid",
                    open=False,
                    part=policy.name,
                )


def _permissive(snapshot: Snapshot, owned: Owned) -> list[Policy]:
    return [policy for policy in snapshot.policies if policy.table in owned and policy.permissive]


def _clauses(policy: Policy) -> list[tuple[str, str]]:
    """Return the expressions of a policy; where WITH CHECK is left out, USING checks new rows as well."""
    given = (("using", policy.using), ("with check", policy.check))
    return [(clause, expression) for clause, expression in given if expression is not None]
