"""Entering a route: its dependencies are run, its parameters get their values, its answer leaves."""

import ast
import re

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.annotations import annotated
from specward.code.dataflow.evaluation.engine import Arguments, Frame, State
from specward.code.dataflow.evaluation.expressions import arguments
from specward.code.dataflow.evaluation.privileges import PRIVILEGE
from specward.code.dataflow.interpretation.injection import Injection
from specward.code.dataflow.interpretation.interpreter import Interpreter
from specward.code.dataflow.owners.proof import FOREIGN, UNJUDGED
from specward.code.dataflow.record import replace
from specward.code.dataflow.result import Site, Violation
from specward.code.dataflow.sources.routes import Route, below_route
from specward.code.dataflow.sources.source import FunctionNode
from specward.code.dataflow.sources.tree import INSIDE
from specward.code.dataflow.trail import Trail
from specward.code.dataflow.values import Class, Definition, Function, Origin, Scalar, Value
from specward.patterns import pattern

_MACHINE = pattern(
    r"webhook|callback|cron|internal|scheduler|worker|health|metrics|oauth|saml|sso|log_?in|log_?out|sign_?(up|in)"
    r"|regist(er|ration)|password|verif|token|public|shared?\b|/p/|/events?\b|invit|unsubscribe|confirm"
    r"|hooks?\b|inbound|telephony|\bcdr\b|acs\b|embed|widget",
    re.IGNORECASE,
)
_PUBLIC = pattern(r"(^|/)public(/|$)")


class Entry:
    """One route being entered."""

    def __init__(self, interpreter: Interpreter, route: Route) -> None:
        self.interpreter = interpreter
        self.route = route
        self.injection = Injection(interpreter)

    def run(self) -> Trail:
        """Interpret the route; nothing of the routes before it plays a part."""
        route, interpreter = self.route, self.interpreter
        with interpreter.apart() as trail:
            interpreter.begin()
            asked = (*route.dependencies, *([route.made] if route.made is not None else []))
            trail.grounds |= {route.module, *(item.module for item in asked)}
            self._interpret(route, interpreter)
        if trail.is_cut:
            here = Site(route.module, route.node.lineno, route.node.col_offset + 1, (route.shown, route.name))
            trail.report(Violation(UNJUDGED, "", here))
        named = self.injection.identified or interpreter.signed_in or trail.consultations
        trail.is_nameless = not named
        if not self.injection.identified:
            self._excuse(trail)
        return trail

    def _excuse(self, trail: Trail) -> None:
        """Forget what may be done without a log-in."""
        if _MACHINE.search(f"{self.route.label} {self.route.name}"):
            trail.violations.clear()  # a program calls it, or somebody not signed in yet
        elif _PUBLIC.search(self.route.prefix):
            changes = {key: item for key, item in trail.violations.items() if _changes(item)}
            trail.violations = changes  # what is public is there to be read

    def _interpret(self, route: Route, interpreter: Interpreter) -> None:
        state = State(Frame(route.module, None, (route.shown,), []), {})
        for dependency in route.dependencies:
            self.injection.listed(dependency.module, dependency.node, state)
        receiver, scope = self._view(state), self._around(state)
        name = route.name.rpartition(INSIDE)[2]
        function = Function(route.module, name, route.node, route.owner, receiver, scope)
        given = self.injection.arguments(function, state)
        if _is_for_administrators(route):
            state.assume(v.Facts(frozenset({v.ADMIN})))
        if state.facts.possible:
            answer = self._answer(function, given, state)
            if state.facts.possible:
                interpreter.use(answer, state)

    def _answer(self, function: Function, given: Arguments, state: State) -> Value:
        """Run the handler through the decorators between it and its route, where they can be followed."""
        interpreter = self.interpreter
        wrapped = replace(
            self._decorated(replace(function, receiver=None), state), receiver=function.receiver
        )
        if wrapped != function:
            reached, interpreter.reached = interpreter.reached, set()
            inner = state.fork()
            answer = interpreter.enter(wrapped, given, inner)
            entered = (function.module, function.node.lineno) in interpreter.reached
            interpreter.reached |= reached
            if entered:
                state.facts = inner.facts
                return answer
        return interpreter.enter(function, given, state)

    def _decorated(self, function: Function, state: State) -> Function:
        names = dict(self.injection.around)
        module = State(Frame(self.route.module, None, state.frame.chain, []), names)
        for decorator in reversed(below_route(self.route.node)):
            target = self.interpreter.evaluate(decorator, module)
            if isinstance(target, Function):
                made = self.interpreter.enter(target, Arguments((function,)), module)
                function = made if isinstance(made, Function) else function
        return function

    def _around(self, state: State) -> v.Scope | None:
        """What a handler sees that stands in a function: `def make_router(): ... @router.get("/items")`."""
        maker, interpreter = self.route.maker, self.interpreter
        if not maker:
            return None
        owner, dot, _ = maker.rpartition(".")
        definition = Definition(self.route.module, owner) if dot else None
        with interpreter.apart() as trail:  # what it does itself is done when the application starts
            itself = annotated(interpreter, self.route.module, ast.Name(owner), "self") if dot else None
            node = self.route.source.functions[maker]
            function = Function(self.route.module, maker, node, definition, itself)
            scope = interpreter.inside(function, self._given(state), state.fork())
        interpreter.trail.is_cut = interpreter.trail.is_cut or trail.is_cut
        self.injection.around = scope.names
        return scope

    def _given(self, state: State) -> Arguments:
        """What the function is called with that the handler stands in; anything, where nobody calls it."""
        made = self.route.made
        if made is None or not isinstance(made.node, ast.Call):
            return Arguments(spread=(v.UNKNOWN,))
        return arguments(
            self.interpreter, made.node, State(Frame(made.module, None, state.frame.chain, []), {})
        )

    def _view(self, state: State) -> Value | None:
        """The object of a class-based view: its class attributes are dependencies too."""
        if self.route.owner is None:
            return None
        instance = v.Instance(Class(self.route.owner))
        for owner in reversed(self.interpreter.program.ancestry(self.route.owner)):
            for member in self.interpreter.program.class_of(owner).body:
                inherited = owner != self.route.owner and not isinstance(
                    getattr(member, "value", None), ast.Call
                )
                if (
                    isinstance(member, ast.AnnAssign)
                    and isinstance(member.target, ast.Name)
                    and not inherited
                ):
                    value = self.injection.parameter(
                        owner.module, member.target.id, member.annotation, member.value, state
                    )
                    instance.attributes[member.target.id] = value
        found = self.interpreter.program.method(self.route.owner, "__init__")
        if found is not None:
            owner, node = found
            init = Function(owner.module, f"{owner.name}.__init__", node, owner, instance)
            self.interpreter.enter(init, self.injection.arguments(init, state), state)
        return instance


