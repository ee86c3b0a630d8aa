"""Switches of a deployment: where signing in is switched off, there is nobody to keep apart.

A service that people run for themselves often works with and without a log-in: `if settings.auth_enabled:`
stands before each of its checks. What that branch checks is the decision; the other has one user only.
"""

from functools import cache

from specward.code.dataflow import values as v
from specward.code.dataflow.values import Condition, Origin, Scalar, Value
from specward.patterns import pattern

_WHAT = r"(auth|authn|authz|authentication|authorization|rbac|acl|access_control|login)"
_ON = pattern(
    rf"(is_)?{_WHAT}_(on|enabled|required|enforced)|(enable|require|enforce)_{_WHAT}|multi_?user(_mode)?"
)
_OFF = pattern(
    rf"(is_)?{_WHAT}_(off|disabled)|(disable|no|skip|bypass|mock)_{_WHAT}|(is_)?single_user(_mode)?"
    r"|trust_(x_?)?(user|\w*headers?)"  # whoever calls says who they are
)


def switched(name: str, value: Value) -> Value:
    """What follows where a deployment has log-ins, and where it has none.

    Args:
        name: Of what may be such a switch.
        value: What it is. One that the source itself states, or that comes from a client or a row, is none.
    """
    on = _says(name)
    if on is None or not _is_set_outside(name, value):
        return value
    return Condition(v.NOTHING, v.IMPOSSIBLE) if on else Condition(v.IMPOSSIBLE, v.NOTHING)


@cache
def _says(name: str) -> bool | None:
    """Whether a name says that there are log-ins, or that there are none; most say nothing of it."""
    if not (name.islower() or name.isupper()):
        return None
    on, off = (known.fullmatch(name.casefold()) for known in (_ON, _OFF))
    return bool(on) if on or off else None


def _is_set_outside(name: str, value: Value) -> bool:
    if isinstance(value, Scalar):
        return value.origin == Origin.UNKNOWN and not value.rows
    if isinstance(value, Condition):  # `RBAC_ON = os.environ.get("RBAC") == "1"`
        return name.isupper() and value == Condition(v.NOTHING, v.NOTHING)
    return isinstance(value, v.External)
