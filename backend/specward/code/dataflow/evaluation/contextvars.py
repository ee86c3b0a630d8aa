"""Variables of the context: what one part of a request puts there, another finds."""

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Arguments
from specward.code.dataflow.lattice import join_all
from specward.code.dataflow.values import UNKNOWN, Definition, Value

NAME = "ContextVar"
_KIND = "@context"  # no module can be called so
_HELD = "held"


def made() -> Value:
    """`ContextVar("user")`: one for all who hold it, as module globals are."""
    return v.External(_KIND, v.Instance(v.Class(Definition("", NAME))))


def is_one(value: Value) -> bool:
    """Whether a value is such a variable, or a method of one."""
    return isinstance(value, v.External) and value.name.startswith(_KIND)


def method_of(variable: v.External, name: str) -> Value:
    """`user.get`."""
    return v.External(f"{_KIND}.{name}", variable.receiver)


def call(method: v.External, arguments: Arguments) -> Value:
    """`user.set(value)` and `user.get()`: any value that the request has put there, on whatever path.

    Nothing is known of what was put there outside the request.
    """
    holder, given = method.receiver, arguments.get(0)
    if not isinstance(holder, v.Instance):
        return UNKNOWN
    held = holder.attributes.get(_HELD)
    if method.name.endswith(".set") and given is not None:
        holder.attributes[_HELD] = given if held is None else join_all([held, given])
    return held if held is not None and method.name.endswith(".get") else UNKNOWN
