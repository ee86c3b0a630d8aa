"""What decides about isolation in a database, as the runtime role meets it."""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

Owned: TypeAlias = Mapping[str, str]  # the user-owned tables, each with the column that says whose a row is


class Table(NamedTuple):
    """A table, and what the runtime role may do with it."""

    name: str
    owner: str
    secured: bool  # row security is enabled
    forced: bool  # also for its owner
    nullable: list[str]  # columns
    leading: list[str]  # the first columns of its whole, valid indexes
    privileges: list[str]  # the runtime role's, by grant, membership or public


class Policy(NamedTuple):
    """A policy that applies to the runtime role."""

    table: str
    name: str
    permissive: bool
    verb: str  # "select", "insert", "update", "delete", "all"
    using: str | None
    check: str | None


class ForeignKey(NamedTuple):
    """A foreign key, column by column."""

    table: str
    name: str
    columns: list[str]
    target: str
    target_columns: list[str]


class View(NamedTuple):
    """A view that the runtime role may read."""

    name: str
    materialised: bool
    as_caller: bool  # security_invoker
    reads: list[str]  # the tables it reads, through other views as well


class Definer(NamedTuple):
    """A SECURITY DEFINER function that the runtime role may call."""

    signature: str
    owner: str
    fixed_path: bool  # it sets its own search_path


class Role(NamedTuple):
    """A role, and through whom the runtime role has it: itself, or a membership of any depth."""

    name: str
    superuser: bool
    bypasses: bool
    makes_roles: bool
    replicates: bool


class Snapshot(NamedTuple):
    """The catalogue's state."""

    role: str
    version: int  # 180006 is 18.6
    tables: tuple[Table, ...]
    policies: tuple[Policy, ...]
    foreign_keys: tuple[ForeignKey, ...]
    views: tuple[View, ...]
    definers: tuple[Definer, ...]
    roles: tuple[Role, ...]


class Problem(NamedTuple):
    """One hole, or one way to a hole."""

    code: str  # SW651 …
    subject: str  # "notes", "notes.owner_id", "role app_user"
    message: str  # what is wrong and why it matters
    hint: str  # how to mend it
    open: bool = True  # False where nothing leaks as it stands: a warning
    part: str = ""  # of the subject, as a statement says it: a policy's name, a constraint's


def owned_tables(snapshot: Snapshot, owned: Owned) -> list[Table]:
    """Return the user-owned tables that are there."""
    return [table for table in snapshot.tables if table.name in owned]
