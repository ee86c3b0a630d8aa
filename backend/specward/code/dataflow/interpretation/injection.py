"""Injection: the values that a framework gives to parameters, and the dependencies run to get them."""

import ast

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation import attributes
from specward.code.dataflow.evaluation.annotations import DEPENDENCY, annotated, annotation_names, typed
from specward.code.dataflow.evaluation.engine import Arguments, Frame, State
from specward.code.dataflow.evaluation.instances import instantiate
from specward.code.dataflow.evaluation.members import of_instance
from specward.code.dataflow.evaluation.permissions import permission_of
from specward.code.dataflow.evaluation.principals import (
    PRINCIPAL_TYPE,
    PROVIDED,
    as_annotated,
    as_presented,
    as_told,
    by_name,
    context,
    identifies,
    without_stand_ins,
)
from specward.code.dataflow.evaluation.privileges import administers, of_one, privileged
from specward.code.dataflow.evaluation.roles import held, with_scopes
from specward.code.dataflow.interpretation.interpreter import Interpreter
from specward.code.dataflow.interpretation.markers import unwrap
from specward.code.dataflow.lattice import join_all, options
from specward.code.dataflow.owners.naming import names_tenant
from specward.code.dataflow.result import ANY_ROUTE
from specward.code.dataflow.sources.program import dotted_name
from specward.code.dataflow.sources.source import FunctionNode
from specward.code.dataflow.values import (
    IDENTITY,
    UNKNOWN,
    Body,
    Class,
    Definition,
    External,
    Function,
    Origin,
    Scalar,
    Value,
)

_INTERFACES = frozenset({"Protocol", "ABC"})
_REQUESTS = frozenset({"Request", "WebSocket", "HTTPConnection"})


