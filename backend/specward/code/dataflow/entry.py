"""Entering a route: its dependencies are run, its parameters get their values, its answer leaves."""

import ast
import re

from specward.code.dataflow import attributes
from specward.code.dataflow import values as v
from specward.code.dataflow.annotations import annotated, annotation_names
from specward.code.dataflow.comparisons import PRIVILEGE
from specward.code.dataflow.engine import Arguments, Frame, State
from specward.code.dataflow.interpreter import Interpreter, Provided
from specward.code.dataflow.lattice import join_all, options, parts
from specward.code.dataflow.program import dotted_name
from specward.code.dataflow.proof import UNJUDGED
from specward.code.dataflow.routes import Dependency, Route
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

_SCHEMES = ("OAuth2", "HTTPBearer", "HTTPBasic", "APIKey", "OpenIdConnect", "HTTPDigest", "SecurityBase")
_REQUESTS = frozenset({"Request", "WebSocket", "HTTPConnection"})
_PROVIDED = frozenset(
    {
        "Session",
        "AsyncSession",
        "BackgroundTasks",
        "Response",
        "Connection",
        "AsyncConnection",
        "Engine",
        "AsyncEngine",
        "scoped_session",
        "SecurityScopes",
        "Database",
        "Redis",
        "Pool",
        "UploadFile",
    }
)
_MACHINE = re.compile(
    r"webhook|callback|cron|internal|scheduler|worker|health|metrics|oauth|saml|sso|log_?in|log_?out|sign_?(up|in)"
    r"|regist(er|ration)|password|verif|token|public|shared?\b|/p/|/events?/|invit|unsubscribe|confirm",
    re.IGNORECASE,
)
_NAMED_USER = ("user", "principal", "account", "identity", "claims", "auth", "jwt", "me", "payload", "owner")
_PRINCIPAL_TYPE = re.compile(r"(Current|Auth|Verified|LoggedIn|Principal|Me\b|ActiveUser)")


