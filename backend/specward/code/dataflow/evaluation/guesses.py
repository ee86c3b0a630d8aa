"""Calls on objects of unknown class: followed where only one class of the project has such a method."""

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Engine
from specward.code.dataflow.evaluation.members import is_stub
from specward.code.dataflow.evaluation.privileges import PRIVILEGE
from specward.code.dataflow.values import Class, Function, Origin, Scalar, Value

_INTERFACE_AND_CLASS = 2
_COMMON = frozenset(
    {
        "get",
        "all",
        "first",
        "one",
        "add",
        "commit",
        "execute",
        "exec",
        "scalar",
        "scalars",
        "query",
        "filter",
        "delete",
        "update",
        "create",
        "refresh",
        "close",
        "items",
        "keys",
        "values",
        "append",
        "pop",
        "copy",
        "json",
        "dict",
        "send",
        "run",
        "start",
        "stop",
        "read",
        "write",
        "save",
        "load",
        "__call__",
        "encode",
        "decode",
        "format",
        "join",
        "split",
        "strip",
        "flush",
        "rollback",
        "begin",
        "merge",
        "count",
        "exists",
    }
)


def _of_principal(engine: Engine, principal: Scalar, name: str) -> Function | None:
    """`user.treats(patient_id)`: a method of the users' model. What marks administrators is told by name."""
    user = engine.schema.tables.get(engine.schema.user or "")
    if user is None or user.model is None or principal.symbol or PRIVILEGE.search(name):
        return None
    found = engine.program.method(user.model, name)
    if found is None:
        return None
    owner, node = found
    return Function(owner.module, f"{owner.name}.{name}", node, owner, principal)


def only_method(engine: Engine, receiver: Value, name: str) -> Function | None:
    """A method of an object of unknown class, where only one class of the project defines it."""
    if isinstance(receiver, Scalar) and receiver.origin == Origin.IDENTITY:
        return _of_principal(engine, receiver, name)
    known = (
        isinstance(receiver, Scalar) and receiver.origin in {Origin.UNKNOWN, Origin.CALLER}
    ) or isinstance(receiver, v.Method)
    if not known or name in _COMMON:
        return None
    owners = engine.program.owners_of(name)
    if not 1 <= len(owners) <= _INTERFACE_AND_CLASS or any(item in engine.schema.by_model for item in owners):
        return None
    real = [
        item
        for item in owners
        if not is_stub(engine.program.source(item.module).functions[f"{item.name}.{name}"])
    ]
    if len(real) != 1:
        return None
    owner = real[0]
    node = engine.program.source(owner.module).functions[f"{owner.name}.{name}"]
    return Function(
        owner.module,
        f"{owner.name}.{name}",
        node,
        owner,
        v.Instance(Class(owner, engine.generic_models(owner))),
    )
