"""Expressions: the value of each kind of node."""

import ast

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.comparisons import compare
from specward.code.dataflow.evaluation.containers import (
    blend,
    comprehension,
    element,
    mapping,
    sequence,
    subscript,
    united,
)
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State, settle
from specward.code.dataflow.evaluation.ladders import climbed
from specward.code.dataflow.evaluation.later import STARTS, cannot_be_steered
from specward.code.dataflow.evaluation.narrowing import narrow
from specward.code.dataflow.evaluation.roles import beside_office
from specward.code.dataflow.evaluation.switches import switched
from specward.code.dataflow.evaluation.texts import is_text, text
from specward.code.dataflow.evaluation.truths import negate, truth
from specward.code.dataflow.lattice import both, either, join, join_all, options, present
from specward.code.dataflow.owners.naming import names_open
from specward.code.dataflow.record import replace
from specward.code.dataflow.values import NONE, UNKNOWN, Const, Mapping, Sequence, Value


def evaluate(engine: Engine, node: ast.expr, state: State) -> Value:
    """The value of an expression."""
    match node:
        case ast.Constant(value=value):
            return Const(value) if value is None or isinstance(value, str | int | float | bytes) else UNKNOWN
        case ast.Name(id=name):
            return name_value(engine, name, state)
        case ast.Attribute(value=inner, attr=attr):
            return switched(attr, engine.attribute(engine.evaluate(inner, state), attr, state, node))
        case ast.Call():
            return _call(engine, node, state)
        case ast.Await(value=inner) | ast.Starred(value=inner):
            return engine.evaluate(inner, state)
        case ast.BoolOp(op=op, values=values):
            return _boolean(engine, op, values, state)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            return _comparison(engine, left, ops, comparators, state)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _choice(engine, test, body, orelse, state)
        case ast.NamedExpr(target=ast.Name(id=name), value=inner):
            state.names[name] = engine.evaluate(inner, state)
            return state.names[name]
        case _:
            return _composite(engine, node, state)


def _composite(engine: Engine, node: ast.expr, state: State) -> Value:
    match node:
        case ast.UnaryOp(op=op, operand=operand):
            return _unary(engine, op, engine.evaluate(operand, state), state)
        case ast.BinOp(left=left, op=op, right=right):
            return binary(
                engine, engine.evaluate(left, state), op, engine.evaluate(right, state), node, state
            )
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return sequence(engine, elements, state)
        case ast.Dict(keys=keys, values=values):
            return mapping(engine, keys, values, state)
        case ast.Subscript(value=inner, slice=index):
            return subscript(engine, engine.evaluate(inner, state), engine.evaluate(index, state), state)
        case ast.JoinedStr(values=values):
            return _formatted(engine, node, values, state)
        case ast.FormattedValue(value=inner):
            return engine.evaluate(inner, state)
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            return comprehension(engine, node, state)
        case ast.Lambda():
            return v.Function(
                state.frame.module, "<lambda>", node, state.frame.owner, None, v.Scope(state.names)
            )
        case ast.Yield(value=inner):
            value = engine.evaluate(inner, state) if inner is not None else NONE
            state.frame.returns.append((value, state.facts))
            return UNKNOWN
        case ast.YieldFrom(value=inner):
            value = element(engine, engine.evaluate(inner, state))
            state.frame.returns.append((value, state.facts))
            return UNKNOWN
        case _:
            return UNKNOWN


def name_value(engine: Engine, name: str, state: State) -> Value:
    """A variable, a module-level name, or a builtin."""
    if name in state.names:
        return state.names[name]
    value = engine.named(state.frame.module, name)
    return switched(name, value if value is not None else v.External(name))


def _call(engine: Engine, node: ast.Call, state: State) -> Value:
    if isinstance(node.func, ast.Name) and node.func.id == "super" and "self" in state.names:
        return v.Method(state.names["self"], "super()")
    if _starts_unsteered(engine, node, state):
        return UNKNOWN
    target = engine.evaluate(node.func, state)
    value = engine.call(target, arguments(engine, node, state), state, node)
    _take_out(node, state)
    return value


