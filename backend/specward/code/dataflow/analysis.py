"""From files to violations: read, put together, interpret every route."""

import gc
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from specward.code.dataflow import values as v
from specward.code.dataflow.engine import Arguments, Frame, State
from specward.code.dataflow.entry import Entry
from specward.code.dataflow.interpreter import Interpreter, Violation
from specward.code.dataflow.program import Program
from specward.code.dataflow.routes import find_routes
from specward.code.dataflow.schema import Options, Schema
from specward.code.dataflow.source import FunctionNode, Source, read
from specward.code.dataflow.values import Definition, Function, Origin, Scalar

_ROUNDS = 3


class OwnedTable(NamedTuple):
    """What a finding says of a table."""

    path: str  # the way to its owner, in words
    module: str
    line: int


class Analysis(NamedTuple):
    """The result: what was found, and the tables it is about."""

    violations: tuple[Violation, ...]
    tables: Mapping[str, OwnedTable]

    def owner_path(self, table: str) -> str:
        """The way from a table to its owner, in words."""
        known = self.tables.get(table.partition(".")[0])
        return known.path if known is not None else table

    def place(self, table: str) -> tuple[str, int] | None:
        """Where a table is declared: file and line."""
        known = self.tables.get(table)
        return (known.module, known.line) if known is not None else None


_DEEPEST = 12_000  # Python frames: enough for any tree that the parser accepts


@contextmanager
def _room() -> Iterator[None]:
    """Deep trees, and no search for garbage among nodes that all stay alive (a third of the time)."""
    limit, collecting = sys.getrecursionlimit(), gc.isenabled()
    sys.setrecursionlimit(max(limit, _DEEPEST))
    gc.disable()
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        if collecting:
            gc.enable()


def analyse_files(files: Mapping[str, str], options: Options) -> Analysis:
    """Analyse source texts by path."""
    with _room():
        sources = [read(path, text) for path, text in sorted(files.items())]
        return analyse_sources([source for source in sources if source is not None], options)


def analyse_sources(sources: Iterable[Source], options: Options) -> Analysis:
    """Analyse files already read. Owner columns found on the way make another round necessary."""
    program = Program(sources)
    schema = Schema(program, options)
    interpreter = _run(program, schema)
    for _ in range(_ROUNDS):
        news = [schema.learn(table, column) for table, column in sorted(interpreter.bindings)]
        if not any([*news, schema.publish(interpreter.shown)]):
            break
        interpreter = _run(program, schema)
    found = sorted(interpreter.violations.values(), key=lambda item: (item.site[:3], item.code))
    return Analysis(tuple(found), _described(schema))


def _described(schema: Schema) -> dict[str, OwnedTable]:
    names = schema.owned | ({schema.user} if schema.user else set())
    return {
        name: OwnedTable(schema.path(name), schema.tables[name].module, schema.tables[name].line)
        for name in sorted(names)
    }


def _run(program: Program, schema: Schema) -> Interpreter:
    interpreter = Interpreter(program, schema)
    routes = find_routes(program)
    for route in routes:
        Entry(interpreter, route).run()
    if not routes:
        for source in program.sources.values():
            for name, node in source.functions.items():
                _run_alone(interpreter, source.path, name, node)
    return interpreter


def _run_alone(interpreter: Interpreter, path: str, name: str, node: FunctionNode) -> None:
    """Without routes, a function stands alone: whose rows it may reach is its callers' obligation."""
    owner, dot, method = name.rpartition(".")
    definition = Definition(path, owner) if dot else None
    if (path, node.lineno) in interpreter.reached or method.startswith(("__", "test_")):
        return
    if definition is not None and definition in interpreter.schema.by_model:
        return
    interpreter.begin()
    interpreter.signed_in = True
    receiver = v.Instance(v.Class(definition, interpreter.generic_models(definition))) if definition else None
    given = [*node.args.posonlyargs, *node.args.args][1 if receiver else 0 :] + node.args.kwonlyargs
    arguments = Arguments(named=tuple((item.arg, Scalar(Origin.CALLER, item.arg)) for item in given))
    state = State(Frame(path, definition, (), []), {})
    answer = interpreter.enter(Function(path, name, node, definition, receiver), arguments, state)
    if state.facts.possible:
        interpreter.use(answer, state)
