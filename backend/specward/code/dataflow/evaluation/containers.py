"""Lists, dicts and what comes out of them."""

import ast

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State, settle
from specward.code.dataflow.evaluation.narrowing import narrow
from specward.code.dataflow.evaluation.truths import truth
from specward.code.dataflow.lattice import join_all, origin, parts, present, rows
from specward.code.dataflow.record import replace
from specward.code.dataflow.values import UNKNOWN, Const, Mapping, Origin, Row, Scalar, Sequence, Value


def blend(pieces: tuple[Value, ...]) -> Value:
    """A datum computed from others: as trusted as the least trusted of them."""
    known = [piece for piece in pieces if not isinstance(piece, Const)]
    if len(known) == 1 and isinstance(known[0], Scalar | v.Field):
        return known[0]
    source = max((origin(piece) for piece in known), default=Origin.CONSTANT)
    read = frozenset(row for piece in pieces for row in rows(piece))
    return Scalar(Origin.UNKNOWN if source == Origin.CONSTANT else source, rows=read)


def sequence(engine: Engine, nodes: list[ast.expr], state: State) -> Value:
    """The value of a list, tuple or set display."""
    items: list[Value] = []
    rest: list[Value] = []
    for node in nodes:
        value = engine.evaluate(node, state)
        if isinstance(node, ast.Starred):
            items += value.items if isinstance(value, Sequence) else ()
            rest += value.rest if isinstance(value, Sequence) else (element(engine, value),)
        else:
            items.append(value)
    return Sequence(tuple(items), tuple(rest))


def mapping(engine: Engine, keys: list[ast.expr | None], values: list[ast.expr], state: State) -> Value:
    """The value of a dict display."""
    entries: dict[str, Value] = {}
    rest: list[Value] = []
    for key, node in zip(keys, values, strict=True):
        value = engine.evaluate(node, state)
        name = engine.evaluate(key, state) if key is not None else None
        named = key_of(name) if name is not None else None
        if named is not None:
            entries[named] = value
        elif key is None and isinstance(value, Mapping):
            entries.update(value.entries)
            rest += value.rest
        else:
            rest.append(value)
    return Mapping(tuple(entries.items()), tuple(rest))


def key_of(value: Value) -> str | None:
    """What an entry is found by: a constant, a column's name, a class (`{Order: place}`), or several."""
    match value:
        case Const(key):
            return str(key)
        case v.Column(_, name):
            return name
        case v.Class(definition, _):
            return f"{definition.module}:{definition.name}"
        case v.Model(table):
            return f"{table}:"
        case v.Method(v.Class() as cls, name):
            return f"{key_of(cls)}.{name}"
        case Sequence(items, ()):
            keys = [key for item in items if (key := key_of(item)) is not None]
            return ", ".join(keys) if len(keys) == len(items) else None
        case _:
            return None


def subscript(engine: Engine, value: Value, index: Value, state: State) -> Value:
    """`value[index]`."""
    match value:
        case v.Either():
            return join_all([subscript(engine, item, index, state) for item in present(value)] or [UNKNOWN])
        case Sequence(items, rest):
            if (
                isinstance(index, Const)
                and isinstance(index.value, int)
                and -len(items) <= index.value < len(items)
            ):
                return items[index.value]
            return join_all([*items, *rest]) if items or rest else UNKNOWN
        case Mapping(entries, rest):
            wanted = key_of(index)
            found = dict(entries).get(wanted) if wanted is not None else None
            if found is not None:
                return found
            inner = (*(item for _, item in entries), *rest)
            return join_all(list(inner)) if inner else UNKNOWN
        case v.Row():
            if isinstance(index, Const) and isinstance(index.value, str) and not value.many:
                return engine.attribute(value, index.value, state, ast.Pass())
            return replace(value, many=False)
        case Scalar(source, symbol, read):
            key = str(index.value) if isinstance(index, Const) else ""
            name = (
                key
                if symbol in {"path_params", "query_params", "headers", ""} or source == Origin.IDENTITY
                else f"{symbol}.{key}"
            )
            return Scalar(source, name, read)
        case v.Body(_, symbol, source):
            return Scalar(source, f"{symbol}.{index.value!s}" if isinstance(index, Const) else symbol)
        case v.Class(definition, _):
            return v.Class(definition, parts(index) or (index,))
        case v.External():
            return value
        case v.Method(receiver, "c" | "columns") if isinstance(receiver, v.Model | v.Query) and isinstance(
            index, Const
        ):
            return engine.attribute(value, str(index.value), state, ast.Pass())
        case v.Instance():
            return UNKNOWN
        case _:
            return blend((value,))


