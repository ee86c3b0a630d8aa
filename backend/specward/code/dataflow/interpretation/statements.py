"""Python statements: assignments, branches, loops, exits."""

import ast

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.annotations import typed
from specward.code.dataflow.evaluation.containers import assign, element, run
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State
from specward.code.dataflow.evaluation.expressions import binary
from specward.code.dataflow.evaluation.growing import grow
from specward.code.dataflow.evaluation.loops import each, leave, repeat
from specward.code.dataflow.evaluation.members import of_instance
from specward.code.dataflow.evaluation.narrowing import narrow
from specward.code.dataflow.evaluation.truths import truth
from specward.code.dataflow.lattice import join_all, options
from specward.code.dataflow.record import replace
from specward.code.dataflow.sources.program import dotted_name
from specward.code.dataflow.sql.outside import write, write_self
from specward.code.dataflow.values import IMPOSSIBLE, NONE, Const, Mapping, Row, Sequence, Value
from specward.patterns import pattern

_CURSOR = pattern(r"(^|_)cur(s|sor)?$")
_LOGS = ("logger", "logging", "log", "print", "metrics", "structlog", "tracer", "span")


def execute(engine: Engine, body: list[ast.stmt], state: State) -> None:
    """Run statements in order, until the path ends."""
    for node in body:
        if not state.facts.possible:
            return
        _statement(engine, node, state)


def _statement(engine: Engine, node: ast.stmt, state: State) -> None:
    match node:
        case ast.Expr(value=value):
            _expression(engine, value, state)
        case ast.Assign(targets=targets, value=value):
            _assignment(engine, targets, value, state)
        case ast.AnnAssign(target=target, annotation=annotation, value=ast.expr() as value):
            _assignment(engine, [target], value, state)
            if isinstance(target, ast.Name) and target.id in state.names:
                state.names[target.id] = typed(engine, state.frame.module, annotation, state.names[target.id])
        case ast.AugAssign(target=target, op=op, value=value):
            result = binary(
                engine, engine.evaluate(target, state), op, engine.evaluate(value, state), node, state
            )
            store(engine, target, result, state)
        case ast.Return(value=ast.IfExp(test=test, body=one, orelse=other)):
            first, second = (ast.copy_location(ast.Return(value), node) for value in (one, other))
            _branch(engine, test, [first], [second], state)
        case ast.Return(value=ast.BoolOp(op=ast.Or(), values=[one, ast.IfExp() as other])):
            first, second = (ast.copy_location(ast.Return(value), node) for value in (one, other))
            _branch(engine, one, [first], [second], state)
        case ast.Return(value=value):
            result = engine.evaluate(value, state) if value is not None else NONE
            state.frame.returns.append((result, state.facts))
            state.facts = IMPOSSIBLE
        case ast.Raise(exc=exc):
            if exc is not None:
                engine.evaluate(exc, state)
            state.facts = IMPOSSIBLE
        case ast.If(test=test, body=body, orelse=orelse):
            _branch(engine, test, body, orelse, state)
        case ast.Assert(test=test):
            state.assume(truth(engine, engine.evaluate(test, state), state).true)
            narrow(engine, test, state, holds=True)
        case ast.Continue() | ast.Break():
            leave(state)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            scope = v.Scope(state.names)
            state.names[node.name] = v.Function(
                state.frame.module, node.name, node, state.frame.owner, None, scope
            )
        case ast.Import() | ast.ImportFrom():
            _local_import(engine, node, state)
        case _:
            _block(engine, node, state)


def _block(engine: Engine, node: ast.stmt, state: State) -> None:
    match node:
        case (
            ast.For(target=target, iter=iterable, body=body, orelse=orelse)
            | ast.AsyncFor(target=target, iter=iterable, body=body, orelse=orelse)
        ):
            value = run(engine, engine.evaluate(iterable, state), state, node)
            each(engine, body, orelse, state, target, value)
        case ast.While(test=test, body=body, orelse=orelse):
            repeat(engine, test, body, orelse, state)
        case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
            for item in items:
                value = _entered(engine, engine.evaluate(item.context_expr, state), state, node)
                if item.optional_vars is not None:
                    assign(engine, item.optional_vars, value, state)
            execute(engine, body, state)
        case ast.Try() | ast.TryStar():
            _try(
                engine,
                node.body,
                [handler.body for handler in node.handlers],
                node.orelse,
                node.finalbody,
                state,
            )
        case ast.Match(subject=subject, cases=cases):
            _match(engine, subject, cases, state)
        case ast.Delete(targets=targets):
            for target in targets:
                engine.evaluate(target, state)
        case _:
            pass


def _entered(engine: Engine, manager: Value, state: State, node: ast.stmt) -> Value:
    """What `with` binds: what a context manager of the project gives on entry, else the manager."""
    if not isinstance(manager, v.Instance):
        return manager
    for name in ("__aenter__", "__enter__"):
        method = of_instance(engine, manager, name, state, node)
        if isinstance(method, v.Function):
            return engine.call(method, Arguments(), state, node)
    return manager


def _expression(engine: Engine, node: ast.expr, state: State) -> None:
    if grow(engine, node, state):
        return
    value = engine.evaluate(node, state)
    inner = node.value if isinstance(node, ast.Await) else node
    if isinstance(value, Row | v.Either) or value in v.CALLERS:
        _keep_result(inner, value, state)
    logs = isinstance(inner, ast.Call) and dotted_name(inner.func).lower().startswith(_LOGS)
    if isinstance(inner, ast.Call) and isinstance(value, v.Scalar) and not logs:
        engine.use(value, state)


