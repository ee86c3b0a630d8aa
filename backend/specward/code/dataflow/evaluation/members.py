"""Members of project classes: attributes set on objects, methods and constants along the ancestry."""

import ast

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.annotations import annotated, class_state, is_type, without_dependency
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State
from specward.code.dataflow.sources.program import Program, dotted_name
from specward.code.dataflow.sources.source import FunctionNode
from specward.code.dataflow.values import Definition, Function, Method, Value


def of_instance(engine: Engine, instance: v.Instance, name: str, state: State, node: ast.AST) -> Value:
    """An attribute set on the object, a method or attribute of its class, or one that its class annotates."""
    if name in instance.attributes:
        return instance.attributes[name]
    found = of_class(engine, instance.cls, instance.cls.definition, name, instance)
    if isinstance(found, Function) and any("property" in item for item in _function_decorators(found)):
        return engine.call(found, Arguments(), state, node)
    return found


def _function_decorators(function: Function) -> list[str]:
    return [] if isinstance(function.node, ast.Lambda) else decorators(function.node)


def of_class(engine: Engine, cls: v.Class, definition: Definition, name: str, receiver: Value) -> Value:
    """A method, constant or annotated attribute along the ancestry."""
    program = engine.program
    found = program.method(definition, name)
    if found is not None and isinstance(receiver, v.Instance) and receiver.scoped:
        return Method(receiver, name)  # what it runs is bound, however it does that
    if found is not None:
        owner, node = found
        if is_stub(node) and receiver is not cls:
            implemented = _implementation(program, definition, name)
            if implemented is None:
                return Method(receiver, name)
            owner, node = implemented
        static = any(item.endswith("staticmethod") for item in decorators(node))
        bound = None if static or (receiver is cls and "classmethod" not in decorators(node)) else receiver
        return Function(owner.module, f"{owner.name}.{name}", node, owner, bound)
    for ancestor in program.ancestry(definition):
        for member in program.members(ancestor).get(name, ()):
            value = _member(engine, cls, ancestor, member, name)
            if value is not None:
                return value
    return _generic_model(cls, name) or Method(receiver, name)


def _generic_model(cls: v.Class, name: str) -> Value | None:
    """`self.model` of a generic base whose argument is a model."""
    models = [item for item in cls.models if isinstance(item, v.Model)]
    return models[0] if models and "model" in name.lower() else None


_SET_OUTSIDE = frozenset({"BaseSettings", "Settings", "Config"})  # defaults that the environment overrides


def _member(engine: Engine, cls: v.Class, owner: Definition, member: ast.stmt, name: str) -> Value | None:
    match member:
        case ast.Assign(value=ast.Constant(value=None)) if name in engine.program.set_later(owner):
            return v.UNKNOWN
        case ast.AnnAssign(annotation=annotation, value=ast.Constant(value=None)) if (
            name in engine.program.set_later(owner)
        ):
            return annotated(engine, owner.module, annotation, name)
        case ast.Assign(value=value):
            bases = engine.program.outside_bases(owner)
            if bases & {"Enum", "StrEnum", "IntEnum"}:
                return v.Const(name)
            if bases & _SET_OUTSIDE:
                return v.UNKNOWN
            return without_dependency(engine.evaluate(value, class_state(owner)))
        case ast.AnnAssign(annotation=annotation, value=value):
            if engine.program.outside_bases(owner) & _SET_OUTSIDE:
                return annotated(engine, owner.module, annotation, name)
            if value is not None:
                return without_dependency(engine.evaluate(value, class_state(owner)))
            models = [item for item in cls.models if isinstance(item, v.Model)]
            if models and is_type(annotation):
                return models[0]
            return annotated(engine, owner.module, annotation, name)
        case ast.ClassDef():
            return v.UNKNOWN
        case _:
            return None


def is_stub(node: FunctionNode) -> bool:
    """Whether a method is only declared: `...`, `pass`, `raise NotImplementedError`."""
    body = [
        item
        for item in node.body
        if not (isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant))
    ]
    return all(isinstance(item, ast.Pass | ast.Raise) for item in body)


def _implementation(
    program: Program, definition: Definition, name: str
) -> tuple[Definition, FunctionNode] | None:
    """The only implementation of an abstract method."""
    found = [program.method(item, name) for item in program.subclasses(definition)]
    real = [item for item in found if item is not None and not is_stub(item[1])]
    return real[0] if len(real) == 1 else None


def is_class(program: Program, definition: Definition) -> bool:
    """Whether a mapped definition is a class, not a Core table in a variable."""
    return definition.name in program.source(definition.module).classes


def decorators(node: FunctionNode) -> list[str]:
    """The dotted names of a function's decorators."""
    return [dotted_name(item.func if isinstance(item, ast.Call) else item) for item in node.decorator_list]


_KEEPS = frozenset({"cache", "lru_cache"})


def lasts(function: Function) -> bool:
    """Whether a function works out once what it gives to all: `@lru_cache def get_settings()`."""
    node = function.node
    if isinstance(node, ast.Lambda) or function.receiver is not None or function.closure is not None:
        return False
    given = node.args
    takes = (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg)
    named = {item.rpartition(".")[2] for item in decorators(node)}
    return not any(takes) and not named.isdisjoint(_KEEPS)