def _take_out(node: ast.Call, state: State) -> None:
    """`data.pop("owner_id")`: it is not in the variable any more."""
    match node:
        case ast.Call(func=ast.Attribute(ast.Name(name), "pop"), args=[ast.Constant(value=key), *_]):
            current = state.names.get(name)
            if isinstance(current, Mapping):
                entries = tuple(pair for pair in current.entries if pair[0] != str(key))
                state.names[name] = replace(current, entries=entries)
        case _:
            pass


def _starts_unsteered(engine: Engine, node: ast.Call, state: State) -> bool:
    """`asyncio.create_task(sweep(note.id))`: a task of its own, handed nothing of the client's choosing."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[ast.Call() as started]):
            return name in STARTS and cannot_be_steered(engine, arguments(engine, started, state), state)
        case _:
            return False


def arguments(engine: Engine, node: ast.Call, state: State) -> Arguments:
    """Evaluate what a call passes; `*known` and `**known` are opened."""
    positional: list[Value] = []
    named: list[tuple[str, Value]] = []
    spread: list[Value] = []
    for item in node.args:
        value = engine.evaluate(item, state)
        if not isinstance(item, ast.Starred):
            positional.append(value)
        elif isinstance(value, Sequence):
            positional += value.items
            spread += value.rest
        else:
            spread.append(value)
    for keyword in node.keywords:
        value = engine.evaluate(keyword.value, state)
        if keyword.arg is not None:
            named.append((keyword.arg, value))
        elif isinstance(value, Mapping):
            named += value.entries
            spread += value.rest
        else:
            spread.append(value)
    return Arguments(tuple(positional), tuple(named), tuple(spread))


def _boolean(engine: Engine, op: ast.boolop, nodes: list[ast.expr], state: State) -> Value:
    conjunction = isinstance(op, ast.And)
    branch = state.fork()
    values: list[Value] = []
    conditions: list[v.Condition] = []
    named, engine.trail.personal = engine.trail.personal, set()
    for node in nodes:
        value = engine.evaluate(node, branch)
        if not branch.facts.possible and conditions:  # `row or raise_not_found()`
            state.assume(conditions[-1].true if not conjunction else conditions[-1].false)
            narrow(engine, nodes[len(conditions) - 1], state, holds=not conjunction)
            break
        values.append(value)
        conditions.append(truth(engine, value, branch))
        branch.assume(conditions[-1].true if conjunction else conditions[-1].false)
        narrow(engine, node, branch, holds=conjunction)
        if not branch.facts.possible:
            break
    engine.trail.personal = named | beside_office(engine.trail.personal, conditions)
    for name in branch.names:
        state.names.setdefault(name, branch.names[name])
    if all(isinstance(value, v.PREDICATES) for value in values):
        return v.Both(tuple(values)) if conjunction else v.Any(tuple(values))  # type: ignore[arg-type]
    if not conjunction and all(_is_name(value) for value in values):
        return next((value for value in values if value != NONE), NONE)
    if any(isinstance(value, v.Condition) for value in values) or conjunction or _are_constants(values):
        return _fold(conditions, conjunction=conjunction)
    return join_all([item for value in values[:-1] for item in present(value)] + values[-1:])


def _is_name(value: Value) -> bool:
    """Whether a value is a name or none at all: of `key or self.primary_key` the first is meant."""
    return value == NONE or (isinstance(value, Const) and isinstance(value.value, str) and bool(value.value))


def _are_constants(values: list[Value]) -> bool:
    return all(isinstance(value, Const) for value in values)


def _fold(conditions: list[v.Condition], *, conjunction: bool) -> v.Condition:
    true, false = conditions[0].true, conditions[0].false
    for condition in conditions[1:]:
        if conjunction:
            true, false = both(true, condition.true), either(false, both(true, condition.false))
        else:
            true, false = either(true, condition.true), both(false, condition.false)
    return v.Condition(true, false)


def _comparison(
    engine: Engine, left: ast.expr, ops: list[ast.cmpop], comparators: list[ast.expr], state: State
) -> Value:
    current = engine.evaluate(left, state)
    results: list[Value] = []
    for op, node in zip(ops, comparators, strict=True):
        following = engine.evaluate(node, state)
        asked = climbed(engine, left, op, node, state) if len(ops) == 1 else None
        pair = (asked.value, asked.operator, asked.among) if asked else (current, op, following)
        results.append(compare(engine, *pair, state))
        current = following
    if len(results) == 1:
        return results[0]
    return _fold([truth(engine, item, state) for item in results], conjunction=True)


def _choice(engine: Engine, test: ast.expr, body: ast.expr, orelse: ast.expr, state: State) -> Value:
    condition = truth(engine, engine.evaluate(test, state), state)
    values, branches = [], []
    for node, facts, holds in ((body, condition.true, True), (orelse, condition.false, False)):
        branch = state.fork(facts)
        if branch.facts.possible:
            narrow(engine, test, branch, holds=holds)
            values.append(engine.evaluate(node, branch))
            branches.append(branch)
    if len(values) == 2:  # noqa: PLR2004 - both arms
        one, two = branches
        return join(settle(values[0], one.facts, two.facts), settle(values[1], two.facts, one.facts))
    return values[0] if values else UNKNOWN


def _unary(engine: Engine, op: ast.unaryop, value: Value, state: State) -> Value:
    if isinstance(op, ast.Not):
        return negate(truth(engine, value, state))
    if isinstance(op, ast.Invert) and isinstance(value, (*v.PREDICATES, v.Column)):
        tables = value.tables if isinstance(value, v.Other) else frozenset[str]()
        return v.Other(tables, fixed=isinstance(value, v.Column))
    return value


def binary(engine: Engine, left: Value, op: ast.operator, right: Value, node: ast.AST, state: State) -> Value:
    """`a | b` over predicates, `+` over lists, else a datum made of both."""
    if isinstance(left, (*v.PREDICATES, v.Column)) or isinstance(right, v.PREDICATES):
        pair = (as_predicate(left), as_predicate(right))
        if isinstance(op, ast.BitAnd):
            return v.Both(pair)
        if isinstance(op, ast.BitOr):
            return v.Any(pair)
    if isinstance(op, ast.BitAnd | ast.Sub) and (_is_set(left) or _is_set(right)):
        return v.Common(left, right) if isinstance(op, ast.BitAnd) else v.Rest(left, right)
    if isinstance(op, ast.BitOr | ast.Add) and (_is_set(left) or _is_set(right)):
        return united(engine, left, right)
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return Mapping(tuple(dict(left.entries + right.entries).items()), left.rest + right.rest)
    if isinstance(left, v.Query) and isinstance(right, v.Query):
        return engine.call(v.Method(left, "union"), Arguments((right,)), state, node)
    if isinstance(left, Const) and isinstance(right, Const):
        if isinstance(left.value, str) and isinstance(right.value, str) and isinstance(op, ast.Add):
            return Const(left.value + right.value)
        return UNKNOWN if {left.value, right.value} != {0} else left
    texts = [item for item in (left, right) if isinstance(item, v.Text)]
    if texts or is_text(left) or is_text(right):
        return text(engine, [left, right], node, state)
    return blend((left, right))


def _is_set(value: Value) -> bool:
    """Whether a value may be a collection of rows or keys."""
    return any(
        isinstance(item, Sequence | v.Common | v.Rest) or (isinstance(item, v.Row) and item.many)
        for item in options(value)
    )


def _formatted(engine: Engine, node: ast.JoinedStr, values: list[ast.expr], state: State) -> Value:
    return text(engine, [engine.evaluate(item, state) for item in values], node, state)


def as_predicate(value: Value) -> v.Predicate:
    """A value as condition of a statement."""
    if isinstance(value, v.PREDICATES):
        return value
    if isinstance(value, v.Column):
        return v.Other(frozenset({value.table}), fixed=True, open=names_open(value.name))
    return v.Other(frozenset())
