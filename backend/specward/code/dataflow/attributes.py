"""Attributes: of rows, models, objects, modules, requests."""

import ast

from specward.code.dataflow import values as v
from specward.code.dataflow.annotations import annotated, class_state, is_type
from specward.code.dataflow.engine import Arguments, Engine, State
from specward.code.dataflow.lattice import join_all, present
from specward.code.dataflow.program import Program, dotted_name
from specward.code.dataflow.proof import ESCAPES, MISSING
from specward.code.dataflow.source import FunctionNode
from specward.code.dataflow.values import Definition, Function, Method, Origin, Row, Scalar, Value

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
            return engine.named(path, name) or v.External(name)
        case v.External("@request"):
            return _of_request(name)
        case v.External(dotted, _):
            return v.External(f"{dotted}.{name}")
        case Scalar():
            return _of_scalar(engine, value, name, node, state)
        case v.Body():
            return _of_body(engine, value, name)
        case v.Mapping(entries, _) if name in dict(entries):
            return dict(entries)[name]
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
        return v.Query("select", (table,), (), frozenset(), v.Site(fact.module, 1, 1), legacy=True)
    found = (
        engine.program.method(fact.model, name)
        if fact.model and _is_class(engine.program, fact.model)
        else None
    )
    if found is not None:
        owner, node = found
        if "hybrid" in " ".join(_decorators(node)):
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


def _is_class(program: Program, definition: Definition) -> bool:
    return definition.name in program.sources[definition.module].classes


def _decorators(node: FunctionNode) -> list[str]:
    return [dotted_name(item.func if isinstance(item, ast.Call) else item) for item in node.decorator_list]


def _of_row(engine: Engine, row: Row, name: str, state: State, node: ast.AST) -> Value:
    target = engine.schema.related(row.table, name)
    if target is not None:
        return related(engine, row, target, state, node)
    table = engine.schema.tables.get(row.table)
    if table is None or name in table.columns:
        return v.Field(row, name)
    if table.model is not None and _is_class(engine.program, table.model):
        found = engine.program.method(table.model, name)
        if found is not None:
            owner, function = found
            bound = Function(owner.module, f"{owner.name}.{name}", function, owner, row)
            if any("property" in item for item in _decorators(function)):
                return engine.call(bound, Arguments(), state, node)
            return bound
    return Method(row, name)


def related(engine: Engine, row: Row, target: str, state: State, node: ast.AST) -> Value:
    """Rows reached from a row: children of one's own row are one's own, so is the parent that makes it so."""
    schema = engine.schema
    upward = [column for column, parent in schema.parents(row.table).items() if parent == target]
    owned = engine.proof(state).owns(row) and not _free(engine, row)
    if target == schema.user and owned and upward and set(upward) & schema.owners.get(row.table, set()):
        return v.IDENTITY
    many = not upward
    if target not in schema.owned:
        return Row(target, engine.number(), "", proof=False, many=many, keys=(), site=row.site)
    keys: tuple[tuple[str, Value], ...] = ()
    if upward:
        keys = ((schema.keys(target)[0], v.Field(row, upward[0])),)
        code = "" if owned else row.code or MISSING
        return Row(
            target, engine.number(), code, proof=owned, many=False, keys=keys, site=row.site, child=row
        )
    site = engine.site(node, state) if not row.code and isinstance(node, ast.expr) else row.site
    code = "" if owned else row.code or ESCAPES
    return Row(target, engine.number(), code, proof=owned, many=many, keys=keys, site=site)


def _free(engine: Engine, row: Row) -> bool:
    """Whether a row belongs to nobody."""
    return row.table not in engine.schema.owned and row.table != engine.schema.user


def of_instance(engine: Engine, instance: v.Instance, name: str, state: State, node: ast.AST) -> Value:
    """An attribute set on the object, a method or attribute of its class, or one that its class annotates."""
    if name in instance.attributes:
        return instance.attributes[name]
    found = of_class(engine, instance.cls, instance.cls.definition, name, instance)
    if isinstance(found, Function) and any("property" in item for item in _function_decorators(found)):
        return engine.call(found, Arguments(), state, node)
    return found


