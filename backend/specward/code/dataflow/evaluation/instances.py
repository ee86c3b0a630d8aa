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
        names = _annotated_fields(engine, cls.definition)
        for value in arguments.spread:
            instance.attributes.update(_spread(engine, cls.definition, names, value, state))
        instance.attributes.update(dict(arguments.named))
        instance.attributes.update(dict(zip(names, arguments.positional, strict=False)))
    return instance


def _spread(
    engine: Engine, definition: Definition, names: list[str], value: Value, state: State
) -> dict[str, Value]:
    """What the fields of a dataclass take of `**row.model_dump()`: each its own."""
    if not isinstance(value, v.Row | v.Body):
        return dict.fromkeys(names, value)
    node = engine.program.class_of(definition)
    return {name: engine.attribute(value, name, state, node) for name in names}


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
            return v.Body(cls.definition, "", inner.origin, arguments.named)
        return inner
    return v.Mapping(arguments.named)


def _is_scoped(engine: Engine, definition: Definition) -> bool:
    for name in engine.schema.settings.scoped_sessions:
        module, _, last = name.rpartition(".")
        if last == definition.name and f"/{definition.module}".endswith(f"/{module.replace('.', '/')}.py"):
            return True
    return False
