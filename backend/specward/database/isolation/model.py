"""What decides about isolation in a database, as the runtime role meets it."""

from typing import NamedTuple


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
