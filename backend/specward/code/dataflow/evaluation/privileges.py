"""Administrators: told by the names of attributes, roles and constants."""

import ast
import re
from collections.abc import Iterable
from itertools import pairwise

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Engine
from specward.code.dataflow.owners.naming import stem
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.sources.program import dotted_name
from specward.code.dataflow.values import Scalar, Value
from specward.patterns import pattern

PRIVILEGE = pattern(
    r"admin|super_?user|(is|only|require)_staff|staff_(user|only|required)|moderator|privileged|is_root|system|operator|is_owner_role"
    r"|(^|[._])is_((team_?)?(lead(er)?|manager|supervisor)|support)$",
    re.IGNORECASE,
)


_TOP = pattern(r"platform|super|global|system", re.IGNORECASE)
_OF_ONE = pattern(
    r"(org(ani[sz]ation)?|tenant|company|workspace|team|group|project|club|household)_?admin", re.IGNORECASE
)


def of_one(name: str) -> bool:
    """Whether a name says an administrator of one organisation, whose rows another's are not."""
    return bool(_OF_ONE.search(name))


def spans_ranks(roles: Iterable[Value]) -> bool:
    """Whether administrators of one organisation stand beside those of all: `("super_admin", "org_admin")`.

    Who has one of these may be either, and the rows of another organisation are not theirs then.
    """
    words = [word for role in roles if (word := _role_name(role))]
    return any(map(_TOP.search, words)) and any(map(_OF_ONE.search, words))


def _role_name(value: Value) -> str:
    match value:
        case v.Const(str(text)):
            return text
        case v.Method(_, name) | v.External(name) | Scalar(_, name, _):
            return name
        case _:
            return ""


_VERBS = r"(view|create|update|delete|manage|list|select|edit|admin)"
_MANAGED = r"(users?|roles?|groups?|permissions?|audit(_?logs?)?)"
_PLATFORM = pattern(r"(^|_)platform_(permission|staff|role|user|actor|owner|\w*context)")
_ADMINISTERS = pattern(
    rf"{_MANAGED}[_:./-]{_VERBS}|{_VERBS}[_:./-]{_MANAGED}|(platform|system|site|global)[_:./-]admin",
    re.IGNORECASE,
)


def administers(marker: ast.Call) -> bool:
    """Whether a dependency asks for a permission over users, roles, the audit log: `need("role:edit")`."""
    words = [
        str(node.value) if isinstance(node, ast.Constant) else node.attr
        for value in [*marker.args, *(item.value for item in marker.keywords)]
        for node in ast.walk(value)
        if isinstance(node, ast.Attribute | ast.Constant)
    ]
    calls = [node for node in ast.walk(marker) if isinstance(node, ast.Call)]
    called = [dotted_name(call.func) for call in calls]
    words += [pair for call in calls for pair in _pairs(call)]
    return any(_ADMINISTERS.fullmatch(word) for word in words) or any(map(_PLATFORM.search, called))


def _pairs(call: ast.Call) -> list[str]:
    """`need("edit", "roles")` asks for `edit:roles`."""
    said = [
        node.value for node in call.args if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return [":".join(pair) for pair in pairwise(said)]


def privileged(engine: Engine, name: str) -> bool:
    """Whether an attribute, function or role of this name marks an administrator."""
    return marks_administrator(engine.schema, name)


def marks_administrator(schema: Schema, name: str) -> bool:
    """Whether a name marks somebody who may do everything in a project of this schema.

    Where all who sign in are called so (`current_staff` of a table of staff), the word says nothing.
    """
    last = name.rpartition(".")[2]
    if last in schema.settings.privileged:
        return True
    everybody = stem(schema.user or "")
    if PRIVILEGE.search(everybody):
        last = last.lower().replace(everybody, "")
    return bool(PRIVILEGE.search(last)) and (not schema.held_admins or bool(_TOP.search(last)))


def is_flag(engine: Engine, name: str) -> bool:
    """Whether an attribute that is asked whether it is true marks an administrator: `user.staff`, too."""
    return privileged(engine, name) or name.rpartition(".")[2].lower() == "staff"


def names_office(name: str) -> bool:
    """Whether an attribute marks somebody who looks after more than their own, if in one organisation."""
    return bool(PRIVILEGE.search(name.rpartition(".")[2]))


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


def of_membership(engine: Engine, value: Value) -> bool:
    """Whether a value is what a member is called in one organisation: an administrator of that alone."""
    return isinstance(value, v.Field) and value.row.table in engine.schema.memberships


def is_privilege(engine: Engine, value: Value) -> bool:
    """`"admin"`, `Role.ADMIN`, `settings.ADMIN_ROLE`."""
    match value:
        case v.Const(str(text)):
            return privileged(engine, text)
        case v.Method(_, name) | v.External(name) | Scalar(_, name, _):
            return privileged(engine, name)
        case _:
            return False
