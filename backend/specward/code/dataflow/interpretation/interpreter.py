"""The interpreter as a whole: enters functions and classes, keeps the budget, collects what it finds."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation import attributes, expressions, guards, instances, vouching
from specward.code.dataflow.evaluation.annotations import annotated
from specward.code.dataflow.evaluation.engine import Arguments, Frame, State
from specward.code.dataflow.evaluation.guesses import only_method
from specward.code.dataflow.evaluation.members import lasts, of_instance
from specward.code.dataflow.evaluation.parameters import bind_parameters
from specward.code.dataflow.evaluation.results import result
from specward.code.dataflow.interpretation import calls, statements
from specward.code.dataflow.interpretation.recollection import Reading, Recollection, Shared
from specward.code.dataflow.lattice import both, join_all, present, rows
from specward.code.dataflow.owners.naming import names_content
from specward.code.dataflow.owners.proof import Proof
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.result import Site, Violation
from specward.code.dataflow.sources.program import Found, Program, dotted_name
from specward.code.dataflow.trail import Trail
from specward.code.dataflow.values import (
    NONE,
    UNKNOWN,
    Class,
    Definition,
    Function,
    Value,
)

_DEEPEST = 22  # functions inside one another, each counted once however often it calls itself
_AGAIN = 2  # times that a function is entered within itself: of a remark, its change, its project
_DEEPEST_EXPRESSION = 400  # expressions evaluated inside one another
_BUDGET = 40_000  # expressions evaluated for one route


class Interpreter:
    """Abstract interpretation of one program."""

    def __init__(self, program: Program, schema: Schema) -> None:
        self.program = program
        self.schema = schema
        self.signed_in = False
        self.trail = Trail()
        self.reached: set[tuple[str, int]] = set()
        self._globals: dict[tuple[str, str], Value | None] = {}
        self._pending: set[tuple[str, str]] = set()
        self._stack: list[tuple[str, int]] = []
        self.numbers = 0  # of the rows so far
        self._nested = 0
        self._left = _BUDGET
        self._lasting: dict[tuple[str, int], Value] = {}
        self._reading: Reading | None = None
        self.dependencies = Recollection(self)

    def begin(self) -> None:
        """Begin anew: nobody is signed in, and nothing is known of what the modules hold."""
        self.signed_in = False
        self.numbers = 0
        self._globals = {}
        self._lasting = {}

    @contextmanager
    def apart(self) -> Iterator[Trail]:
        """Interpret something with a trail and a budget of its own."""
        around = self.trail, self._left
        with self.program.grounds.apart() as grounds:
            self.trail, self._left = Trail(), _BUDGET
            try:
                yield self.trail
            finally:
                self.trail.grounds |= grounds
                self.trail, self._left = around

    @property
    def exhausted(self) -> bool:
        """Whether this was too much: what was not evaluated is not proved."""
        return self.trail.is_cut

    def evaluate(self, node: ast.expr, state: State) -> Value:
        """The value of an expression."""
        self._left -= 1
        if self._left < 0 or self._nested > _DEEPEST_EXPRESSION:
            self.trail.is_cut = True
            return UNKNOWN
        self._nested += 1
        value = expressions.evaluate(self, node, state)
        self._nested -= 1
        return value

    def execute(self, body: list[ast.stmt], state: State) -> None:
        """Run statements."""
        statements.execute(self, body, state)

    def attribute(self, value: Value, name: str, state: State, node: ast.AST) -> Value:
        """An attribute of a value."""
        return attributes.attribute(self, value, name, state, node)

    def proof(self, state: State) -> Proof:
        """What is proved on this path."""
        return self._proof(state.facts)

    def _proof(self, facts: v.Facts) -> Proof:
        return Proof(self.schema, facts.atoms, signed_in=self.signed_in, ways=facts.ways)

    def number(self) -> int:
        """An id for a new row."""
        self.numbers += 1
        return self.numbers

    def site(self, node: ast.AST, state: State) -> Site:
        """The place of a node with the way to it."""
        return Site(
            state.frame.module,
            getattr(node, "lineno", 1),
            getattr(node, "col_offset", 0) + 1,
            state.frame.chain,
        )

    def report(self, code: str, site: Site, table: str, *, changes: bool = False) -> None:
        """Note a finding."""
        if site.path:
            self.trail.report(Violation(code, table, site, changes))

    def use(self, value: Value, state: State) -> None:
        """Data leaves: report every row in it that is not the principal's."""
        proof = self.proof(state)
        for row in sorted(rows(value), key=lambda row: row.id):
            if proof.harmless(row):
                self.trail.own |= proof.read_as_own(row)
                continue
            if row.table in self.schema.published:
                continue
            if not self.signed_in and names_content(row.table):
                self.trail.shown.add(row.table)
            self.report(row.code, row.site, row.table)

    def consult(self) -> None:
        """Note that something was compared with the principal."""
        self.trail.consultations += 1

    def bind(self, table: str, column: str) -> None:
        """Note that a statement binds a column to the principal."""
        self.consult()
        self.trail.bindings.add((table, column))

    def named(self, module: str, dotted: str) -> Value | None:
        """The value of a module-level name, evaluated once; what was not read to its end is not kept."""
        key = (module, dotted)
        if key in self._pending:
            return UNKNOWN
        if key in self._globals:
            value = self._globals[key]
        else:
            self._pending.add(key)
            value = self._look_up(module, dotted)
            self._pending.discard(key)
            if not self.exhausted:
                self._globals[key] = value
        if self._reading is not None:
            self._reading.note(key, value)
        return value

    @contextmanager
    def watched(self, reading: Reading) -> Iterator[None]:
        """Note what is asked of the modules."""
        around, self._reading = self._reading, reading
        try:
            yield
        finally:
            self._reading = around

    def shared(self, what: Shared) -> Value | None:
        """What the modules hold for all who ask."""
        if isinstance(what, Function):
            with self.apart():
                return self.enter(what, Arguments(), State(Frame(what.module, None, (), []), {}))
        return self.named(*what)

    def named_import(self, module: str, target: str) -> Value:
        """What an import inside a function brings."""
        return self._value_of(self.program.imported(module, target), target)

    def _look_up(self, module: str, dotted: str) -> Value | None:
        found = self.program.resolve(module, dotted)
        return None if found is None else self._value_of(found, dotted)

    def _value_of(self, found: Found | str | None, name: str) -> Value:
        if found is None or isinstance(found, str):
            return v.External(found or name.lstrip("."))
        definition = Definition(found.module, found.name)
        if definition in self.schema.by_model:
            return v.Model(self.schema.by_model[definition])
        match found.node:
            case None:
                return v.Module(found.module)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                owner, dot, _ = found.name.rpartition(".")
                return Function(
                    found.module, found.name, found.node, Definition(found.module, owner) if dot else None
                )
            case ast.ClassDef():
                return Class(definition, self.generic_models(definition))
            case ast.Constant(value=None) if found.name in dict(found.source.tree.later):
                annotation = dict(found.source.tree.later)[found.name]
                return annotated(self, found.module, annotation, found.name)
            case ast.expr():
                return self.evaluate(found.node, State(Frame(found.module, None, (), []), {}))
            case _:
                return UNKNOWN

    def generic_models(self, definition: Definition) -> tuple[Value, ...]:
        """The arguments of generic bases: `CRUDBase[Item, ItemCreate]`."""
        found: list[Value] = []
        for owner in self.program.ancestry(definition):
            for base in self.program.class_of(owner).bases:
                if isinstance(base, ast.Subscript):
                    inner = base.slice.elts if isinstance(base.slice, ast.Tuple) else [base.slice]
                    names = [dotted_name(item) for item in inner]
                    values = [self.named(owner.module, name) for name in names if name]
                    found += [value for value in values if isinstance(value, v.Model | Class)]
        return tuple(found)

    def call(self, target: Value, arguments: Arguments, state: State, node: ast.AST) -> Value:
        """Call a value."""
        match target:
            case v.Either():
                results = [self.call(item, arguments, state, node) for item in present(target)]
                return join_all(results) if results else UNKNOWN
            case Function() if _is_among(target, self.schema.settings.scoped_builders):
                return UNKNOWN
            case Function():
                return self._checked(target, arguments, state)
            case Class():
                return instances.instantiate(self, target, arguments, state)
            case v.Instance():
                inner = of_instance(self, target, "__call__", state, node)
                return self.call(inner, arguments, state, node) if isinstance(inner, Function) else UNKNOWN
            case v.Method(receiver, "super()"):
                return target
            case v.Method(v.Method(receiver, "super()"), name):
                return self._super(receiver, name, arguments, state)
            case v.Method(receiver, name):
                found = only_method(self, receiver, name, arguments)
                if found is not None:
                    return self._checked(found, arguments, state)
                answer = calls.call(self, target, arguments, state, node)
                return guards.asked(self, receiver, name, arguments, state, answer)
            case _:
                return calls.call(self, target, arguments, state, node)

    def _checked(self, function: Function, arguments: Arguments, state: State) -> Value:
        before = self.trail.consultations
        value = self.enter(function, arguments, state)
        consulted = self.trail.consultations > before
        value = guards.verified(function, value)
        return guards.believed(self, function, arguments, state, value, consulted=consulted)

    def _super(self, receiver: Value, name: str, arguments: Arguments, state: State) -> Value:
        owner = state.frame.owner
        if owner is None or not isinstance(receiver, v.Instance | Class):
            return UNKNOWN
        cls = receiver.cls if isinstance(receiver, v.Instance) else receiver
        ancestry = self.program.ancestry(cls.definition)
        following = (
            ancestry[ancestry.index(owner) + 1 :] if owner in ancestry else self.program.ancestry(owner)[1:]
        )
        for base in following:
            node = self.program.source(base.module).functions.get(f"{base.name}.{name}")
            if node is not None:
                return self.enter(
                    Function(base.module, f"{base.name}.{name}", node, base, receiver), arguments, state
                )
        return UNKNOWN

    def enter(self, function: Function, arguments: Arguments, state: State) -> Value:
        """Run a function of the project with these arguments; what it proves holds afterwards."""
        if not _is_among(function, self.schema.settings.checks):
            return self._entered(function, arguments, state)
        known = dict(self.trail.violations)
        value = self._entered(function, arguments, state)
        if vouching.knows_who_asks(self, function, arguments, state):
            self.trail.violations = known
            value = vouching.kept_to_caller(self, function, arguments, state, value)
        return value

    def _entered(self, function: Function, arguments: Arguments, state: State) -> Value:
        node = function.node
        if isinstance(node, ast.Lambda):
            return self.evaluate(node.body, self._inner(function, arguments, state))
        key = (function.module, node.lineno)
        self.reached.add(key)
        if _is_among(function, self.schema.settings.system_scope):
            return UNKNOWN
        if len(set(self._stack)) >= _DEEPEST:
            self.trail.is_cut = True
            return UNKNOWN
        if self._stack.count(key) > _AGAIN or self._left < 0:
            return UNKNOWN
        if key in self._lasting:
            return self._kept(function, self._lasting[key])
        self._stack.append(key)
        inner = self._inner(function, arguments, state)
        self.execute(node.body, inner)
        self._stack.pop()
        returns = inner.frame.returns
        if inner.facts.possible:
            returns.append((NONE, inner.facts))
        if len(returns) > 1:
            returns = [(value, both(facts, self._proof(facts).settled(value))) for value, facts in returns]
        value = result(returns, state)
        if lasts(function) and state.facts.possible and not self.exhausted and not rows(value):
            self._lasting[key] = value
            return self._kept(function, value)
        return value

    def _kept(self, function: Function, value: Value) -> Value:
        if self._reading is not None:
            self._reading.note(function, value)
        return value

    def inside(self, function: Function, arguments: Arguments, state: State) -> v.Scope:
        """Run a function for the variables that what it defines will see."""
        inner = self._inner(function, arguments, state)
        if not isinstance(function.node, ast.Lambda):
            self.execute(function.node.body, inner)
        return v.Scope(inner.names)

    def _inner(self, function: Function, arguments: Arguments, state: State) -> State:
        chain = (
            (*state.frame.chain, function.name)
            if not isinstance(function.node, ast.Lambda)
            else state.frame.chain
        )
        names = dict(function.closure.names) if function.closure is not None else {}
        names.pop(" exits", None)
        inner = State(Frame(function.module, function.owner, chain, []), names, state.facts)
        bind_parameters(self, function, arguments, inner)
        return inner


def _is_among(function: Function, names: tuple[str, ...]) -> bool:
    """Whether a dotted name of the settings means this function."""
    if not names:
        return False
    dotted = f".{function.module.removesuffix('.py').replace('/', '.')}.{function.name}"
    return any(dotted.endswith(f".{name}") for name in names)