def element(engine: Engine, value: Value) -> Value:
    """What iterating over a value gives."""
    match value:
        case v.Either():
            return join_all([element(engine, item) for item in present(value)] or [UNKNOWN])
        case Sequence(items, rest):
            return join_all([*items, *rest]) if items or rest else UNKNOWN
        case v.Row():
            return replace(value, many=False)
        case Mapping(entries, _):
            return join_all([Const(key) for key, _ in entries]) if 0 < len(entries) <= 6 else UNKNOWN  # noqa: PLR2004
        case Scalar(source, symbol, read):
            return Scalar(source, f"{symbol}[]" if symbol else "", read)
        case v.Body(cls, symbol, source):
            return v.Body(cls, f"{symbol}[]", source)
        case v.Method(receiver, "items()"):
            return _pair(receiver)
        case v.Common(left, right):
            return v.Common(element(engine, left), element(engine, right))
        case v.Rest(whole, _):
            return element(engine, whole)
        case _:
            return blend((value,)) if rows(value) or origin(value) > Origin.UNKNOWN else UNKNOWN


def united(engine: Engine, left: Value, right: Value) -> Value:
    """`own | shared`, `own + shared`: the elements of both."""
    if isinstance(left, Sequence) and isinstance(right, Sequence):
        return Sequence(left.items + right.items, left.rest + right.rest)
    rest = [
        piece.items + piece.rest if isinstance(piece, Sequence) else (element(engine, piece),)
        for piece in (left, right)
    ]
    return Sequence((), rest[0] + rest[1])


_MOST_KEYS = 8  # that a call gives by name: more are no conditions of a statement


def known_items(value: Value) -> list[Value] | None:
    """What a loop goes through, where each is known: keys, which may name columns, or checks to be made."""
    match value:
        case Sequence(items, ()) if 0 < len(items) <= _MOST_KEYS and all(
            isinstance(item, v.Class | v.Function | v.Instance) for item in items
        ):
            return [*items]
        case v.Method(Mapping(entries, ()), "items()") if 0 < len(entries) <= _MOST_KEYS:
            return [Sequence((Const(key), item)) for key, item in entries]
        case _:
            return None


def _pair(receiver: Value) -> Value:
    values = list(parts(receiver)) or [receiver]
    return Sequence((Scalar(Origin.CONSTANT, "key"), join_all(values)))


def comprehension(
    engine: Engine, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, state: State
) -> Value:
    """One round of the loops, with the conditions holding: what comes out has passed them."""
    known = _of_known(engine, node, state)
    if known is not None:
        return known
    inner = state.fork()
    left_out = v.NOTHING
    for generator in node.generators:
        item = element(engine, run(engine, engine.evaluate(generator.iter, inner), inner, node))
        assign(engine, generator.target, item, inner)
        for condition in generator.ifs:
            passed = truth(engine, engine.evaluate(condition, inner), inner)
            left_out = of_every(item, [passed.false]) if _filters(node) else v.NOTHING
            inner.assume(passed.true)
            narrow(engine, condition, inner, holds=True)
    if not inner.facts.possible:
        return Sequence(())
    if isinstance(node, ast.DictComp):
        made = [engine.evaluate(node.key, inner), engine.evaluate(node.value, inner)]
        return Mapping((), tuple(settle(item, inner.facts, state.facts) for item in made))
    value = engine.evaluate(node.elt, inner)
    asked = (atom for atom in inner.facts.atoms - state.facts.atoms if atom[0] == "key")
    of_one = frozenset(atom for atom in asked if not str(atom[-1]).endswith("[]"))
    return Sequence((), (settle(value, inner.facts, state.facts),), left_out, v.Facts(of_one))


