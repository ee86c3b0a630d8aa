"""Administrators: told by the names of attributes, roles and constants."""

import re

from specward.code.dataflow import values as v
from specward.code.dataflow.engine import Engine
from specward.code.dataflow.values import Scalar, Value

PRIVILEGE = re.compile(
    r"admin|super_?user|staff|moderator|privileged|is_root|system|operator|is_owner_role", re.IGNORECASE
)


def privileged(engine: Engine, name: str) -> bool:
    """Whether an attribute or function of this name marks an administrator."""
    last = name.rpartition(".")[2]
    return bool(PRIVILEGE.search(last)) or last in engine.schema.settings.privileged


def names_privilege(engine: Engine, value: Scalar, other: Value) -> bool:
    """`user.role == Role.ADMIN`, `user.role == settings.ADMIN_ROLE`."""
    name = (
        other.name
        if isinstance(other, v.Method | v.External)
        else other.symbol
        if isinstance(other, Scalar)
        else ""
    )
    return "role" in value.symbol and privileged(engine, name)


def is_privilege(engine: Engine, value: Value) -> bool:
    """`"admin"`, `Role.ADMIN`, `settings.ADMIN_ROLE`."""
    match value:
        case v.Const(str(text)):
            return bool(PRIVILEGE.search(text))
        case v.Method(_, name) | v.External(name) | Scalar(_, name, _):
            return privileged(engine, name)
        case _:
            return False
