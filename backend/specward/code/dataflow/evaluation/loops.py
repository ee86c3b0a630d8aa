"""Loops: no round or one, with every way out of them."""

import ast
from collections.abc import Sequence

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.containers import assign, element, known_items, of_every
from specward.code.dataflow.evaluation.engine import Engine, State
from specward.code.dataflow.evaluation.truths import truth
from specward.code.dataflow.values import IMPOSSIBLE, Value


def leave(state: State) -> None:
    """`break` and `continue`."""
    exits = state.names.get(_EXITS)
    if isinstance(exits, Exits):
        exits.states.append(state.fork())
    state.facts = IMPOSSIBLE


_EXITS = " exits"  # no variable can be called so


class Exits(v.Instance):
    """The states in which a loop is left or goes on before its body's end."""

    __slots__ = ("states",)

    def __init__(self) -> None:
        super().__init__(v.Class(v.Definition("", "")))
        self.states: list[State] = []


def each(
    engine: Engine,
    body: list[ast.stmt],
    orelse: list[ast.stmt],
    state: State,
    target: ast.expr,
    value: Value,
) -> None:
    """No round, and one round; what a second one could add is in the joined variables.

    Over a dict whose keys are known, each round is run, since they may name columns.
    """
    known = known_items(value)
    if known is not None:
        _each_known(engine, body, state, target, known)
        engine.execute(orelse, state)
        return
    once = state.fork()
    outer = state.names.get(_EXITS)
    exits = Exits()
    once.names[_EXITS] = exits
    item = element(engine, value)
    assign(engine, target, item, once)
    engine.execute(body, once)
    every = of_every(item, [end.facts for end in (once, *exits.states)])
    state.merge([state.fork(), once, *exits.states])
    state.assume(every)
    state.names.pop(_EXITS, None)
    if outer is not None:
        state.names[_EXITS] = outer
    engine.execute(orelse, state)


def _each_known(
    engine: Engine, body: list[ast.stmt], state: State, target: ast.expr, known: Sequence[Value]
) -> None:
    outer = state.names.get(_EXITS)
    for item in known:
        if not state.facts.possible:
            break
        once, exits = state.fork(), Exits()
        once.names[_EXITS] = exits
        assign(engine, target, item, once)
        engine.execute(body, once)
        state.merge([once, *exits.states])
    state.names.pop(_EXITS, None)
    if outer is not None:
        state.names[_EXITS] = outer


def repeat(
    engine: Engine, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt], state: State
) -> None:
    """`while`: not at all, or once."""
    condition = truth(engine, engine.evaluate(test, state), state)
    once = state.fork(condition.true)
    outer = state.names.get(_EXITS)
    exits = Exits()
    once.names[_EXITS] = exits
    if once.facts.possible:
        engine.execute(body, once)
    state.merge([state.fork(condition.false), once, *exits.states])
    state.names.pop(_EXITS, None)
    if outer is not None:
        state.names[_EXITS] = outer
    engine.execute(orelse, state)
