"""What members may do: asked by what stands in a row of theirs, `member.role`, `share.can_edit`."""

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Engine, State
from specward.code.dataflow.lattice import options
from specward.code.dataflow.values import Value
from specward.patterns import pattern

_ROLE = pattern(r"role|rank|level")
LADDER = "@ladder"  # stands for the table that a rank is from, where it was looked up elsewhere
_RANK = pattern(r"role|rank|level|permission|access|^(can|may)_|edit|write|admin")


def note_rank(engine: Engine, state: State, value: Value, *others: Value) -> None:
    """Note that a member is asked whether they have one of some ranks.

    Args:
        engine: The interpreter.
        state: Where it is asked.
        value: What is asked about; nothing is noted if it is no rank.
        others: The ranks; a rank that is a flag is itself what is asked for.
    """
    for table, column in _ranks(engine, state, value):
        names = _names(others) if others else {column}
        if names:
            engine.trail.ranked.add((table, frozenset(names)))


def note_climb(engine: Engine, names: tuple[v.Const, ...]) -> None:
    """Note that somebody is asked to stand as high as the least of some ranks, wherever their own is from."""
    if names:
        engine.trail.ranked.add((LADDER, frozenset(_names(names))))


def note_step(engine: Engine, value: Value, rank: Value) -> None:
    """Note that a role is asked to be at least one that is written there: `self.role < Role.EDITOR`."""
    match value:
        case v.Scalar(_, name, _) | v.Field(_, name) | v.Method(_, name):
            named = name.rpartition(".")[2].lower()
        case _:
            named = ""
    if isinstance(rank, v.Const) and isinstance(rank.value, str) and _ROLE.search(named):
        engine.trail.ranked.add((LADDER, frozenset({rank.value.lower()})))


def _ranks(engine: Engine, state: State, value: Value) -> set[tuple[str, str]]:
    """The columns that say what the principal may do: of a row that names them, or in a statement."""
    found = set()
    for item in options(value):
        match item:
            case (
                v.Field(v.Row(table=table, keys=keys), column) | v.Row(table=table, column=column, keys=keys)
            ):
                own = any(engine.proof(state).is_principal(key) for _, key in keys)
                if own and table in engine.schema.grants and _RANK.search(column):
                    found.add((table, column))
            case v.Column(table, column) if table in engine.schema.grants and _RANK.search(column):
                found.add((table, column))
            case _:
                pass
    return found


def _names(values: tuple[Value, ...]) -> set[str]:
    found: set[str] = set()
    for value in values:
        match value:
            case v.Const(None):
                pass
            case v.Const(text):
                found.add(str(text).lower())
            case v.Method(_, name) | v.External(name):
                found.add(name.rpartition(".")[2].lower())
            case v.Sequence(items, rest):
                found |= _names((*items, *rest))
            case v.Either(items):
                found |= _names(items)
            case v.Column() | v.Field() | v.Row() | v.Query():
                pass
            case _:
                found.add("?")
    return found
