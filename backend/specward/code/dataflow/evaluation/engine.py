"""The interpreter's state, and the face it shows to the modules that interpret one kind of thing each."""

import ast
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.roles import conditions_of_some, spared
from specward.code.dataflow.lattice import both, either, join, join_all, opposed
from specward.code.dataflow.owners.proof import Proof
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.record import replace
from specward.code.dataflow.result import Site
from specward.code.dataflow.sources.program import Program
from specward.code.dataflow.trail import Trail
from specward.code.dataflow.values import Definition, Fact, Facts, Row, Value


class Frame(NamedTuple):
    """Where execution is: the module, the class of the method, and the way from the route."""

    module: str
    owner: Definition | None
    chain: tuple[str, ...]
    returns: list[tuple[Value, Facts]]


class State:
    """Variables and what holds on one path."""

    __slots__ = ("facts", "frame", "names")

    def __init__(self, frame: Frame, names: dict[str, Value], facts: Facts = v.NOTHING) -> None:
        self.frame = frame
        self.names = names
        self.facts = facts

    def fork(self, facts: Facts = v.NOTHING) -> "State":
        """A copy in which more holds."""
        return State(self.frame, dict(self.names), both(self.facts, facts))

    def assume(self, facts: Facts) -> None:
        """Note what holds from here on."""
        self.facts = both(self.facts, facts)

    def merge(self, branches: Iterable["State"]) -> None:
        """Go on from where branches meet."""
        possible = [branch for branch in branches if branch.facts.possible]
        if not possible:
            self.facts = v.IMPOSSIBLE
            return
        first = possible[0]
        names, facts = dict(first.names), first.facts
        for branch in possible[1:]:
            names = _join_names(names, facts, branch.names, branch.facts)
            facts = either(facts, branch.facts)
        self.names, self.facts = names, facts


def _join_names(left: dict[str, Value], one: Facts, right: dict[str, Value], two: Facts) -> dict[str, Value]:
    joined = {}
    apart = opposed(one, two)
    for name in {**left, **right}:
        here, there = left.get(name, v.NONE), right.get(name, v.NONE)
        if here is not there or not isinstance(here, _SETTLED):
            if apart:
                here, there = conditions_of_some(here, there), conditions_of_some(there, here)
                left_facts, right_facts = spared(here, one, there, two), spared(there, two, here, one)
                here, there = settle(here, left_facts, two), settle(there, right_facts, one)
            here, there = _of_those_held(here, one, there, two)
            here, there = settle(here, one, two), settle(there, two, one)
            here = join(_flagged(here, one, two), _flagged(there, two, one))
        joined[name] = here
    return joined


def _of_those_held(here: Value, one: Facts, there: Value, two: Facts) -> tuple[Value, Value]:
    """Of two lists of conditions, that of whoever is held to more, where the other is free of them."""
    if isinstance(here, v.Sequence) and isinstance(there, v.Sequence):
        left_free, right_free = _is_free(one, two), _is_free(two, one)
        if left_free != right_free and all(isinstance(x, v.PREDICATES) for x in (*here.items, *there.items)):
            return (there, there) if left_free else (here, here)
    return here, there


def _is_free(facts: Facts, other: Facts) -> bool:
    return not (facts.atoms - other.atoms).isdisjoint({v.ADMIN, v.NOBODY})


def _flagged(value: Value, facts: Facts, other: Facts) -> Value:
    """`found = True` on one path says, to whoever asks for it later, what held there."""
    match value:
        case v.Const(bool() as flag, known) if more := facts.atoms - other.atoms:
            return v.Const(flag, both(known, Facts(more)))
        case v.Condition(true, false) if more := facts.atoms - other.atoms:
            return v.Condition(both(true, Facts(more)), both(false, Facts(more)))
        case _:
            return value


_SETTLED = v.Class | v.Function | v.Instance | v.Module | v.External  # say nothing that a path could prove