class Entry:
    """One route being entered. Dependencies are run once, as FastAPI does."""

    def __init__(self, interpreter: Interpreter, route: Route) -> None:
        self.interpreter = interpreter
        self.route = route
        self._identified = False
        self._before = interpreter.violations
        self._known: dict[tuple[str, int, int, int], Value] = {}
        self._running: list[tuple[str, int, int, int]] = []

    def run(self) -> None:
        """Interpret the route."""
        route, interpreter = self.route, self.interpreter
        interpreter.begin()
        self._before = dict(interpreter.violations)
        self._interpret(route, interpreter)
        if interpreter.exhausted:
            here = v.Site(
                route.module, route.node.lineno, route.node.col_offset + 1, (route.label, route.name)
            )
            interpreter.report(UNJUDGED, here, "")
        if not self._identified and _MACHINE.search(f"{route.label} {route.name}"):
            interpreter.forget(self._before)  # a program calls it, or somebody not signed in yet

    def _interpret(self, route: Route, interpreter: Interpreter) -> None:
        state = State(Frame(route.module, None, (route.label,), []), {})
        for dependency in route.dependencies:
            self._listed(dependency, state)
        receiver = self._view(state)
        function = Function(route.module, route.name, route.node, route.owner, receiver)
        arguments = self.arguments(function, state)
        if _is_for_administrators(route):
            state.assume(v.Facts(frozenset({v.ADMIN})))
        if state.facts.possible:
            answer = interpreter.enter(function, arguments, state)
            if state.facts.possible:
                interpreter.use(answer, state)

    def _view(self, state: State) -> Value | None:
        """The object of a class-based view: its class attributes are dependencies too."""
        if self.route.owner is None:
            return None
        instance = v.Instance(Class(self.route.owner))
        for member in self.interpreter.program.class_of(self.route.owner).body:
            if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name):
                value = self._parameter(
                    self.route.owner.module, member.target.id, member.annotation, member.value, state
                )
                instance.attributes[member.target.id] = value
        found = self.interpreter.program.method(self.route.owner, "__init__")
        if found is not None:
            owner, node = found
            init = Function(owner.module, f"{owner.name}.__init__", node, owner, instance)
            self.interpreter.enter(init, self.arguments(init, state), state)
        return instance

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
                (item.arg, self._parameter(function.module, item.arg, item.annotation, default, state))
                for item, default in pairs
            )
        )

    def _listed(self, dependency: Dependency, state: State) -> None:
        node = dependency.node
        if isinstance(node, ast.Call) and node.args:
            self._depend(dependency.module, node.args[0], "", None, state)
        elif isinstance(node, ast.Name | ast.Attribute):
            found = self.interpreter.program.find(dependency.module, dotted_name(node))
            if found is not None and isinstance(found.node, ast.Call):
                self._listed(Dependency(found.module, found.node), state)

    def _parameter(
        self, module: str, name: str, annotation: ast.expr | None, default: ast.expr | None, state: State
    ) -> Value:
        bare, markers, module_of = self._unwrap(module, annotation)
        if isinstance(default, ast.Call):
            markers = [(module, default), *markers]
        for where, marker in markers:
            kind = dotted_name(marker.func).rpartition(".")[2]
            if kind in {"Depends", "Security"}:
                wanted = next((item.value for item in marker.keywords if item.arg == "dependency"), None)
                target = marker.args[0] if marker.args else wanted
                return self._depend(
                    where if target is not None else module_of, target or bare, name, bare, state
                )
            if kind in {"Header", "Cookie"}:
                return Scalar(Origin.CREDENTIAL, name)
        return self._plain(module_of, name, bare)

    def _unwrap(
        self, module: str, annotation: ast.expr | None, depth: int = 5
    ) -> tuple[ast.expr | None, list[tuple[str, ast.Call]], str]:
        """`Annotated[T, Depends(f)]`, through aliases: the type, the markers and the module they stand in."""
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            annotation = _parse(annotation.value)
        if isinstance(annotation, ast.Subscript) and dotted_name(annotation.value).endswith("Annotated"):
            inner = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
            calls = [(module, item) for item in inner[1:] if isinstance(item, ast.Call)]
            bare, more, where = self._unwrap(module, inner[0], depth - 1) if depth else (inner[0], [], module)
            return bare, calls + more, where
        name = dotted_name(annotation) if annotation is not None else ""
        found = self.interpreter.program.find(module, name) if name and depth else None
        if found is not None and isinstance(found.node, ast.Subscript):
            return self._unwrap(found.module, found.node, depth - 1)
        return annotation, [], module

    def _plain(self, module: str, name: str, annotation: ast.expr | None) -> Value:
        """A parameter without marker: the request, or something the client sent."""
        for text in annotation_names(annotation):
            last = text.rpartition(".")[2]
            if last in _REQUESTS:
                return attributes.REQUEST
            if last in _PROVIDED:
                return Scalar(Origin.UNKNOWN, text)
            value = self.interpreter.named(module, text)
            if isinstance(value, External) and _PRINCIPAL_TYPE.match(last):
                self.interpreter.signed_in = True
                return IDENTITY  # an alias of Annotated[..., Depends(...)] whose source is not here
            if isinstance(value, Class) and not self._is_enum(value.definition):
                return Body(value.definition, name)
            if isinstance(value, v.Model):
                table = self.interpreter.schema.tables[value.table]
                if table.model is not None:
                    return Body(table.model, name)
        return Scalar(Origin.CLIENT, name)

    def _is_enum(self, definition: Definition) -> bool:
        return bool(self.interpreter.program.outside_bases(definition) & {"Enum", "StrEnum", "IntEnum"})

    def _depend(
        self, module: str, node: ast.expr | None, name: str, annotation: ast.expr | None, state: State
    ) -> Value:
        """Run what a parameter depends on."""
        if node is None:
            return UNKNOWN
        frame = Frame(module, None, state.frame.chain, [])
        inner = State(frame, {}, state.facts)
        target = self.interpreter.evaluate(node, inner)
        value = self._without_stand_ins(self._provide(target, name, module, annotation, inner))
        state.facts = inner.facts
        if self._identifies(value):
            self.interpreter.signed_in = self._identified = True
        if self._admits_administrators(node, target, value):
            state.assume(v.Facts(frozenset({v.ADMIN})))
        return value

    def _admits_administrators(self, node: ast.expr, target: Value, value: Value) -> bool:
        """A dependency that is called `require_admin` or `current_superuser`, however it finds out."""
        called = node.func if isinstance(node, ast.Call) else node
        named = PRIVILEGE.search(dotted_name(called).rpartition(".")[2])
        refuses = isinstance(target, Function) and any(
            isinstance(item, ast.Raise) for item in ast.walk(target.node)
        )
        return bool(named) and (refuses or self._identifies(value))

    def _identifies(self, value: Value) -> bool:
        return any(self._is_caller(item) for item in (*options(value), *parts(value)))

    def _is_caller(self, value: Value) -> bool:
        """Whether a value is the principal: what a credential gave, or their row."""
        match value:
            case v.Row(table=table, many=many):
                return table == self.interpreter.schema.user and not many
            case Scalar(origin, _, _):
                return origin == Origin.IDENTITY
            case _:
                return False

    def _without_stand_ins(self, value: Value) -> Value:
        """The principal, without the fixed users that stand in for it during set-up or development."""
        if not any(self._is_caller(item) for item in options(value)):
            return value
        return join_all(
            [item for item in options(value) if not isinstance(item, v.Instance | v.Const | v.Mapping)]
        )

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
                inner = attributes.of_instance(self.interpreter, target, "__call__", state, ast.Pass())
                return (
                    self._once(inner, state)
                    if isinstance(inner, Function)
                    else Scalar(Origin.CREDENTIAL, name)
                )
            case _:
                return self._outside(target, name, module, annotation)

    def _object(self, cls: Class, definition: Definition, state: State) -> Value:
        found = self.interpreter.program.method(definition, "__init__")
        instance = self.interpreter.instantiate(cls, Arguments(), state) if found is None else None
        if found is None or instance is None:
            if isinstance(instance, v.Instance):
                self._fill(instance, definition, state)
            return instance if isinstance(instance, v.Instance) else Body(definition, "")
        return instance

    def _fill(self, instance: v.Instance, definition: Definition, state: State) -> None:
        """A dataclass as dependency: its fields are parameters."""
        for member in self.interpreter.program.class_of(definition).body:
            if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name):
                value = self._parameter(
                    definition.module, member.target.id, member.annotation, member.value, state
                )
                instance.attributes[member.target.id] = value

    def _once(self, function: Function, state: State) -> Value:
        """Run a dependency: once for a route, and not again for a route that comes with the same facts."""
        key = (function.module, function.node.lineno, id(function.receiver), id(function.closure))
        if key in self._running:
            return UNKNOWN
        if key not in self._known:
            self._running.append(key)
            self._known[key] = self._shared((*key, state.facts), function, state)
            self._running.pop()
        return self._known[key]

    def _shared(self, key: tuple[object, ...], function: Function, state: State) -> Value:
        shared = self.interpreter.dependencies
        if key not in shared:
            value: Value = IDENTITY
            if not self._is_principal(function):
                before = dict(self.interpreter.violations)
                value = self.interpreter.enter(function, self.arguments(function, state), state)
                if self._identifies(value):
                    self.interpreter.forget(
                        before
                    )  # who signs in is found before there is a caller to compare with
            shared[key] = Provided(value, state.facts, self.interpreter.signed_in, function)
        provided = shared[key]
        state.facts = provided.facts
        self.interpreter.signed_in = self.interpreter.signed_in or provided.signed_in
        return provided.value

    def _is_principal(self, function: Function) -> bool:
        dotted = f".{function.module.removesuffix('.py').replace('/', '.')}.{function.name}"
        return any(dotted.endswith(f".{item}") for item in self.interpreter.schema.settings.principals)

    def _outside(self, target: Value, name: str, module: str, annotation: ast.expr | None) -> Value:
        """A dependency whose source is not here: told by class, by type or, for want of more, by name."""
        text = _text(target)
        if any(part.startswith(_SCHEMES) for part in text.split(".")):
            return Scalar(Origin.CREDENTIAL, name)
        types = annotation_names(annotation)
        if any(item.rpartition(".")[2] in _PROVIDED for item in types):
            return Scalar(Origin.UNKNOWN, types[0])
        model = self.interpreter.named(module, types[0]) if types else None
        if isinstance(model, v.Model) and model.table == self.interpreter.schema.user:
            return IDENTITY
        last = text.rpartition(".")[2].lower()
        words = f"{last} {name} {' '.join(types)}".lower()
        if any(part in words for part in _NAMED_USER) and "session" not in last and "service" not in words:
            privileged = PRIVILEGE.search(last)
            return Scalar(Origin.IDENTITY, "is_admin" if privileged else "")
        return annotated(self.interpreter, module, annotation, name)


def _is_for_administrators(route: Route) -> bool:
    """A decorator between the route and the function that names administrators: `@requires("admin")`."""
    words = [
        getattr(node, "id", "") or getattr(node, "attr", "") or str(getattr(node, "value", ""))
        for decorator in route.node.decorator_list[1:]
        for node in ast.walk(decorator)
        if isinstance(node, ast.Name | ast.Attribute | ast.Constant)
    ]
    return any(PRIVILEGE.search(word) for word in words)


def _text(value: Value) -> str:
    match value:
        case External(name, _):
            return name
        case v.Method(receiver, name):
            return f"{_text(receiver)}.{name}"
        case Scalar(_, symbol, _):
            return symbol
        case _:
            return ""


def _parse(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return None
