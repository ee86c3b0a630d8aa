"""Functions of which the project says, in `checks`, that they keep to the caller what they are given.

What a policy or a data layer of somebody's own does with the caller cannot always be followed: grants that
are looked up by a generated statement, conditions that a table of types gives. Where the project names such a
function, a call of it is believed: what it returns is the caller's, and so is what it was given. It has to be
told who calls, by an argument or by the object that it is a method of; where it is not, the call proves
nothing, and its statements are judged as those of any other function. A function that nobody can tell who
calls finds it out by itself, from a variable of the context.
"""

import ast
import re

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State
from specward.code.dataflow.evaluation.guards import names_principal, passed
from specward.code.dataflow.lattice import both, options, rows
from specward.code.dataflow.record import replace
from specward.code.dataflow.values import Condition, Const, Facts, Query, Value
from specward.patterns import pattern

_CALLER = pattern(
    r"user|actor|principal|subject|caller|viewer|requester|identity|account|member|auth|tenant"
    r"|(^|_)(me|by|ctx|context)$",
    re.IGNORECASE,
)


def knows_who_asks(engine: Engine, function: v.Function, arguments: Arguments, state: State) -> bool:
    """Whether a function was told who calls, by what it is given or by its object, or is told by nobody."""
    return names_principal(engine.proof(state), _given(function, arguments)) or not _can_be_told(function)


def _can_be_told(function: v.Function) -> bool:
    """Whether something that it takes, or that its object holds, may be the caller; if only it were there."""
    asked = function.node.args
    names = [item.arg for item in (*asked.posonlyargs, *asked.args, *asked.kwonlyargs)]
    held = function.receiver.attributes if isinstance(function.receiver, v.Instance) else {}
    absent = [item for item in (*asked.defaults, *asked.kw_defaults) if item is not None and _is_none(item)]
    return any(map(_CALLER.search, (*names, *held))) or bool(absent) or v.NONE in held.values()


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def kept_to_caller(
    engine: Engine, function: v.Function, arguments: Arguments, state: State, value: Value
) -> Value:
    """What a call gives that keeps what it is given to the caller.

    Args:
        engine: The interpreter.
        function: The function that was called.
        arguments: What it was given, the caller among it.
        state: Where it was called; what it proves by returning is left here.
        value: What the call gives by itself.

    Returns:
        The same, as the caller's own; of a question what holds where its answer is yes.
    """
    proof = engine.proof(state)
    facts = passed(proof, _given(function, arguments))
    if _is_answer(value):
        yes = value.true if isinstance(value, Condition) else v.NOTHING
        no = value.false if isinstance(value, Condition) else v.NOTHING
        return Condition(both(yes, facts), no)
    own = (proof.proves(row, owned=True).atoms for row in rows(value))
    state.assume(both(facts, Facts(frozenset(fact for atoms in own for fact in atoms))))
    return replace(value, waived=True) if isinstance(value, Query) else value


def _given(function: v.Function, arguments: Arguments) -> Arguments:
    receiver = (function.receiver,) if isinstance(function.receiver, v.Instance) else ()
    return arguments._replace(positional=(*receiver, *arguments.positional))


def _is_answer(value: Value) -> bool:
    """Whether a function answers yes or no, as in `if not can_read(me, note): ...`, and does not refuse."""
    given = options(value)
    answers = all(
        isinstance(item, Condition) or (isinstance(item, Const) and isinstance(item.value, bool))
        for item in given
    )
    return answers and not all(map(_is_yes, given))


def _is_yes(value: Value) -> bool:
    """Whether this is always true: a function that refuses by raising may return True otherwise."""
    if isinstance(value, Condition):
        return not value.false.possible
    return isinstance(value, Const) and value.value is True
