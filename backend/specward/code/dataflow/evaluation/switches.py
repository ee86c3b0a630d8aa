"""Switches of a deployment: where signing in is switched off, there is nobody to keep apart.

A service that people run for themselves often works with and without a log-in: `if settings.auth_enabled:`
stands before each of its checks. What that branch checks is the decision; the other has one user only.
"""

from specward.code.dataflow import values as v
from specward.code.dataflow.values import Condition, Facts, Origin, Scalar, Value

_ON = (
    *("auth_enabled", "authentication_enabled", "is_auth_enabled", "enable_auth", "enable_authentication"),
    *("require_auth", "auth_required", "multi_user", "multi_user_mode", "multiuser"),
)
_OFF = (
    *("auth_disabled", "authentication_disabled", "disable_auth", "disable_authentication", "no_auth"),
    *("single_user", "single_user_mode", "is_single_user"),
)
_WITHOUT = {name.casefold() for name in _OFF}
_SWITCHES = frozenset(form for name in (*_ON, *_OFF) for form in (name, name.upper()))


def switched(name: str, value: Value) -> Value:
    """What follows where a deployment has log-ins, and where it has none.

    Args:
        name: Of what may be such a switch.
        value: What it is. One that the source itself states, or that comes from a client or a row, is none.
    """
    if name not in _SWITCHES or not _is_set_outside(value):
        return value
    alone = Facts(frozenset({v.ADMIN}))
    if name.casefold() in _WITHOUT:
        return Condition(alone, v.NOTHING)
    return Condition(v.NOTHING, alone)


def _is_set_outside(value: Value) -> bool:
    if isinstance(value, Scalar):
        return value.origin == Origin.UNKNOWN and not value.rows
    return isinstance(value, v.External)
