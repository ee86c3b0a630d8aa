"""From files to violations: read, put together, interpret every route."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from specward.code.dataflow import values as v
from specward.code.dataflow.engine import Arguments, Frame, State
from specward.code.dataflow.entry import Entry
from specward.code.dataflow.interpreter import Interpreter, Violation
from specward.code.dataflow.program import Program
from specward.code.dataflow.routes import find_routes
from specward.code.dataflow.schema import Options, Schema
from specward.code.dataflow.source import Source, read
from specward.code.dataflow.values import Definition, Function, Origin, Scalar


class Analysis:
    """The result: what was found, and the schema it was judged by."""

    def __init__(self, schema: Schema, violations: tuple[Violation, ...]) -> None:
        self.schema = schema
        self.violations = violations


def analyse_files(files: Mapping[str, str], options: Options) -> Analysis:
    """Analyse source texts by path."""
    sources = [source for path, text in sorted(files.items()) if (source := read(path, text)) is not None]
    return analyse_sources(sources, options)


_ROUNDS = 3


def analyse_sources(sources: Iterable[Source], options: Options) -> Analysis:
    """Analyse files already read. Owner columns found on the way make another round necessary."""
    program = Program(sources)
    schema = Schema(program, options)
    interpreter = Interpreter(program, schema)
    for _ in range(_ROUNDS):
        interpreter = Interpreter(program, schema)
        _run(interpreter)
        if not any([schema.learn(table, column) for table, column in sorted(interpreter.bindings)]):
            break
    found = sorted(interpreter.violations.values(), key=lambda item: (item.site[:3], item.code))
    return Analysis(schema, tuple(found))


def _run(interpreter: Interpreter) -> None:
    routes = find_routes(interpreter.program)
    for route in routes:
        Entry(interpreter, route).run()
    if not routes:
        _run_alone(interpreter)


def _run_alone(interpreter: Interpreter) -> None:
    """Without a route, every function stands alone: what it is given is its callers' obligation."""
    for source in interpreter.program.sources.values():
        for name, node in source.functions.items():
            if (source.path, node.lineno) in interpreter.reached or name.startswith("test_"):
                continue
            owner, dot, method = name.rpartition(".")
            definition = Definition(source.path, owner) if dot else None
            if method.startswith("__") or (definition is not None and definition in interpreter.schema.by_model):
                continue
            interpreter.begin()
            interpreter.signed_in = True
            receiver = v.Instance(v.Class(definition, interpreter.generic_models(definition))) if definition else None
            plain = [*node.args.posonlyargs, *node.args.args]
            given = [
                (item.arg, Scalar(Origin.CALLER, item.arg))
                for item in [*plain[1 if receiver else 0 :], *node.args.kwonlyargs]
            ]
            state = State(Frame(source.path, definition, (), []), {})
            function = Function(source.path, name, node, definition, receiver)
            answer = interpreter.enter(function, Arguments(named=tuple(given)), state)
            if state.facts.possible:
                interpreter.use(answer, state)