def _keep_result(node: ast.expr, value: Value, state: State) -> None:
    """`cursor.execute(...)`: what it found is fetched from the cursor afterwards."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="execute")) if (
            name in state.names and _CURSOR.search(name)
        ):
            cursor = [item for item in options(state.names[name]) if not isinstance(item, Row)]
            known = value in v.CALLERS  # which what else the cursor may be would make doubtful
            state.names[name] = value if known else join_all([*cursor, *options(value)])
        case _:
            pass


def _assignment(engine: Engine, targets: list[ast.expr], value: ast.expr, state: State) -> None:
    result = engine.evaluate(value, state)
    for target in targets:
        store(engine, target, result, state)


def store(engine: Engine, target: ast.expr, value: Value, state: State) -> None:
    """Assign to a variable, an attribute or an item."""
    match target:
        case ast.Attribute(value=owner, attr=name):
            if isinstance(owner, ast.Name):
                _set_field(owner.id, name, value, state)
            for option in options(engine.evaluate(owner, state)):
                if isinstance(option, v.Instance):
                    if value != NONE or name not in engine.program.set_later(option.cls.definition):
                        option.attributes[name] = value
                elif isinstance(option, Row):
                    write(engine, option, ((name, value),), state, engine.site(target, state))
                else:
                    write_self(engine, option)
        case ast.Subscript(value=ast.Attribute(attr="info")) if engine.schema.has_criteria:
            if engine.proof(state).is_principal(value):  # which a listener keeps the session's statements to
                state.assume(v.Facts(frozenset({v.SCOPED})))
        case ast.Subscript(value=ast.Name(id=name), slice=index):
            _store_item(engine, name, engine.evaluate(index, state), value, state)
        case ast.Tuple(elts=elements) | ast.List(elts=elements) if any(
            isinstance(item, ast.Attribute | ast.Subscript) for item in elements
        ):
            for item, part in zip(elements, _spread(engine, elements, value), strict=True):
                store(engine, item, part, state)
        case _:
            assign(engine, target, value, state)


def _set_field(variable: str, name: str, value: Value, state: State) -> None:
    """`body.user_id = user.id`: what the client sent there counts no more."""
    current = state.names.get(variable)
    if isinstance(current, Mapping):
        state.names[variable] = replace(current, entries=_with(current.entries, name, value))
    elif isinstance(current, v.Body):
        state.names[variable] = replace(current, given=_with(current.given, name, value))


def _with(pairs: tuple[tuple[str, Value], ...], name: str, value: Value) -> tuple[tuple[str, Value], ...]:
    return tuple({**dict(pairs), name: value}.items())


def _spread(engine: Engine, elements: list[ast.expr], value: Value) -> tuple[Value, ...]:
    """What each target of `self.db, self.user = db, user` takes; the same mixture where lengths differ."""
    if isinstance(value, Sequence) and not value.rest and len(value.items) == len(elements):
        return value.items
    return (element(engine, value),) * len(elements)


def _store_item(engine: Engine, name: str, index: Value, value: Value, state: State) -> None:
    current = state.names.get(name)
    if isinstance(current, Mapping):
        if isinstance(index, Const):
            state.names[name] = replace(current, entries=_with(current.entries, str(index.value), value))
        else:
            state.names[name] = Mapping(current.entries, (*current.rest, value, index)[:10])
    elif isinstance(current, Row):
        write(engine, current, ((str(index.value), value),) if isinstance(index, Const) else (), state)
    elif isinstance(current, Sequence):
        state.names[name] = Sequence(current.items, (*current.rest, value)[:10])


def _branch(
    engine: Engine, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt], state: State
) -> None:
    condition = truth(engine, engine.evaluate(test, state), state)
    yes, no = state.fork(condition.true), state.fork(condition.false)
    for branch, nodes, holds in ((yes, body, True), (no, orelse, False)):
        if branch.facts.possible:
            narrow(engine, test, branch, holds=holds)
            execute(engine, nodes, branch)
    state.merge([yes, no])


def _try(
    engine: Engine,
    body: list[ast.stmt],
    handlers: list[list[ast.stmt]],
    orelse: list[ast.stmt],
    final: list[ast.stmt],
    state: State,
) -> None:
    before = state.fork()
    execute(engine, body, state)
    during = before.fork()
    during.merge([before, state.fork()])
    during.facts = before.facts
    if state.facts.possible:
        execute(engine, orelse, state)
    ends = [state.fork()]
    for handler in handlers:
        branch = during.fork()
        execute(engine, handler, branch)
        ends.append(branch)
    state.merge(ends)
    if state.facts.possible:
        execute(engine, final, state)


def _match(engine: Engine, subject: ast.expr, cases: list[ast.match_case], state: State) -> None:
    value = engine.evaluate(subject, state)
    ends: list[State] = []
    complete = False
    for case in cases:
        branch = state.fork()
        for node in ast.walk(case.pattern):
            name = getattr(node, "name", None) or getattr(node, "rest", None)
            if isinstance(name, str):
                branch.names[name] = value
        if case.guard is not None:
            branch.assume(truth(engine, engine.evaluate(case.guard, branch), branch).true)
        complete = complete or (
            isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None and not case.guard
        )
        execute(engine, case.body, branch)
        ends.append(branch)
    state.merge(ends if complete else [*ends, state.fork()])


def _local_import(engine: Engine, node: ast.Import | ast.ImportFrom, state: State) -> None:
    base = "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else ""
    for alias in node.names:
        dot = "" if not base or base.endswith(".") else "."
        value = engine.named_import(state.frame.module, base + dot + alias.name)
        state.names[alias.asname or alias.name.partition(".")[0]] = value