def first(engine: Engine, value: Value) -> Value:
    """`next(member for member in own if member.team_id == team_id)`: a row that was found by a key."""
    found = element(engine, value)
    asked = value.filled.atoms if isinstance(value, Sequence) else frozenset[v.Fact]()
    table = engine.schema.tables.get(found.table) if asked and isinstance(found, Row) else None
    if table is None or not isinstance(found, Row):
        return found
    leads = {engine.schema.leads(table.name, name): name for name in table.columns}
    keys = ((leads[fact[1]], Scalar(v.Origin.CLIENT, str(fact[-1]))) for fact in asked if fact[1] in leads)
    return replace(found, keys=(*found.keys, *keys))


def _of_known(
    engine: Engine, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, state: State
) -> Value | None:
    """`[getattr(Item, name) == value for name, value in conditions.items()]` with known names."""
    if isinstance(node, ast.DictComp) or len(node.generators) != 1 or node.generators[0].ifs:
        return None
    generator = node.generators[0]
    known = known_items(engine.evaluate(generator.iter, state)) if _gives_pairs(generator) else None
    if known is None:
        return None
    made = []
    for item in known:
        inner = state.fork()
        assign(engine, generator.target, item, inner)
        made.append(settle(engine.evaluate(node.elt, inner), inner.facts, state.facts))
    return Sequence(tuple(made))


def _gives_pairs(generator: ast.comprehension) -> bool:
    match generator.iter:
        case ast.Call(func=ast.Attribute(attr="items")):
            return True
        case _:
            return False


def _filters(node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> bool:
    """Whether what is left out is left out by one condition: `[id for id in ids if id not in own]`."""
    return len(node.generators) == 1 and len(node.generators[0].ifs) == 1


def of_every(item: Value, ends: list[v.Facts]) -> v.Facts:
    """What is proved of an element on every way holds of all elements of what it was taken from."""
    inputs = {item.symbol} if isinstance(item, Scalar) and item.symbol.endswith("[]") else set[str]()
    read = {row.id for row in rows(item) if not row.fresh}
    proved = [
        {
            atom
            for atom in end.atoms
            if (atom[0] in {"key", "same"} and atom[-1] in inputs)
            or (atom[0] in {"owned", "shown"} and atom[1] in read)
        }
        for end in ends
        if end.possible
    ]
    shared = set.intersection(*proved) if proved else set[v.Fact]()
    return v.Facts(frozenset(_of_all(atom) for atom in shared))


def _of_all(atom: v.Fact) -> v.Fact:
    last = atom[-1]
    return (*atom[:-1], last.removesuffix("[]")) if isinstance(last, str) else atom


def run(engine: Engine, value: Value, state: State, node: ast.AST) -> Value:
    """Iterating over a legacy query runs it."""
    if isinstance(value, v.Query):
        return engine.call(v.Method(value, "all"), Arguments(), state, node)
    if isinstance(value, v.Method) and value.name == "items()":
        return value
    return value


def assign(engine: Engine, target: ast.expr, value: Value, state: State) -> None:
    """Bind a target; tuples are taken apart, rows and objects are written to by the statement module."""
    match target:
        case ast.Name(id=name):
            state.names[name] = value
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for index, item in enumerate(elements):
                if isinstance(item, ast.Starred):
                    assign(engine, item.value, value, state)
                else:
                    assign(engine, item, position(engine, value, index, state), state)
        case _:
            pass


def position(engine: Engine, value: Value, index: int, state: State) -> Value:
    """What one place of a tuple target takes."""
    if isinstance(value, Sequence | v.Either):
        return subscript(engine, value, Const(index), state)
    return value if isinstance(value, v.Row) else element(engine, value)
