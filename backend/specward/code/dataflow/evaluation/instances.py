"""Objects of project classes: how they are made and what they hold."""

import ast

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State
from specward.code.dataflow.lattice import origin, rows
from specward.code.dataflow.values import Class, Definition, Function, Scalar, Value


def instantiate(engine: Engine, cls: Class, arguments: Arguments, state: State) -> Value:
    """An object of a project class."""
    if _is_schema(engine, cls.definition):
        return _parsed(cls, arguments)
    instance = v.Instance(cls, scoped=_is_scoped(engine, cls.definition))
    found = engine.program.method(cls.definition, "__init__")
    if found is not None:
        owner, node = found
        engine.enter(
            Function(owner.module, f"{owner.name}.__init__", node, owner, instance), arguments, state
        )
    else:
        instance.attributes.update(dict(arguments.named))
        names = _annotated_fields(engine, cls.definition)
        instance.attributes.update(dict(zip(names, arguments.positional, strict=False)))
    return instance


def _annotated_fields(engine: Engine, definition: Definition) -> list[str]:
    return [
        member.target.id
        for owner in reversed(engine.program.ancestry(definition))
        for member in engine.program.class_of(owner).body
        if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name)
    ]


def _is_schema(engine: Engine, definition: Definition) -> bool:
    return bool(
        engine.program.outside_bases(definition) & {"BaseModel", "SQLModel", "BaseSchema", "TypedDict"}
    )


def _parsed(cls: Class, arguments: Arguments) -> Value:
    """A data object made in the project: what it holds is what it was given."""
    if len(arguments.spread) == 1 and isinstance(arguments.spread[0], v.Row) and not arguments.named:
        return arguments.spread[0]
    if arguments.positional or arguments.spread:
        inner = Scalar(max(map(origin, arguments.all)), rows=rows(v.Sequence(arguments.all)))
        if arguments.spread and not inner.rows:
            return v.Body(cls.definition, "", inner.origin)
        return inner
    return v.Mapping(arguments.named)


def _is_scoped(engine: Engine, definition: Definition) -> bool:
    for name in engine.schema.settings.scoped_sessions:
        module, _, last = name.rpartition(".")
        if last == definition.name and f"/{definition.module}".endswith(f"/{module.replace('.', '/')}.py"):
            return True
    return False
