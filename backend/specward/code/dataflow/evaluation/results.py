"""What a function returns: the values of its ways out, with what held on each."""

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import State, settle
from specward.code.dataflow.evaluation.roles import spared
from specward.code.dataflow.lattice import both, either, join_all, options, parts
from specward.code.dataflow.record import replace
from specward.code.dataflow.values import UNKNOWN, Facts, Value


def result(returns: list[tuple[Value, Facts]], state: State) -> Value:
    """The joined return value; what held on every path that returns holds afterwards."""
    if not returns:
        state.facts = v.IMPOSSIBLE
        return UNKNOWN
    after = returns[0][1]
    for _, facts in returns[1:]:
        after = either(after, facts)
    result = _joined(returns, after)
    state.assume(after)
    return result


def _joined(returns: list[tuple[Value, Facts]], after: Facts) -> Value:
    """Truth values carry what held on the paths that made them so, in tuples too."""
    if all(_is_truth(value) for value, _ in returns):
        return _truths(returns)
    first = returns[0][0]
    if isinstance(first, v.Sequence) and all(_is_alike(value, first) for value, _ in returns):
        columns = range(len(first.items))
        return v.Sequence(
            tuple(_joined([(parts(value)[at], facts) for value, facts in returns], after) for at in columns)
        )
    joined = join_all(
        [
            _told(settle(value, _with_others(value, facts, returns), after), facts, after)
            for value, facts in returns
        ]
    )
    return _found(joined, returns, after)


def _found(joined: Value, returns: list[tuple[Value, Facts]], after: Facts) -> Value:
    """Whatever is returned beside None says, to whoever finds it there, what held on its path."""
    paths = [facts for value, facts in returns if value != v.NONE]
    if not isinstance(joined, v.Either) or not paths or len(paths) == len(returns):
        return joined
    found = paths[0]
    for facts in paths[1:]:
        found = either(found, facts)
    return replace(joined, found=Facts(found.atoms - after.atoms))


def _told(value: Value, facts: Facts, after: Facts) -> Value:
    """A word that is returned on one path says, to whoever asks for it, what held there."""
    more = Facts(facts.atoms - after.atoms)
    if not more.atoms:
        return value
    return join_all([_with(item, more) for item in options(value)])


def _with(value: Value, facts: Facts) -> Value:
    if isinstance(value, v.Const) and value != v.NONE:
        return v.Const(value.value, both(value.facts, facts))
    return value


def _with_others(value: Value, facts: Facts, returns: list[tuple[Value, Facts]]) -> Facts:
    """What holds where a value is returned, with what another role of the principal is held to."""
    for other, others in returns:
        facts = spared(value, facts, other, others)
    return facts


def _is_alike(value: Value, other: v.Sequence) -> bool:
    return isinstance(value, v.Sequence) and not value.rest and len(value.items) == len(other.items)


def _is_truth(value: Value) -> bool:
    return isinstance(value, v.Condition) or (isinstance(value, v.Const) and isinstance(value.value, bool))


def _truths(returns: list[tuple[Value, Facts]]) -> v.Condition:
    true, false = v.IMPOSSIBLE, v.IMPOSSIBLE
    for value, facts in returns:
        if isinstance(value, v.Condition):
            true, false = (
                either(true, both(facts, value.true)),
                either(false, both(facts, value.false)),
            )
        elif isinstance(value, v.Const) and value.value:
            true = either(true, facts)
        else:
            false = either(false, facts)
    return v.Condition(true, false)