def _changes(violation: Violation) -> bool:
    return violation.changes or violation.code == FOREIGN


def _is_for_administrators(route: Route) -> bool:
    """A decorator between the route and the function that names administrators: `@requires("admin")`."""
    words = [
        getattr(node, "id", "") or getattr(node, "attr", "") or str(getattr(node, "value", ""))
        for decorator in route.node.decorator_list[1:]
        for node in ast.walk(decorator)
        if isinstance(node, ast.Name | ast.Attribute | ast.Constant)
    ]
    return any(PRIVILEGE.search(word) for word in words)


def enter_alone(interpreter: Interpreter, path: str, name: str, node: FunctionNode) -> Trail:
    """Without routes, a function stands alone: whose rows it may reach is its callers' obligation."""
    owner, dot, method = name.rpartition(".")
    definition = Definition(path, owner) if dot else None
    if (path, node.lineno) in interpreter.reached or method.startswith(("__", "test_")):
        return Trail()
    if definition is not None and definition in interpreter.schema.by_model:
        return Trail()
    with interpreter.apart() as trail:
        interpreter.begin()
        interpreter.signed_in = True
        receiver = (
            v.Instance(Class(definition, interpreter.generic_models(definition))) if definition else None
        )
        given = [*node.args.posonlyargs, *node.args.args][1 if receiver else 0 :] + node.args.kwonlyargs
        passed = Arguments(named=tuple((item.arg, Scalar(Origin.CALLER, item.arg)) for item in given))
        state = State(Frame(path, definition, (), []), {})
        answer = interpreter.enter(Function(path, name, node, definition, receiver), passed, state)
        if state.facts.possible:
            interpreter.use(answer, state)
    return trail
