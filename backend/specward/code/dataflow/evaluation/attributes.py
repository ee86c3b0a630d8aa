"""Attributes: of rows, models, objects, modules, requests."""

import ast

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation import contextvars
from specward.code.dataflow.evaluation.annotations import listed
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State
from specward.code.dataflow.evaluation.members import decorators, is_class, of_class, of_instance
from specward.code.dataflow.lattice import join_all, present
from specward.code.dataflow.owners.kinds import numbers
from specward.code.dataflow.owners.proof import ESCAPES, MISSING
from specward.code.dataflow.record import replace
from specward.code.dataflow.result import Site
from specward.code.dataflow.values import Function, Method, Origin, Row, Scalar, Value
from specward.patterns import pattern

REQUEST = v.External("@request")
_SIGNED = frozenset({"state", "user", "session", "auth"})
_PRESENTED = frozenset({"headers", "cookies"})
_SENT = frozenset(
    {
        "path_params",
        "query_params",
        "form",
        "json",
        "body",
        "url",
        "receive_json",
        "receive_text",
        "stream",
        "receive",
        "iter_text",
        "iter_json",
    }
)


def attribute(engine: Engine, value: Value, name: str, state: State, node: ast.AST) -> Value:
    """`value.name`."""
    match value:
        case v.Either():
            real = present(value)
            if name.startswith("fetch"):  # from a cursor, what it found
                real = [item for item in real if isinstance(item, Row)] or real
            return (
                join_all([attribute(engine, item, name, state, node) for item in real]) if real else v.UNKNOWN
            )
        case v.Model(table):
            return _of_model(engine, table, name)
        case Row():
            return _of_row(engine, value, name, state, node)
        case v.Instance():
            return of_instance(engine, value, name, state, node)
        case v.Class(definition, _):
            return of_class(engine, value, definition, name, value)
        case v.Module(path):
            inside = engine.named(path, name)
            if inside is None and path.endswith("__init__.py"):
                inside = engine.named_import(path, f".{name}")  # of a package that does not import it itself
            return inside or v.External(name)
        case v.External("@request"):
            return _of_request(name)
        case v.External() if contextvars.is_one(value):
            return contextvars.method_of(value, name)
        case v.External(dotted, _):
            return v.External(f"{dotted}.{name}")
        case Scalar():
            return _of_scalar(engine, value, name, node, state)
        case v.Body():
            return _of_body(engine, value, name)
        case v.Const(str()) if name in {"value", "name"}:
            return value  # of a member of an enumeration, which stands for itself
        case v.Mapping(entries, _) if name in dict(entries):
            return dict(entries)[name]
        case v.Mapping() if name in {"arguments", "kwargs"}:
            return value  # of a call's bound arguments
        case Method(receiver, "c" | "columns") if isinstance(receiver, v.Query):
            return v.Expression(frozenset(receiver.entities), receiver.predicates)
        case Method(receiver, "c" | "columns") if isinstance(receiver, v.Model):
            return v.Column(receiver.table, name)
        case _:
            return Method(value, name)


def _of_model(engine: Engine, table: str, name: str) -> Value:
    fact = engine.schema.tables[table]
    if name in fact.columns:
        return v.Column(table, name)
    if name in fact.relations:
        return v.Relation(table, name, fact.relations[name])
    if name in {"c", "columns"}:
        return Method(v.Model(table), name)
    if name == "__table__":
        return v.Model(table)
    if name == "query":
        return v.Query("select", (table,), (), frozenset(), Site(fact.module, 1, 1), legacy=True)
    found = (
        engine.program.method(fact.model, name)
        if fact.model and is_class(engine.program, fact.model)
        else None
    )
    if found is not None:
        owner, node = found
        if "hybrid" in " ".join(decorators(node)):
            return v.Expression(frozenset({table}))
        return Function(owner.module, f"{owner.name}.{name}", node, owner, v.Model(table))
    return (
        Method(v.Model(table), name)
        if name in _MODEL_METHODS or name.startswith("_")
        else v.Column(table, name)
    )


