"""Entering a function: its parameters take what the call passes."""

import ast

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.annotations import annotated, without_dependency
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State
from specward.code.dataflow.lattice import join_all
from specward.code.dataflow.values import Class, Function, Origin, Scalar, Value


def bind_parameters(engine: Engine, function: Function, arguments: Arguments, inner: State) -> None:
    """Give each parameter its argument, its default, or what its annotation says."""
    spec = function.node.args
    positional = list(arguments.positional)
    plain = [*spec.posonlyargs, *spec.args]
    if function.receiver is not None and plain:
        positional.insert(0, function.receiver)
    elif function.owner is not None and plain and plain[0].arg == "cls" and not positional:
        positional.insert(0, Class(function.owner))
    named = dict(arguments.named)
    padding: list[ast.expr | None] = [None] * (len(plain) - len(spec.defaults))
    for index, (parameter, default) in enumerate(zip(plain, padding + list(spec.defaults), strict=True)):
        given = positional[index] if index < len(positional) else named.pop(parameter.arg, None)
        inner.names[parameter.arg] = _parameter(engine, function, parameter, default, given, arguments, inner)
    for parameter, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
        given = named.pop(parameter.arg, None)
        inner.names[parameter.arg] = _parameter(engine, function, parameter, default, given, arguments, inner)
    if spec.vararg is not None:
        inner.names[spec.vararg.arg] = v.Sequence(tuple(positional[len(plain) :]), arguments.spread)
    if spec.kwarg is not None:
        inner.names[spec.kwarg.arg] = v.Mapping(tuple(named.items()), arguments.spread)


def _parameter(
    engine: Engine,
    function: Function,
    parameter: ast.arg,
    default: ast.expr | None,
    given: Value | None,
    arguments: Arguments,
    inner: State,
) -> Value:
    if given is None and arguments.spread:
        given = join_all(list(arguments.spread))
    if given is None and default is not None:
        return without_dependency(engine.evaluate(default, State(inner.frame, {})))
    if given is None or (isinstance(given, Scalar) and given.origin == Origin.UNKNOWN and not given.rows):
        typed = annotated(engine, function.module, parameter.annotation, parameter.arg)
        return typed if given is None or isinstance(typed, v.Instance) else given
    return given
