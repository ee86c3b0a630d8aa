"""The checks of the user-owned tables themselves: row security, the owner's column, keys, privileges."""

from collections.abc import Iterator

from specward.database.isolation.model import Owned, Policy, Problem, Snapshot, owned_tables

VERBS = ("select", "insert", "update", "delete")
FORBIDDEN = {
    "truncate": "empties the table, whatever row security says",
    "references": "lets a foreign key reveal whether another user's row exists",
    "trigger": "lets a trigger see other users' rows",
}


def row_security_off(snapshot: Snapshot, owned: Owned) -> Iterator[Problem]:
    """SW651: without row security one forgotten filter shows everybody everything (CVE-2025-48757)."""
    for table in owned_tables(snapshot, owned):
        if not table.secured:
            yield Problem(
                "SW651",
                table.name,
                f"Row security is off on {table.name}: its policies, if any, do nothing.",
                f"alter table {table.name} enable row level security;",
                part="row level security",
            )


def row_security_not_forced(snapshot: Snapshot, owned: Owned) -> Iterator[Problem]:
    """SW652: without FORCE the owner and every member of the owner's role sees everybody."""
    for table in owned_tables(snapshot, owned):
        if table.secured and not table.forced:
            yield Problem(
                "SW652",
                table.name,
                f"Row security on {table.name} is not forced: {table.owner} and its members see all rows.",
                f"alter table {table.name} force row level security;",
                part="row level security",
            )


def verb_without_policy(snapshot: Snapshot, owned: Owned) -> Iterator[Problem]:
    """SW653: a granted verb that no policy allows does nothing, in silence."""
    for table in owned_tables(snapshot, owned):
        for verb in VERBS:
            if table.secured and verb in table.privileges and not _policies(snapshot, table.name, verb):
                yield Problem(
                    "SW653",
                    table.name,
                    f"{snapshot.role} may {verb} on {table.name}, but no policy lets a row through: "
                    "the statement fails, or finds nothing.",
                    f"Write a policy for {verb}, or revoke the privilege.",
                    open=False,
                )


def owner_column_nullable(snapshot: Snapshot, owned: Owned) -> Iterator[Problem]:
    """SW657: a row without an owner is nobody's, and a check passes when it is null."""
    for table in owned_tables(snapshot, owned):
        if owned[table.name] in table.nullable:
            yield Problem(
                "SW657",
                f"{table.name}.{owned[table.name]}",
                f"{table.name}.{owned[table.name]} may be null: such a row belongs to nobody.",
                f"alter table {table.name} alter column {owned[table.name]} set not null;",
                part=f"alter column {owned[table.name]}",
            )


def owner_column_without_index(snapshot: Snapshot, owned: Owned) -> Iterator[Problem]:
    """SW658: every statement filters by the owner, so an index has to begin with it."""
    for table in owned_tables(snapshot, owned):
        if owned[table.name] not in table.leading:
            yield Problem(
                "SW658",
                f"{table.name}.{owned[table.name]}",
                f"No index on {table.name} begins with {owned[table.name]}: each statement reads all rows.",
                f"create index on {table.name} ({owned[table.name]}, …);",
                open=False,
            )


def foreign_key_across_owners(snapshot: Snapshot, owned: Owned) -> Iterator[Problem]:
    """SW659: foreign keys are checked without row security; only the owner in the key keeps them at home."""
    for key in snapshot.foreign_keys:
        if key.table not in owned or key.target not in owned:
            continue
        owners = (owned[key.table], owned[key.target])
        if owners not in zip(key.columns, key.target_columns, strict=True):
            yield Problem(
                "SW659",
                key.table,
                f"{key.name} lets a row of one user point to a row of another in {key.target}, and "
                "reveals whether such a row exists.",
                f"foreign key ({', '.join([*key.columns, owned[key.table]])}) references {key.target} "
                f"({', '.join([*key.target_columns, owned[key.target]])})",
                part=key.name,
            )


def forbidden_grant(snapshot: Snapshot, owned: Owned) -> Iterator[Problem]:
    """SW660: row security does not apply to TRUNCATE, REFERENCES and TRIGGER."""
    for table in owned_tables(snapshot, owned):
        for privilege, reason in FORBIDDEN.items():
            if privilege in table.privileges:
                yield Problem(
                    "SW660",
                    table.name,
                    f"{snapshot.role} has {privilege.upper()} on {table.name}, which {reason}.",
                    f"revoke {privilege} on {table.name} from {snapshot.role}, public;",
                )


def _policies(snapshot: Snapshot, table: str, verb: str) -> list[Policy]:
    return [
        policy
        for policy in snapshot.policies
        if policy.table == table and policy.permissive and policy.verb in {verb, "all"}
    ]