_MODEL_METHODS = frozenset(
    {
        "model_validate",
        "from_orm",
        "parse_obj",
        "construct",
        "insert",
        "select",
        "update",
        "delete",
        "alias",
        "join",
        "metadata",
        "get",
        "create",
        "filter",
        "objects",
        "validate",
        "find",
        "all",
    }
)


def _of_row(engine: Engine, row: Row, name: str, state: State, node: ast.AST) -> Value:
    granted = dict(row.granted).get(name) if row.granted else None
    if granted is not None:
        return v.Field(granted, name)
    target = engine.schema.related(row.table, name)
    if target is not None and _is_said_of_principal(engine, row, target, state):
        return Scalar(Origin.IDENTITY, name)
    if target is not None:
        return related(engine, row, target, state, node, name)
    table = engine.schema.tables.get(row.table)
    if row.unchosen and numbers(engine.schema, row.table, name):
        return v.UNKNOWN  # of the last row, to count on from there
    if row.keys and row.keys[0][0] == v.NAMED and name in engine.schema.keys(row.table):
        return row.keys[0][1]  # `note.author.id` is `note.author_id`
    if table is None or name in table.columns:
        return v.Field(row, name)
    if table.model is not None and is_class(engine.program, table.model):
        found = engine.program.method(table.model, name)
        if found is not None:
            owner, function = found
            bound = Function(owner.module, f"{owner.name}.{name}", function, owner, row)
            if any("property" in item for item in decorators(function)):
                return engine.call(bound, Arguments(), state, node)
            return bound
    return _of_joined(engine, row, name) or Method(row, name)


def _of_joined(engine: Engine, row: Row, name: str) -> v.Field | None:
    """A column of another table that the statement read with the row; whoever owns one owns the other."""
    other = row.child
    while other is not None:
        if other.table in engine.schema.tables and name in engine.schema.tables[other.table].columns:
            return v.Field(replace(other, child=replace(row, child=None)), name)
        other = other.child
    return None


def _is_said_of_principal(engine: Engine, row: Row, target: str, state: State) -> bool:
    """Whether a relationship of the principal leads to something that nobody owns: their role, their plan."""
    schema = engine.schema
    return (
        row.table == schema.user
        and target not in schema.owned
        and target in schema.parents(row.table).values()
        and engine.proof(state).is_identity(row)
    )


def related(engine: Engine, row: Row, target: str, state: State, node: ast.AST, name: str = "") -> Value:
    """Rows reached from a row: children of one's own row are one's own, so is the parent that makes it so."""
    schema = engine.schema
    through = schema.is_through(row.table, name)
    parents = {} if through else schema.parents(row.table)
    upward = [column for column, parent in parents.items() if parent == target]
    if f"{name}_id" in upward and f"{name}_id" in schema.owners.get(row.table, ()):
        upward = [f"{name}_id"]  # `request.employee`, where `request.decided_by` is another one
    owned = engine.proof(state).owns(row) and not _free(engine, row)
    if target == schema.user and owned and upward and set(upward) & schema.owners.get(row.table, set()):
        return v.IDENTITY
    many = not upward
    if target not in schema.owned:
        keys = _named(row, upward) if target == schema.user else ()
        return Row(target, engine.number(), "", proof=False, many=many, keys=keys, site=row.site)
    keys = ()
    if upward:
        keys = ((schema.keys(target)[0], v.Field(row, upward[0])),)
        code = "" if owned else row.code or MISSING
        return Row(
            target, engine.number(), code, proof=owned, many=False, keys=keys, site=row.site, child=row
        )
    below = {} if through else schema.parents(target)
    downward = [column for column, parent in below.items() if parent == row.table]
    if len(downward) == 1:
        keys = ((downward[0], v.Field(row, schema.keys(row.table)[0])),)
    site = engine.site(node, state) if not row.code and isinstance(node, ast.expr) else row.site
    code = "" if owned else row.code or ESCAPES
    return Row(target, engine.number(), code, proof=owned, many=many, keys=keys, site=site)


