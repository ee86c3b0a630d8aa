"""Functions that are handed on to be called: at once in another thread, or later by a task queue."""

import ast
import re

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State
from specward.code.dataflow.lattice import options, parts
from specward.code.dataflow.owners.proof import Proof
from specward.code.dataflow.result import Key, Site
from specward.code.dataflow.values import Function, Method, Origin, Row, Scalar, Value
from specward.patterns import pattern

_AT_ONCE = frozenset({"run_in_threadpool", "to_thread", "run_in_executor", "gather", "run_sync"})
STARTS = frozenset({"create_task", "ensure_future"})  # handed what a call gives, not the function
_PUT_OFF = STARTS | {"add_task", "delay", "apply_async", "enqueue", "send"}
HANDED_ON = _AT_ONCE | _PUT_OFF
_KEY = pattern(r"(^|[_.])(u?u?id|pk|key|slug)s?(\[\])?$|\[\]$", re.IGNORECASE)


def handed_on(engine: Engine, name: str, arguments: Arguments, state: State, node: ast.AST) -> Value | None:
    """A function passed to be called with the other arguments, now or later; None where none is passed."""
    for position, value in enumerate(arguments.positional):
        if isinstance(value, Function | Method) and not (
            isinstance(value, Method) and isinstance(value.receiver, Scalar)
        ):
            rest = Arguments(arguments.positional[position + 1 :], arguments.named, arguments.spread)
            return run(engine, name, value, rest, state, node)
    return None


def run(engine: Engine, name: str, task: Value, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """Call a function that was handed on; a task that the client cannot steer is not looked into."""
    if name not in _PUT_OFF:
        return engine.call(task, arguments, state, node)
    if not cannot_be_steered(engine, arguments, state):
        known = {*engine.trail.violations}
        steered = not _are_proved(engine, arguments, state)
        engine.call(task, arguments, state, node)
        if steered:
            _tell_here(engine, known, engine.site(node, state))
    return v.UNKNOWN


def _tell_here(engine: Engine, known: set[Key], site: Site) -> None:
    """Tell once, where a task is put off, what the keys that it is handed there let it do."""
    found = [engine.trail.violations.pop(key) for key in {*engine.trail.violations} - known]
    if found:
        first = min(found, key=lambda item: item.length)
        changes = any(item.changes for item in found)
        engine.report(first.code, site._replace(chain=first.site.chain), first.table, changes=changes)


def cannot_be_steered(engine: Engine, arguments: Arguments, state: State) -> bool:
    """Whether nothing that a task is handed leads to a row of the client's choosing.

    A task acts for the system, with nobody to compare a row with. Whose rows it touches is decided where
    it is put off: by the keys and rows that it is handed there, which must be the principal's. A task that
    is told who they are acts for them, and is held to their rows as they are.
    """
    proof = engine.proof(state)
    for_somebody = any(_names_somebody(proof, item) for given in arguments.all for item in options(given))
    return not for_somebody and _are_proved(engine, arguments, state)


def _are_proved(engine: Engine, arguments: Arguments, state: State) -> bool:
    proof = engine.proof(state)
    return all(_is_proved(proof, value) for value in arguments.all)


def _names_somebody(proof: Proof, value: Value) -> bool:
    """Whether a value is the principal, or their own key."""
    match value:
        case v.Field(Row(table=table), column):
            return table == proof.schema.user and column in proof.schema.keys(table)
        case Scalar(Origin.IDENTITY, symbol, _):
            return not symbol or symbol.endswith("sub") or bool(_KEY.search(symbol))
        case _:
            return False


def _is_proved(proof: Proof, value: Value, depth: int = 6) -> bool:
    match value:
        case Row():
            return proof.harmless(value)
        case v.Field(row, _):
            return proof.harmless(row)
        case Scalar(source, symbol, read):
            chosen = source >= Origin.CREDENTIAL and (not symbol or bool(_KEY.search(symbol)))
            return all(map(proof.harmless, read)) and (not chosen or _is_known(proof, symbol))
        case v.Body():
            return False
        case _:
            return depth > 0 and all(_is_proved(proof, part, depth - 1) for part in parts(value))


def _is_known(proof: Proof, symbol: str) -> bool:
    """Whether an input was compared with the principal, or found to be the key of a row of theirs."""
    return any(fact[0] in {"key", "same"} and fact[-1] == symbol for fact in proof.facts)
