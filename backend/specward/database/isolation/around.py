"""The checks of what leads around row security: views, functions, the roles' powers, the server itself."""

from collections.abc import Iterator

from specward.database.isolation.model import Owned, Problem, Snapshot, owned_tables

SERVER_FILES = ("pg_read_server_files", "pg_write_server_files", "pg_execute_server_program")
# CVE-2025-8713: optimizer statistics show sampled rows in spite of row security. Fixed in these minors.
FIXED = {13: 22, 14: 19, 15: 14, 16: 10, 17: 6}


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
    owners = {table.owner for table in owned_tables(snapshot, owned)}
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
            f"PostgreSQL {major}.{minor} has CVE-2025-8713: statistics show rows despite row security.",
            f"Update to {major}.{FIXED[major]} or newer.",
        )
