"""The checks of a database's isolation: functions from a snapshot to problems.

What is user-owned is not guessed from names; it comes from the approved data model, as {table: owner column}.
The numbers in the comments are the failure modes that were reproduced on PostgreSQL 18.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from specward.database.isolation.expression import bound, casts_column, evaluated_per_row, fails_when_empty
from specward.database.isolation.model import Policy, Snapshot, Table

Owned = Mapping[str, str]


class Problem(NamedTuple):
    """One hole, or one way to a hole."""

    code: str  # SW651 …
    subject: str  # "notes", "notes.owner_id", "role app_user"
    message: str  # what is wrong and why it matters
    hint: str  # how to mend it
    open: bool = True  # False where nothing leaks as it stands: a warning
    part: str = ""  # of the subject, as a statement says it: a policy's name, a constraint's


VERBS = ("select", "insert", "update", "delete")
FORBIDDEN = {
    "truncate": "empties the table, whatever row security says",
    "references": "lets a foreign key ask whether a foreign row exists",
    "trigger": "lets a trigger see foreign rows",
}
SERVER_FILES = ("pg_read_server_files", "pg_write_server_files", "pg_execute_server_program")
# CVE-2025-8713: optimizer statistics show sampled rows in spite of row security. Fixed in these minors.
FIXED = {13: 22, 14: 19, 15: 14, 16: 10, 17: 6}


def problems(snapshot: Snapshot, owned: Owned) -> list[Problem]:
    """Return all that is wrong with the isolation of the tables in `owned`, in the order of the codes."""
    return sorted(problem for check in CHECKS for problem in check(snapshot, owned))


def row_security_off(snapshot: Snapshot, owned: Owned) -> Iterator[Problem]:
    """SW651: without row security one forgotten filter shows everybody everything (CVE-2025-48757)."""
    for table in _owned_tables(snapshot, owned):
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
    for table in _owned_tables(snapshot, owned):
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
    for table in _owned_tables(snapshot, owned):
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


def policy_not_bound(snapshot: Snapshot, owned: Owned) -> Iterator[Problem]:
    """SW654: permissive policies add up, so each of them must be bound to who is asking."""
    for policy in _permissive(snapshot, owned):
        for clause, expression in _clauses(policy):
            if not bound(expression):
                yield Problem(
                    "SW654",
                    policy.table,
                    f"Policy {policy.name} on {policy.table} lets rows of others pass: "
                    f"{clause} {expression} has an alternative that does not ask who is asking.",
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


def owner_column_nullable(snapshot: Snapshot, owned: Owned) -> Iterator[Problem]:
    """SW657: a row without an owner is nobody's, and a check passes when it is null."""
    for table in _owned_tables(snapshot, owned):
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
    for table in _owned_tables(snapshot, owned):
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
                f"{key.name} lets a row of one user point to a row of another in {key.target}, and tells "
                "whether such a row exists.",
                f"foreign key ({', '.join([*key.columns, owned[key.table]])}) references {key.target} "
                f"({', '.join([*key.target_columns, owned[key.target]])})",
                part=key.name,
            )


def forbidden_grant(snapshot: Snapshot, owned: Owned) -> Iterator[Problem]:
    """SW660: row security does not apply to TRUNCATE, REFERENCES and TRIGGER."""
    for table in _owned_tables(snapshot, owned):
        for privilege, reason in FORBIDDEN.items():
            if privilege in table.privileges:
                yield Problem(
                    "SW660",
                    table.name,
                    f"{snapshot.role} has {privilege.upper()} on {table.name}, which {reason}.",
                    f"revoke {privilege} on {table.name} from {snapshot.role}, public;",
                )


def view_as_its_owner(snapshot: Snapshot, owned: Owned) -> Iterator[Problem]:
    """SW661: a view reads as its owner unless it says otherwise; a materialised one always does."""
    for view in snapshot.views:
        reads = [table for table in view.reads if table in owned]
        if reads and view.materialised:
            yield Problem(
                "SW661",
                view.name,
                f"The materialised view {view.name} keeps rows of all users from {', '.join(reads)}, and "
                f"row security never applies to it.",
                f"Revoke it from {snapshot.role}, or make it a plain view with security_invoker.",
            )
        elif reads and not view.as_caller:
            yield Problem(
                "SW661",
                view.name,
                f"The view {view.name} reads {', '.join(reads)} with its owner's rights, not its caller's.",
                f"alter view {view.name} set (security_invoker = true);",
            )


def definer_with_open_path(snapshot: Snapshot, _owned: Owned) -> Iterator[Problem]:
    """SW662: a SECURITY DEFINER function without its own search_path runs what its caller puts in the way."""
    for function in snapshot.definers:
        if not function.fixed_path:
            yield Problem(
                "SW662",
                function.signature,
                f"{function.signature} runs as {function.owner}, with the search_path of its caller.",
                f"alter function {function.signature} set search_path = pg_catalog, pg_temp;",
            )


def powerful_role(snapshot: Snapshot, owned: Owned) -> Iterator[Problem]:
    """SW663: the runtime role must have nothing to switch row security off with, itself or by membership."""
    owners = {table.owner for table in _owned_tables(snapshot, owned)}
    for role in snapshot.roles:
        powers = [
            power
            for power, held in (
                ("is a superuser", role.superuser),
                ("bypasses row security", role.bypasses),
                ("makes roles", role.makes_roles),
                ("replicates the whole database", role.replicates),
                ("owns user-owned tables", role.name in owners),
                ("reaches the server's files", role.name in SERVER_FILES),
            )
            if held
        ]
        if powers:
            through = "" if role.name == snapshot.role else f" is a member of {role.name}, which"
            yield Problem(
                "SW663",
                f"role {snapshot.role}",
                f"The runtime role {snapshot.role}{through} {' and '.join(powers)}.",
                "Make the runtime role with SQL, NOBYPASSRLS and member of nothing; Neon's own roles bypass.",
            )


def old_server(snapshot: Snapshot, _owned: Owned) -> Iterator[Problem]:
    """SW664: older minor versions show rows in spite of row security."""
    major, minor = divmod(snapshot.version, 10000)
    if minor < FIXED.get(major, 0):
        yield Problem(
            "SW664",
            "server",
            f"PostgreSQL {major}.{minor} has CVE-2025-8713: statistics show rows in spite of row security.",
            f"Update to {major}.{FIXED[major]} or newer.",
        )


CHECKS = (
    row_security_off,
    row_security_not_forced,
    verb_without_policy,
    policy_not_bound,
    setting_per_row,
    cast_on_the_wrong_side,
    owner_column_nullable,
    owner_column_without_index,
    foreign_key_across_owners,
    forbidden_grant,
    view_as_its_owner,
    definer_with_open_path,
    powerful_role,
    old_server,
)


def _owned_tables(snapshot: Snapshot, owned: Owned) -> list[Table]:
    return [table for table in snapshot.tables if table.name in owned]


def _policies(snapshot: Snapshot, table: str, verb: str) -> list[Policy]:
    return [
        policy
        for policy in snapshot.policies
        if policy.table == table and policy.permissive and policy.verb in {verb, "all"}
    ]


def _permissive(snapshot: Snapshot, owned: Owned) -> list[Policy]:
    return [policy for policy in snapshot.policies if policy.table in owned and policy.permissive]


def _clauses(policy: Policy) -> list[tuple[str, str]]:
    """Return the expressions of a policy; where WITH CHECK is left out, USING checks new rows as well."""
    given = (("using", policy.using), ("with check", policy.check))
    return [(clause, expression) for clause, expression in given if expression is not None]
