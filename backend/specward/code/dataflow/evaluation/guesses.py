"""Calls on objects of unknown class: followed where only one class of the project has such a method."""

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Arguments, Engine
from specward.code.dataflow.evaluation.members import decorators, is_stub
from specward.code.dataflow.evaluation.privileges import privileged
from specward.code.dataflow.sources.source import FunctionNode
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
    if user is None or user.model is None or principal.symbol or privileged(engine, name):
        return None
    found = engine.program.method(user.model, name)
    if found is None:
        return None
    owner, node = found
    return Function(owner.module, f"{owner.name}.{name}", node, owner, principal)


def only_method(engine: Engine, receiver: Value, name: str, arguments: Arguments) -> Function | None:
    """A method of an object of unknown class, where only one class of the project defines it.

    What is passed must fit it, too: `client.get_user(token)` is no `Settings.get_user(user_id, name)`.
    """
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
    if not _fits(node, arguments):
        return None
    return Function(
        owner.module,
        f"{owner.name}.{name}",
        node,
        owner,
        v.Instance(Class(owner, engine.generic_models(owner))),
    )


def _fits(node: FunctionNode, arguments: Arguments) -> bool:
    """Whether a method takes what is passed: neither more, nor less than it needs, nor other names."""
    if arguments.spread:
        return True
    spec = node.args
    plain = [item.arg for item in (*spec.posonlyargs, *spec.args)]
    if not any("staticmethod" in item for item in decorators(node)):
        plain = plain[1:]
    given = [name for name, _ in arguments.named]
    needed = plain[len(arguments.positional) : len(plain) - len(spec.defaults)]
    known = {*plain, *(item.arg for item in spec.kwonlyargs)}
    return (
        (spec.vararg is not None or len(arguments.positional) <= len(plain))
        and {*needed} <= {*given}
        and (spec.kwarg is not None or {*given} <= known)
    )