class Injection:
    """What one route's parameters take. Dependencies are run once, as FastAPI does."""

    def __init__(self, engine: Interpreter) -> None:
        self.engine = engine
        self.identified = False  # whether somebody is signed in
        self.around: dict[str, Value] = {}  # variables of the function that the handler stands in
        # With the function, since the identity of its receiver is part of the key.
        self._known: dict[tuple[str, int, int, int], tuple[Function, Value]] = {}

    def arguments(self, function: Function, state: State) -> Arguments:
        """The value of each parameter of a handler or dependency."""
        spec = function.node.args
        plain = [*spec.posonlyargs, *spec.args]
        padding: list[ast.expr | None] = [None] * (len(plain) - len(spec.defaults))
        pairs = [
            *zip(plain, padding + list(spec.defaults), strict=True),
            *zip(spec.kwonlyargs, spec.kw_defaults, strict=True),
        ]
        if function.receiver is not None:
            pairs = pairs[1:]
        return Arguments(
            named=tuple(
                (item.arg, self.parameter(function.module, item.arg, item.annotation, default, state))
                for item, default in pairs
            )
        )

    def listed(self, module: str, node: ast.expr, state: State) -> None:
        """Run a dependency of a router or decorator, whose value nobody takes."""
        if isinstance(node, ast.Call) and node.args:
            if administers(node):
                state.assume(v.Facts(frozenset({v.ADMIN})))
            self._ask(node, state)
            if self._makes(module, node) and self._made(module, node, "", None, state) is not None:
                return
            self._depend(module, node.args[0], "", None, state)
        elif isinstance(node, ast.Name | ast.Attribute):
            found = self.engine.program.find(module, dotted_name(node))
            if found is not None and isinstance(found.node, ast.Call):
                self.listed(found.module, found.node, state)

    def _makes(self, module: str, call: ast.Call) -> bool:
        """Whether a call is one of a function of the project, which may return `Depends(...)`."""
        return isinstance(self.engine.named(module, dotted_name(call.func)), Function)

    def _ask(self, marker: ast.Call, state: State) -> None:
        """`Security(current_user, scopes=["orders:manage"])`: the token must have them."""
        scopes = [
            str(item.value)
            for keyword in marker.keywords
            if keyword.arg == "scopes"
            for item in ast.walk(keyword.value)
            if isinstance(item, ast.Constant)
        ]
        facts = with_scopes(scopes)
        state.assume(facts)
        self.engine.trail.offices |= held(facts.atoms)

    def parameter(
        self, module: str, name: str, annotation: ast.expr | None, default: ast.expr | None, state: State
    ) -> Value:
        """The value of one parameter, by its marker or its type."""
        bare, markers, module_of = unwrap(self.engine.program, module, annotation)
        given = self._marker(module, default)
        markers = markers if given is None else [given, *markers]
        if any(administers(marker) for _, marker in markers):
            state.assume(v.Facts(frozenset({v.ADMIN})))
        for where, marker in markers:
            kind = dotted_name(marker.func).rpartition(".")[2]
            if kind in {"Depends", "Security"}:
                self._ask(marker, state)
                wanted = next((item.value for item in marker.keywords if item.arg == "dependency"), None)
                target = marker.args[0] if marker.args else wanted
                return self._depend(
                    where if target is not None else module_of, target or bare, name, bare, state
                )
            if kind in {"Header", "Cookie"}:
                return Scalar(Origin.CLIENT if names_tenant(name) else Origin.CREDENTIAL, name)
            if self._makes(where, marker):
                made = self._made(where, marker, name, bare, state)
                if made is not None:
                    return made
        return self._plain(module_of, name, bare)

    def _marker(self, module: str, default: ast.expr | None) -> tuple[str, ast.Call] | None:
        """What a default says, with the module it stands in: `= Depends(f)`, or `= Member` of that."""
        if isinstance(default, ast.Call):
            return module, default
        name = dotted_name(default) if isinstance(default, ast.Name | ast.Attribute) else ""
        found = self.engine.program.find(module, name) if name else None
        return (found.module, found.node) if found is not None and isinstance(found.node, ast.Call) else None

    def _made(
        self, module: str, marker: ast.Call, name: str, annotation: ast.expr | None, state: State
    ) -> Value | None:
        """`role: Role = require_role("editor")`, where a function of the project returns `Depends(...)`."""
        value = self.engine.evaluate(marker, State(Frame(module, None, state.frame.chain, []), {}))
        targets = [
            item.receiver
            for item in options(value)
            if isinstance(item, External) and item.name == DEPENDENCY and item.receiver is not None
        ]
        if not targets:
            return None
        return self._depend_on(join_all(targets), marker, name, module, annotation, state)

    def _plain(self, module: str, name: str, annotation: ast.expr | None) -> Value:
        """A parameter without marker: the request, or something the client sent."""
        for text in annotation_names(annotation):
            last = text.rpartition(".")[2]
            if last in _REQUESTS:
                return attributes.REQUEST
            if last in PROVIDED:
                return Scalar(Origin.UNKNOWN, text)
            value = self.engine.named(module, text)
            if isinstance(value, External) and PRINCIPAL_TYPE.match(last):
                self.engine.signed_in = True
                return IDENTITY  # an alias of Annotated[..., Depends(...)] whose source is not here
            if isinstance(value, Class) and self._is_handed_in(value.definition):
                return annotated(self.engine, module, ast.Constant(text), name)
            if isinstance(value, Class) and not self._is_enum(value.definition):
                return Body(value.definition, name)
            if isinstance(value, v.Model):
                table = self.engine.schema.tables[value.table]
                if table.model is not None:
                    return Body(table.model, name)
        return Scalar(Origin.CLIENT, name)

    def _is_handed_in(self, definition: Definition) -> bool:
        """Whether a container hands it in, as no request could be parsed into it: `FromDishka[Service]`."""
        bases = self.engine.program.outside_bases(definition)
        made = bases & _INTERFACES or self.engine.program.method(definition, "__init__") is not None
        return bool(made) and bases <= {*_INTERFACES, "Generic", "object"}

    def _is_enum(self, definition: Definition) -> bool:
        return bool(self.engine.program.outside_bases(definition) & {"Enum", "StrEnum", "IntEnum"})

    def _depend(
        self, module: str, node: ast.expr | None, name: str, annotation: ast.expr | None, state: State
    ) -> Value:
        """Run what a parameter depends on."""
        if node is None:
            return UNKNOWN
        frame = Frame(module, None, state.frame.chain, [])
        target = self.engine.evaluate(node, State(frame, dict(self.around), state.facts))
        return self._depend_on(target, node, name, module, annotation, state)

    def _depend_on(
        self,
        target: Value,
        node: ast.expr,
        name: str,
        module: str,
        annotation: ast.expr | None,
        state: State,
    ) -> Value:
        inner = State(Frame(module, None, state.frame.chain, []), {}, state.facts)
        value = without_stand_ins(self.engine, self._provide(target, name, module, annotation, inner))
        if isinstance(value, v.Method | External):  # `request.app.state.database`, set somewhere else
            value = typed(self.engine, module, annotation, value)
        value = as_annotated(self.engine, value, module, annotation)
        if isinstance(target, Function):
            value = as_told(target.name, value)
        state.facts = inner.facts
        if identifies(self.engine, value):
            self.engine.signed_in = self.identified = True
        if self._admits_administrators(node, target, value, state):
            state.assume(v.Facts(frozenset({v.ADMIN})))
        permission = permission_of(self.engine, node, target)
        if permission and self.identified:
            state.assume(v.Facts(frozenset({(v.PERMISSION, permission)})))
            self.engine.trail.offices.add(f"{v.PERMISSION}{permission}")
        return value

    def _admits_administrators(self, node: ast.expr, target: Value, value: Value, state: State) -> bool:
        """A dependency that is called `require_admin` or `current_superuser`, however it finds out."""
        called = dotted_name(node.func if isinstance(node, ast.Call) else node).rpartition(".")[2]
        if isinstance(target, Function) and (of_one(called) or self._is_of_one(state)):
            return False  # what it asks can be read
        named = all(
            privileged(self.engine, word) for word in called.split("_or_")
        )  # `curator_or_admin` is no administrator
        refuses = isinstance(target, Function) and any(
            isinstance(item, ast.Raise) for item in ast.walk(target.node)
        )
        return named and (refuses or identifies(self.engine, value))

    def _is_of_one(self, state: State) -> bool:
        """Whether somebody was found to be of an organisation: its administrator looks after that alone."""
        shared = {*self.engine.schema.memberships.values()}
        keys = (str(atom[1]).partition(".")[0] for atom in state.facts.atoms if atom[0] == "key")
        return not shared.isdisjoint(keys)

    def _provide(
        self, target: Value, name: str, module: str, annotation: ast.expr | None, state: State
    ) -> Value:
        match target:
            case v.Either(alternatives):
                return join_all(
                    [self._provide(item, name, module, annotation, state) for item in alternatives]
                )
            case Function():
                return self._once(target, state)
            case Class(definition, _):
                return self._object(target, definition, state)
            case v.Instance():
                inner = of_instance(self.engine, target, "__call__", state, ast.Pass())
                return (
                    self._once(inner, state)
                    if isinstance(inner, Function)
                    else Scalar(Origin.CREDENTIAL, name)
                )
            case _:
                return by_name(self.engine, target, name, module, annotation)

    def _object(self, cls: Class, definition: Definition, state: State) -> Value:
        """A class as dependency: what its constructor takes, or the fields of a dataclass, are parameters."""
        found = self.engine.program.method(definition, "__init__")
        instance = instantiate(self.engine, cls, self._given(found, cls, state), state)
        if not isinstance(instance, v.Instance):
            return Body(definition, "")
        if found is None:
            self._fill(instance, definition, state)
        return instance

    def _given(self, found: tuple[Definition, FunctionNode] | None, cls: Class, state: State) -> Arguments:
        if found is None:
            return Arguments()
        owner, node = found
        constructor = Function(owner.module, f"{owner.name}.__init__", node, owner, v.Instance(cls))
        return self.arguments(constructor, state)

    def _fill(self, instance: v.Instance, definition: Definition, state: State) -> None:
        """A dataclass as dependency: its fields are parameters."""
        for member in self.engine.program.class_of(definition).body:
            if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name):
                value = self.parameter(
                    definition.module, member.target.id, member.annotation, member.value, state
                )
                instance.attributes[member.target.id] = value

    def _once(self, function: Function, state: State) -> Value:
        """Run a dependency, once for the route."""
        key = (function.module, function.node.lineno, id(function.receiver), id(function.closure))
        if key not in self._known:
            self._known[key] = (function, UNKNOWN)  # which is what it knows of itself while it runs
            self._known[key] = (function, self._run(function, state))
        return self._known[key][1]

    def _run(self, function: Function, state: State) -> Value:
        engine = self.engine
        inner = State(Frame(function.module, None, (ANY_ROUTE,), []), {}, state.facts)
        with engine.apart() as trail:
            value: Value = IDENTITY
            if not self._is_principal(function):
                arguments = self.arguments(function, inner)
                known = inner.facts
                value = engine.dependencies.enter(function, arguments, inner)
                if not inner.facts.possible:
                    inner.facts = known  # it refuses nobody that it lets in where all of it can be read
                value = as_presented(engine, value, arguments.all)
                if trail.consultations:
                    value = context(engine, value, inner)
                if identifies(engine, value):
                    trail.violations.clear()  # who signs in is found before there is a caller to compare with
        engine.trail.add(trail)
        state.facts = inner.facts
        return value

    def _is_principal(self, function: Function) -> bool:
        dotted = f".{function.module.removesuffix('.py').replace('/', '.')}.{function.name}"
        return any(dotted.endswith(f".{item}") for item in self.engine.schema.settings.principals)
