"""What leaves the project: calls whose inside is unknown, and the rows and statements handed to them."""

import ast
import re
from collections.abc import Collection, Iterator

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State
from specward.code.dataflow.lattice import join_all, options, origin, rows
from specward.code.dataflow.owners.proof import MISSING
from specward.code.dataflow.record import replace
from specward.code.dataflow.result import Site
from specward.code.dataflow.sql import queries
from specward.code.dataflow.sql.assignments import check_assignments
from specward.code.dataflow.sql.running import (
    execute,
    note_beginnings,
    note_deed,
    only_counts,
)
from specward.code.dataflow.trail import CHANGED
from specward.code.dataflow.values import Const, Mapping, Origin, Query, Row, Scalar, Value
from specward.patterns import pattern

_VERIFIERS = pattern(r"decode|verif|validate|authenticate|introspect|loads|get_unverified", re.IGNORECASE)

_PART = pattern(r"\.|\[\]")  # one field of what the client sent, or one of several


def construct(engine: Engine, table: str, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`Item(...)`: a new row."""
    given = queries.assignments(arguments)
    values = (*_unnamed(engine, table, dict(given), arguments), *given)
    site = engine.site(node, state)
    note_beginnings(engine, table, values, state)
    check_assignments(engine, table, values, site, state)
    return Row(table, engine.number(), "", proof=False, many=False, keys=values, site=site, fresh=True)


def _unnamed(
    engine: Engine, table: str, given: Collection[str], arguments: Arguments
) -> Iterator[tuple[str, Value]]:
    """`Item(**await request.json())`: the client names the columns, and the owner's may be among them."""
    owners = sorted(engine.schema.owners.get(table, set()).difference(given))
    for value in arguments.spread:
        match value:
            case Scalar(Origin.CLIENT, symbol, _) if not _PART.search(symbol):
                yield from ((name, Scalar(Origin.CLIENT, f"{symbol}.{name}")) for name in owners)
            case _:
                pass


def write(
    engine: Engine, row: Row, pairs: tuple[tuple[str, Value], ...], state: State, at: Site | None = None
) -> None:
    """A row is changed: it must be the principal's, and so must what its foreign keys are set to there."""
    proof = engine.proof(state)
    if only_counts(pairs):
        engine.use(row, state)
    elif not proof.harmless(row) and not row.fresh:
        engine.report(row.code, row.site, row.table, changes=True)
    elif row.table in engine.schema.owned and not proof.may_change(row):
        engine.report(MISSING, row.site, row.table, changes=True)
    elif not row.fresh:
        note_deed(engine, row.table, "update" if pairs else "delete", row.keys, row.site, state)
    check_assignments(engine, row.table, pairs, at or row.site, state)


def write_self(engine: Engine, value: Value) -> None:
    """The principal's own row is changed, if that is what a value is."""
    itself = isinstance(value, Scalar) and value.origin == Origin.IDENTITY and not value.symbol
    if itself and engine.schema.user is not None:
        engine.trail.own.add((engine.schema.user, CHANGED))


def run_queries(
    engine: Engine,
    arguments: Arguments,
    state: State,
    *,
    one: bool = False,
    scoped: bool = False,
) -> Value | None:
    """A statement handed to somebody else is run there."""
    found = [item for value in arguments.all for item in options(value) if isinstance(item, Query)]
    results = [
        execute(engine, _given_values(query, arguments), state, one=one, scoped=scoped) for query in found
    ]
    return join_all(results) if results else None


def _given_values(query: Query, arguments: Arguments) -> Query:
    """`execute(insert(Item), [{...}])`."""
    rest = Arguments(arguments.positional[1:])
    if query.verb in {"insert", "update"}:
        return replace(query, values=(*query.values, *queries.assignments(rest)))
    return query


def opaque(engine: Engine, name: str, inputs: tuple[Value, ...]) -> Value:
    """A call into the unknown: it carries what went in; checking a credential gives an identity."""
    read = frozenset(row for item in inputs for row in rows(item))
    engine.trail.compared |= {item.symbol for item in inputs if isinstance(item, Scalar)}
    sources = [origin(item) for item in inputs if not isinstance(item, Const)]
    if Origin.CREDENTIAL in sources or (
        _VERIFIERS.search(name.rpartition(".")[2]) and _is_decoder(name) and sources
    ):
        engine.signed_in = True
        return Scalar(Origin.IDENTITY)
    source = max(sources, default=Origin.UNKNOWN)
    if source == Origin.CONSTANT:
        source = Origin.UNKNOWN
    if source == Origin.IDENTITY and len([item for item in inputs if not isinstance(item, Const)]) > 1:
        source = Origin.UNKNOWN
    symbol = name if source == Origin.UNKNOWN else ""
    return Scalar(source, symbol, read)


def _is_decoder(name: str) -> bool:
    return bool(re.search(r"jwt|jose|token|serializer|firebase|auth|jws|paseto|sign", name, re.IGNORECASE))


def validated(engine: Engine, arguments: Arguments) -> Arguments:
    """`Item.model_validate(body, update={...})` as keyword arguments."""
    first, update = arguments.get(0), arguments.get(-1, "update")
    named: dict[str, Value] = {}
    if isinstance(first, v.Body):
        named.update(dict(fields(engine, first).entries))
    elif isinstance(first, Mapping):
        named.update(dict(first.entries))
    if isinstance(update, Mapping):
        named.update(dict(update.entries))
    return Arguments(named=tuple(named.items()))


def fields(engine: Engine, body: v.Body) -> Mapping:
    """The fields of a request body, by name."""
    entries: dict[str, Value] = {}
    for owner in reversed(engine.program.ancestry(body.cls)):
        for member in engine.program.class_of(owner).body:
            if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name):
                name = member.target.id
                if name != "model_config":
                    entries[name] = Scalar(body.origin, f"{body.symbol}.{name}")
    entries.update(body.given)
    return Mapping(tuple(entries.items()))