def _function_decorators(function: Function) -> list[str]:
    return [] if isinstance(function.node, ast.Lambda) else _decorators(function.node)


def of_class(engine: Engine, cls: v.Class, definition: Definition, name: str, receiver: Value) -> Value:
    """A method, constant or annotated attribute along the ancestry."""
    program = engine.program
    found = program.method(definition, name)
    if found is not None and isinstance(receiver, v.Instance) and receiver.scoped:
        return Method(receiver, name)  # what it runs is bound, however it does that
    if found is not None:
        owner, node = found
        if is_stub(node) and receiver is not cls:
            implemented = _implementation(program, definition, name)
            if implemented is None:
                return Method(receiver, name)
            owner, node = implemented
        static = any(item.endswith("staticmethod") for item in _decorators(node))
        bound = None if static or (receiver is cls and "classmethod" not in _decorators(node)) else receiver
        return Function(owner.module, f"{owner.name}.{name}", node, owner, bound)
    for ancestor in program.ancestry(definition):
        for member in program.class_of(ancestor).body:
            value = _member(engine, cls, ancestor, member, name)
            if value is not None:
                return value
    return _generic_model(cls, name) or Method(receiver, name)


def _generic_model(cls: v.Class, name: str) -> Value | None:
    """`self.model` of a generic base whose argument is a model."""
    models = [item for item in cls.models if isinstance(item, v.Model)]
    return models[0] if models and "model" in name.lower() else None


_SET_OUTSIDE = frozenset({"BaseSettings", "Settings", "Config"})  # defaults that the environment overrides


def _member(engine: Engine, cls: v.Class, owner: Definition, member: ast.stmt, name: str) -> Value | None:
    match member:
        case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
            bases = engine.program.outside_bases(owner)
            if bases & {"Enum", "StrEnum", "IntEnum"}:
                return v.Const(name)
            if bases & _SET_OUTSIDE:
                return v.UNKNOWN
            return engine.evaluate(value, class_state(owner))
        case ast.AnnAssign(target=ast.Name(id=target), annotation=annotation, value=value) if target == name:
            if engine.program.outside_bases(owner) & _SET_OUTSIDE:
                return annotated(engine, owner.module, annotation, name)
            if value is not None:
                return engine.evaluate(value, class_state(owner))
            models = [item for item in cls.models if isinstance(item, v.Model)]
            if models and is_type(annotation):
                return models[0]
            return annotated(engine, owner.module, annotation, name)
        case ast.ClassDef(name=target) if target == name:
            return v.UNKNOWN
        case _:
            return None


def is_stub(node: FunctionNode) -> bool:
    """Whether a method is only declared: `...`, `pass`, `raise NotImplementedError`."""
    body = [
        item
        for item in node.body
        if not (isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant))
    ]
    return all(isinstance(item, ast.Pass | ast.Raise) for item in body)


def _implementation(
    program: Program, definition: Definition, name: str
) -> tuple[Definition, FunctionNode] | None:
    """The only implementation of an abstract method."""
    found = [program.method(item, name) for item in program.subclasses(definition)]
    real = [item for item in found if item is not None and not is_stub(item[1])]
    return real[0] if len(real) == 1 else None


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
            if table.model and _is_class(engine.program, table.model)
            else None
        )
        if found is not None and not any("property" in item for item in _decorators(found[1])):
            return Method(value, name)
    if value.origin == Origin.UNKNOWN:
        return Method(value, name)
    if name in _DATUM_METHODS:
        return Method(value, name)
    return Scalar(value.origin, f"{value.symbol}.{name}" if value.symbol else name, value.rows)


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
    }
)


def _of_body(engine: Engine, body: v.Body, name: str) -> Value:
    found = engine.program.method(body.cls, name)
    if found is not None and not name.startswith("__"):
        owner, node = found
        return Function(owner.module, f"{owner.name}.{name}", node, owner, body)
    if name in {"model_dump", "dict", "model_copy", "copy", "json", "model_dump_json", "model_fields_set"}:
        return Method(body, name)
    return Scalar(body.origin, f"{body.symbol}.{name}")