def _named(row: Row, upward: list[str]) -> tuple[tuple[str, Value], ...]:
    """What says which users a relationship leads to: the members of a row, or whom its only column names."""
    if not upward:
        return ((v.MEMBERS, v.Field(row, v.MEMBERS)),)
    return ((v.NAMED, v.Field(row, upward[0])),) if len(upward) == 1 else ()


def _free(engine: Engine, row: Row) -> bool:
    """Whether a row belongs to nobody."""
    return row.table not in engine.schema.owned and row.table != engine.schema.user


def _of_request(name: str) -> Value:
    if name in _SIGNED:
        return Scalar(Origin.IDENTITY, "")
    if name in _PRESENTED:
        return Scalar(Origin.CREDENTIAL, "headers")
    if name in _SENT:
        return Scalar(Origin.CLIENT, name)
    return Method(REQUEST, name)


def _of_scalar(engine: Engine, value: Scalar, name: str, node: ast.AST, state: State) -> Value:
    if value.origin == Origin.IDENTITY and engine.schema.user:
        target = engine.schema.related(engine.schema.user, name)
        if target is not None and target in engine.schema.owned:
            return Row(
                target, engine.number(), "", proof=True, many=True, keys=(), site=engine.site(node, state)
            )
        table = engine.schema.tables[engine.schema.user]
        found = (
            engine.program.method(table.model, name)
            if table.model and is_class(engine.program, table.model)
            else None
        )
        if found is not None and name not in table.columns:  # which a mixin may declare by a function
            owner, definition = found
            if not any("property" in item for item in decorators(definition)):
                return Method(value, name)
            asked = _said_of(
                engine, Function(owner.module, f"{owner.name}.{name}", definition, owner, value), state, node
            )
            if asked is not None:
                return asked
    if value in v.CALLERS and _RESOURCE.fullmatch(name) and not engine.schema.has_schemas:
        return Method(REQUEST, name)  # `request.state.db` is no user's, unless each organisation has a schema
    if value.origin == Origin.UNKNOWN:
        return Method(value, name)
    if name in _DATUM_METHODS:
        return Method(value, name)
    return Scalar(value.origin, f"{value.symbol}.{name}" if value.symbol else name, value.rows)


def _said_of(engine: Engine, function: Function, state: State, node: ast.AST) -> v.Condition | None:
    """What a property of the principal says, where that is true or not: `return self.role == Role.OWNER`."""
    said = engine.call(function, Arguments(), state.fork(), node)
    return said if isinstance(said, v.Condition) else None


_RESOURCE = pattern(r"(\w+_)?(db|session|session_?maker|database|engine|conn(ection)?|pool|uow|unit_of_work)")
_DATUM_METHODS = frozenset(
    {
        "get",
        "split",
        "strip",
        "lower",
        "upper",
        "replace",
        "removeprefix",
        "decode",
        "encode",
        "hex",
        "items",
        "values",
        "keys",
        "pop",
        "dict",
        "model_dump",
        "copy",
        "startswith",
        "credentials",
        "union",
        "intersection",
        "difference",
        "issubset",
        "issuperset",
        "isdisjoint",
    }
)


def _of_body(engine: Engine, body: v.Body, name: str) -> Value:
    if name in dict(body.given):
        return dict(body.given)[name]
    found = engine.program.method(body.cls, name)
    if found is not None and not name.startswith("__"):
        owner, node = found
        return Function(owner.module, f"{owner.name}.{name}", node, owner, body)
    if name in {"model_dump", "dict", "model_copy", "copy", "json", "model_dump_json", "model_fields_set"}:
        return Method(body, name)
    symbol = f"{body.symbol}.{name}"
    part = listed(engine, body.cls, name)
    return v.Body(part, symbol, body.origin) if part is not None else Scalar(body.origin, symbol)
