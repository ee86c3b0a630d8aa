"""`isinstance(thing, Note)`: certain where a row or an object is of a class, or of none like it."""

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Engine
from specward.code.dataflow.lattice import options
from specward.code.dataflow.values import IMPOSSIBLE, NONE, NOTHING, Condition, Definition, Value

_OPEN = Condition(NOTHING, NOTHING)
_YES, _NO = Condition(NOTHING, IMPOSSIBLE), Condition(IMPOSSIBLE, NOTHING)


def is_instance(engine: Engine, value: Value, classes: Value) -> Condition:
    """What follows from a value being of one of some classes, and from its being of none.

    Args:
        engine: The interpreter.
        value: The value.
        classes: A class, or a tuple of them.
    """
    named = classes.items if isinstance(classes, v.Sequence) and not classes.rest else options(classes)
    answers = [_is_one(engine, item, named) for item in options(value)]
    return answers[0] if answers and all(answer is answers[0] for answer in answers) else _OPEN


def _is_one(engine: Engine, value: Value, classes: tuple[Value, ...]) -> Condition:
    if value == NONE:
        return _NO
    own, wanted = _definition(engine, value), [_named(engine, item) for item in classes]
    if own is None or not all(wanted):
        return _OPEN
    if any(item in engine.program.ancestry(own) for item in wanted):
        return _YES
    below = any(own in engine.program.ancestry(item) for item in wanted if item is not None)
    return _OPEN if below else _NO  # a row of a base may be one of a class derived from it


def _definition(engine: Engine, value: Value) -> Definition | None:
    match value:
        case v.Row(table=table, many=False):
            return engine.schema.tables[table].model if table in engine.schema.tables else None
        case v.Instance(cls=cls):
            return cls.definition
        case v.Scalar() if value in v.CALLERS and engine.schema.user is not None:
            return engine.schema.tables[engine.schema.user].model
        case _:
            return None


def _named(engine: Engine, value: Value) -> Definition | None:
    match value:
        case v.Model(table):
            return engine.schema.tables[table].model if table in engine.schema.tables else None
        case v.Class(definition):
            return definition
        case _:
            return None
