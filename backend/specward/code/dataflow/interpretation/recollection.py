"""What a dependency came to on the routes before: most routes of a project share theirs.

It is run anew only where something that it can look at is another: its arguments, what is known to hold,
what the modules hold that it asked for. What it came to is kept where nothing in it can be changed later,
and nothing was changed by it.
"""

from collections.abc import Hashable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from specward.code.dataflow.evaluation.engine import Arguments, State
from specward.code.dataflow.interpretation.form import Form
from specward.code.dataflow.trail import Trail
from specward.code.dataflow.values import Facts, Function, Value

if TYPE_CHECKING:
    from specward.code.dataflow.interpretation.interpreter import Interpreter

Shared: TypeAlias = tuple[str, str] | Function  # a name of a module, or a function that is worked out once


class _Outcome(NamedTuple):
    value: Value
    facts: Facts
    trail: Trail
    signed_in: bool
    numbers: int
    asked: dict[Shared, Hashable]  # what the modules held, by its form


class Reading:
    """What is asked of the modules while a dependency is run."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self.asked: dict[Shared, Hashable] = {}

    def note(self, what: Shared, value: Value | None) -> None:
        """Note what was found when it was first asked for."""
        if what not in self.asked:
            self.asked[what] = self._form(value)


class Recollection:
    """The outcomes of dependencies, by all that they were given."""

    def __init__(self, engine: "Interpreter") -> None:
        self._engine = engine
        self._known: dict[Hashable, _Outcome] = {}

    def enter(self, function: Function, arguments: Arguments, state: State) -> Value:
        """Run a dependency, or say what it came to when all was the same."""
        engine, form = self._engine, Form()
        given = form((function, arguments))
        key = (engine.signed_in, engine.numbers, state.frame.chain, given, state.facts)
        known = self._known.get(key)
        if known is not None and self._is_alike(known, form):
            engine.signed_in, engine.numbers, state.facts = known.signed_in, known.numbers, known.facts
            engine.trail.add(known.trail)
            return known.value
        reading = Reading(form)
        with engine.apart() as trail, engine.watched(reading):
            value = engine.enter(function, arguments, state)
        engine.trail.add(trail)
        come = _Outcome(value, state.facts, trail, engine.signed_in, engine.numbers, reading.asked)
        after = Form()
        unchanged = after((function, arguments)) == given and self._is_alike(come, after)
        if unchanged and not trail.is_cut and _is_settled(value):
            self._known[key] = come
        return value

    def _is_alike(self, known: _Outcome, form: Form) -> bool:
        """Whether the modules hold what they held then; what they did not yet is worked out."""
        return all(form(self._engine.shared(what)) == held for what, held in known.asked.items())


def _is_settled(value: Value) -> bool:
    form = Form()
    form(value)
    return not form.has_changeable