def settle(value: Value, facts: Facts, other: Facts) -> Value:
    """Write what holds on a path into a value, before it meets a path on which that does not hold."""
    atoms = facts.atoms - other.atoms
    if not atoms:
        return value
    match value:
        case v.Const(None) if v.ADMIN in atoms:
            return v.Unlimited()
        case v.Query() if not atoms.isdisjoint({v.ADMIN, v.NOBODY}):
            return replace(value, waived=True)
        case Row(id=row) if v.ADMIN in atoms or ("owned", row) in atoms:
            return replace(value, proof=True, code="")
        case Row(id=row) if ("gone", row) in atoms:
            return v.NONE
        case v.Field(row, column):
            settled = settle(row, facts, other)
            return v.Field(settled, column) if isinstance(settled, Row) else v.NONE
        case v.Scalar():
            return _settle_datum(value, atoms, facts, other)
        case v.Either(alternatives):
            return join_all([settle(item, facts, other) for item in alternatives])
        case v.Sequence(items, rest, empty, filled):
            return v.Sequence(
                tuple(settle(item, facts, other) for item in items),
                tuple(settle(item, facts, other) for item in rest),
                both(empty, Facts(atoms)),
                both(filled, Facts(atoms)),
            )
        case v.Method(receiver, name):
            return v.Method(settle(receiver, facts, other), name)
        case v.Mapping(entries, rest):
            return v.Mapping(
                tuple((key, settle(item, facts, other)) for key, item in entries),
                tuple(settle(item, facts, other) for item in rest),
            )
        case _:
            return value


def _settle_datum(value: v.Scalar, atoms: frozenset[Fact], facts: Facts, other: Facts) -> v.Scalar:
    """What a path proves of an input; an administrator may choose any."""
    symbol = value.symbol
    origin = value.origin
    if ("same", symbol) in atoms or (v.ADMIN in atoms and origin >= v.Origin.CREDENTIAL):
        origin = v.Origin.IDENTITY
    elif symbol and any(atom[0] == "key" and atom[-1] == symbol for atom in atoms):
        origin = v.Origin.UNKNOWN
    inner = [settle(row, facts, other) for row in value.rows]
    return v.Scalar(
        origin,
        symbol,
        frozenset(row for row in inner if isinstance(row, Row)),
        value.present or ("present", symbol) in atoms,
    )


class Arguments(NamedTuple):
    """What a call passes."""

    positional: tuple[Value, ...] = ()
    named: tuple[tuple[str, Value], ...] = ()
    spread: tuple[Value, ...] = ()  # *args and **kwargs of unknown shape

    def get(self, position: int, name: str = "") -> Value | None:
        """An argument by position or by name."""
        if 0 <= position < len(self.positional):
            return self.positional[position]
        return next((value for key, value in self.named if key == name), None) if name else None

    @property
    def all(self) -> tuple[Value, ...]:
        """Everything that is passed."""
        return (*self.positional, *(value for _, value in self.named), *self.spread)


class Engine(Protocol):
    """What the parts of the interpreter ask of the whole."""

    program: Program
    schema: Schema
    signed_in: bool
    trail: Trail

    def evaluate(self, node: ast.expr, state: State) -> Value:
        """The value of an expression."""

    def execute(self, body: list[ast.stmt], state: State) -> None:
        """Run statements."""

    def enter(self, function: v.Function, arguments: Arguments, state: State) -> Value:
        """Run a function of the project."""

    def call(self, target: Value, arguments: Arguments, state: State, node: ast.AST) -> Value:
        """Call a value."""

    def attribute(self, value: Value, name: str, state: State, node: ast.AST) -> Value:
        """An attribute of a value."""

    def named(self, module: str, dotted: str) -> Value | None:
        """The value of a module-level name."""

    def generic_models(self, definition: Definition) -> tuple[Value, ...]:
        """The models given to the generic bases of a class."""

    def named_import(self, module: str, target: str) -> Value:
        """What an import inside a function brings."""

    def proof(self, state: State) -> Proof:
        """What is proved on this path."""

    def use(self, value: Value, state: State) -> None:
        """Data leaves: report every row in it that is not the principal's."""

    def report(self, code: str, site: Site, table: str, *, changes: bool = False) -> None:
        """Note a finding."""

    def bind(self, table: str, column: str) -> None:
        """Note that a statement binds a column to the principal."""

    def consult(self) -> None:
        """Note that something was compared with the principal."""

    def number(self) -> int:
        """An id for a new row."""

    def site(self, node: ast.AST, state: State) -> Site:
        """The place of a node with the way to it."""
