"""Access checks: what a function called `check_access` or `can_edit` proves of what it was given.

What such a function does inside cannot always be followed: sharing lists, roles in a workspace, policies.
It is believed where it is named after the check, is given the principal together with the row or its key,
and was seen to compare something with the principal.
"""

import ast
import re

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State
from specward.code.dataflow.lattice import both, options, parts
from specward.code.dataflow.owners.proof import Proof
from specward.code.dataflow.values import Condition, Fact, Facts, Origin, Scalar, Value
from specward.patterns import pattern

_CHECK = pattern(
    r"access|permi(ssion|tted)|owner|\bowns|_owns|authori[sz]|allowed|belongs|is_member|membership"
    r"|(^|_)can_|forbid|enforce"
    # Spanish, Portuguese, French and German
    r"|puede_|permiso|acceso|pertenece|propietari|autoriza|pode_|permissao|acesso|pertence|peut_|appartient|darf_|gehoert",
    re.IGNORECASE,
)
_QUESTION = pattern(r"^_*(has|is|can|may|user_can|user_has|owns|does|puede|pode|peut|darf)_", re.IGNORECASE)
_OTHER = pattern(
    r"access_?(token|key|log|count|level$)|^_*(create|update|delete|set|grant|revoke|add|remove)_"
)


_VERIFIES = pattern(r"verif|authenticate|validate|check", re.IGNORECASE)
_CREDENTIAL = pattern(
    r"token|jwt|api_?key|secret|signature|hmac|credential|ticket|auth($|_?header)", re.IGNORECASE
)


def verified(function: v.Function, value: Value) -> Value:
    """What `verify_agent_token(request)` returns is verified: it raises where the credential is not right."""
    name = function.name.rpartition(".")[2]
    named = _VERIFIES.search(name) and _CREDENTIAL.search(name)
    if not named or isinstance(function.node, ast.Lambda) or not _raises(function.node):
        return value
    return trusted(value, Origin.CREDENTIAL, Origin.CLIENT)


def trusted(value: Value, *sources: Origin) -> Value:
    """The same, with what came from these sources as the caller's own."""
    match value:
        case Scalar(source, symbol, _) if source in sources:
            return Scalar(Origin.IDENTITY, symbol)
        case v.Mapping(entries, rest):
            return v.Mapping(
                tuple((key, trusted(item, *sources)) for key, item in entries),
                tuple(trusted(item, *sources) for item in rest),
            )
        case v.Either(alternatives):
            return v.Either(tuple(trusted(item, *sources) for item in alternatives))
        case _:
            return value


def is_check(name: str) -> bool:
    """Whether a function is named after an access check."""
    last = name.rpartition(".")[2]
    return bool(_CHECK.search(last)) and not _OTHER.search(last)


def believed(
    engine: Engine, function: v.Function, arguments: Arguments, state: State, value: Value, *, consulted: bool
) -> Value:
    """What a call gives, with what it proves because of what it is.

    Args:
        engine: The interpreter.
        function: The function that was called.
        arguments: What it was given.
        state: Where it was called; a check that raises leaves its facts here.
        value: What the call gives by itself.
        consulted: Whether it was seen to compare something with the principal.
    """
    if not (consulted and is_check(function.name) and not isinstance(function.node, ast.Lambda)):
        return value
    seen = value.true if isinstance(value, Condition) else state.facts
    facts = _besides(vouched(engine, arguments, state), seen)
    if not facts.atoms or not state.facts.possible:
        return value
    if isinstance(value, Condition):
        return Condition(both(value.true, facts), value.false)
    if _raises(function.node):
        state.assume(facts)
        return value
    if isinstance(value, Scalar) or _QUESTION.search(function.name.rpartition(".")[2]):
        return Condition(facts, v.NOTHING)
    return value


def _besides(facts: Facts, seen: Facts) -> Facts:
    """What a name says besides what was seen: not that what may be seen may be changed, too."""
    shown = {fact[1] for fact in seen.atoms if fact[0] == "shown"}
    return Facts(frozenset(fact for fact in facts.atoms if fact[0] != "owned" or fact[1] not in shown))


_DEMANDS = pattern(r"^_*(ensure|require|assert|enforce|check|verify|authori[sz]e)", re.IGNORECASE)


def asked(
    engine: Engine, receiver: Value, name: str, arguments: Arguments, state: State, value: Value
) -> Value:
    """What a check that cannot be followed answers: `policy.can_read(user, note)`."""
    unknown = isinstance(receiver, Scalar) and receiver.origin == Origin.UNKNOWN
    if not (is_check(name) and (unknown or isinstance(receiver, v.Method | v.Instance))):
        return value
    facts = vouched(engine, arguments, state)
    if any(engine.proof(state).is_principal(item) for given in arguments.all for item in options(given)):
        engine.consult()
    if _DEMANDS.search(name):
        state.assume(facts)
        return value
    return Condition(facts, v.NOTHING) if isinstance(value, Scalar) and _QUESTION.search(name) else value


def vouched(engine: Engine, arguments: Arguments, state: State) -> Facts:
    """What a check proves of its arguments when it passes; nothing where the principal is not among them."""
    proof = engine.proof(state)
    return passed(proof, arguments) if names_principal(proof, arguments) else v.NOTHING


def names_principal(proof: Proof, arguments: Arguments) -> bool:
    """Whether the principal is among what is given, or held by it."""
    given = [item for value in arguments.all for item in options(value)]
    return any(map(proof.is_principal, (inner for item in given for inner in (item, *held(item)))))


def passed(proof: Proof, arguments: Arguments) -> Facts:
    """What holds of the rows and keys that a check was given once it has passed."""
    given = [item for value in arguments.all for item in options(value)]
    others = [item for item in given if not any(map(proof.is_principal, (item, *held(item))))]
    subjects = [_subject(proof, item) for value in others for item in (value, *held(value))]
    return Facts(frozenset(fact for atoms in subjects for fact in atoms))


def held(value: Value) -> tuple[Value, ...]:
    """What a context object holds: `check_permission(db, auth, workspace_id)` with the user in `auth`.

    A function that was made for a row holds it: `authorize(user, NotePolicy.read(note))`.
    """
    if isinstance(value, v.Function):
        return tuple(value.closure.names.values()) if value.closure is not None else ()
    return parts(value) if isinstance(value, v.Instance | v.Mapping) else ()


def _subject(proof: Proof, value: Value) -> frozenset[Fact]:
    match value:
        case v.Row():
            return proof.proves(value, owned=True).atoms
        case v.Field(v.Row() as row, column):
            return proof.proves(row, owned=True).atoms | proof.equals(row, column)
        case Scalar(Origin.CLIENT, symbol, _) if symbol:
            return frozenset({("key", v.ANY_TABLE, symbol)})
        case Scalar(_, _, read) if len(read) == 1:
            return proof.proves(next(iter(read)), owned=True).atoms
        case _:
            return frozenset()


def _raises(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(item, ast.Raise) for item in ast.walk(node))
