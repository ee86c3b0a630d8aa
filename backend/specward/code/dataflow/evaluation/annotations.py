"""What an annotation alone says of a value."""

import ast

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Arguments, Engine, Frame, State
from specward.code.dataflow.sources.program import dotted_name
from specward.code.dataflow.values import Definition, Origin, Scalar, Value


def class_state(owner: Definition) -> State:
    """A state in which a class body's expressions are evaluated."""
    return State(Frame(owner.module, owner, (), []), {})


def is_type(annotation: ast.expr) -> bool:
    """`type[Model]`, `Type[Model]`."""
    return isinstance(annotation, ast.Subscript) and dotted_name(annotation.value).lower().endswith("type")


DEPENDENCY = "@depends"  # what `Depends(...)` is where it is evaluated


def without_dependency(value: Value) -> Value:
    """The default of a parameter or attribute: what a framework would inject is not known elsewhere."""
    depends = isinstance(value, v.External) and value.name == DEPENDENCY
    return v.UNKNOWN if depends else value


def annotated(engine: Engine, module: str, annotation: ast.expr | None, name: str) -> Value:
    """What an annotation alone says of a value: an object of a project class, or nothing."""
    for text in annotation_names(annotation):
        value = engine.named(module, text)
        if isinstance(value, v.Class):
            return engine.call(
                value, Arguments(spread=(v.UNKNOWN,)), class_state(value.definition), ast.Pass()
            )
        if isinstance(value, v.External):
            return Scalar(Origin.UNKNOWN, value.name)
    return Scalar(Origin.UNKNOWN, name)


def typed(engine: Engine, module: str, annotation: ast.expr | None, value: Value) -> Value:
    """What comes from outside the project: an object of a project class, where its annotation says so."""
    outside = isinstance(value, v.Method | v.External) or (
        isinstance(value, Scalar) and value.origin == Origin.UNKNOWN and not value.rows
    )
    said = annotated(engine, module, annotation, "") if outside else value
    return said if isinstance(said, v.Instance) else value


def annotation_names(annotation: ast.expr | None) -> list[str]:
    """The names in an annotation, dotted, in order; quoted ones too."""
    match annotation:
        case None:
            return []
        case ast.Subscript(value=value, slice=inner):
            head = dotted_name(value).rpartition(".")[2]
            wrapped = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            names = [name for item in wrapped for name in annotation_names(item)]
            return (
                names
                if head in {"Annotated", "Optional", "Union", "Final", "ClassVar"}
                else [dotted_name(value), *names]
            )
        case ast.BinOp(left=left, right=right):
            return [*annotation_names(left), *annotation_names(right)]
        case ast.Constant(value=str(text)):
            try:
                return annotation_names(ast.parse(text, mode="eval").body)
            except (SyntaxError, ValueError, RecursionError):
                return []
        case _:
            name = dotted_name(annotation)
            return [name] if name else []


def listed(engine: Engine, cls: Definition, name: str) -> Definition | None:
    """The class of what a field of a body lists: `rows: list[FuelingIn]`."""
    for owner in engine.program.ancestry(cls):
        for member in engine.program.class_of(owner).body:
            match member:
                case ast.AnnAssign(
                    target=ast.Name(id=field), annotation=ast.Subscript(value=outer, slice=inner)
                ) if field == name and dotted_name(outer).rpartition(".")[2] in _LISTS:
                    found = engine.named(owner.module, dotted_name(inner))
                    return found.definition if isinstance(found, v.Class) else None
                case _:
                    pass
    return None


_LISTS = frozenset({"list", "List", "Sequence", "set", "Set", "conlist"})
