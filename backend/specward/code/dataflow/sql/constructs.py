"""Constructs of SQLAlchemy's expression language: column operators, functions, text."""

import ast

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State
from specward.code.dataflow.evaluation.openness import opens
from specward.code.dataflow.lattice import join_all, options, origin, rows
from specward.code.dataflow.owners.naming import names_opening
from specward.code.dataflow.result import Site
from specward.code.dataflow.sql.queries import (
    BUILDERS,
    build,
    by_name,
    conditions,
    restricted,
    tables_in,
    union,
)
from specward.code.dataflow.values import Bind, Column, Const, Expression, Model, Query, Row, Value


def column_method(column: Column, name: str, arguments: Arguments) -> Value:
    """`Item.owner_id.in_(...)` and other operators written as methods."""
    value = arguments.get(0)
    if name in {"in_", "any_"} and value is not None:
        queries = [item for item in options(value) if isinstance(item, Query)]
        if queries:
            return v.Within(column.table, column.name, queries[0])
        if origin(value) != v.Origin.CONSTANT or rows(value):
            return Bind(column.table, column.name, value)
        return v.Other(frozenset({column.table}), fixed=True, open=opens(column.name, value))
    if name in {"is_", "is_not", "isnot", "__eq__"}:
        if name == "__eq__" and value is not None and not isinstance(value, Const):
            return Bind(column.table, column.name, value)
        given = name in {"is_not", "isnot"}
        shown = names_opening(column.name) if given else opens(column.name, value)
        empty = column.name if value == v.NONE and not given else ""
        return v.Other(frozenset({column.table}), fixed=not given, open=shown, empty=empty)
    if name in {
        "notin_",
        "not_in",
        "like",
        "ilike",
        "contains",
        "startswith",
        "endswith",
        "between",
        "op",
        "match",
        "icontains",
        "has_key",
        "overlap",
    }:
        return v.Other(frozenset({column.table}))
    return Expression(frozenset({column.table}))


def relation_method(engine: Engine, relation: v.Relation, name: str, arguments: Arguments) -> Value:
    """`Message.conversation.has(...)`, `Project.members.any(...)`, `.contains(user)`."""
    target = engine.schema.related(relation.table, relation.name) or ""
    if name in {"has", "any"}:
        inner = Query("select", (target,), tuple(conditions(arguments)), frozenset(), Site("", 0, 0))
        inner = restricted(inner, by_name(engine, inner, arguments))
        return v.Exists(relation.table, inner)
    if name == "contains":
        value = arguments.get(0)
        if value is not None:
            return Bind(relation.table, relation.name, value)
    if name in {"of_type", "and_"}:
        return relation
    return v.Other(frozenset({relation.table}))


def sql_function(
    engine: Engine, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value | None:
    """A construct of SQLAlchemy's expression language; None where it is none."""
    first = arguments.get(0)
    dotted, name = name, name.rpartition(".")[2]
    if name in BUILDERS and (
        any(_is_sql(item) for item in arguments.all) or dotted.startswith(("sqlalchemy", "sqlmodel"))
    ):
        return build(engine, name, arguments, state, node)
    if name == "exists":
        if isinstance(first, v.PREDICATES):
            return v.Exists(
                "", Query("select", (), tuple(conditions(arguments)), frozenset(), engine.site(node, state))
            )
        return build(engine, name, arguments, state, node)
    if name == "and_":
        return v.Both(tuple(conditions(arguments)))
    if name == "or_":
        return v.Any(tuple(conditions(_that_may_hold(_with_some(arguments)))))
    if name in {"union", "union_all"} and isinstance(first, Query):
        return union(first, Arguments(arguments.positional[1:]))
    if (
        name in {"col", "aliased", "column", "with_polymorphic", "desc", "asc"}
        and first is not None
        and _is_sql(first)
    ):
        return first
    if name == "with_loader_criteria" and len(arguments.positional) > 1:
        return _criteria(engine, arguments, state, node)
    if name == "with_parent" and first is not None:
        return _with_parent(engine, first, arguments)
    if name == "text" and first is not None:
        return as_text(engine, first, state, node)
    if name in {"literal", "cast", "type_coerce", "bindparam"} and first is not None and not _is_sql(first):
        return first
    if any(_is_sql(item) for item in arguments.all) and not any(
        isinstance(item, Query) for item in arguments.all
    ):
        return Expression(frozenset(tables_in(arguments)))
    return None


def _with_some(arguments: Arguments) -> Arguments:
    """`or_(*conditions)`: what only some paths put into the list is an alternative, too."""
    some = tuple(item for item in arguments.spread if isinstance(item, v.PREDICATES))
    return arguments._replace(positional=(*arguments.positional, *some))


def _that_may_hold(arguments: Arguments) -> Arguments:
    """Alternatives without those that never hold: `or_(mine, shared if asked else False)`."""
    never = Const(False)  # noqa: FBT003 -- a literal of the program that is read
    kept = [[item for item in options(value) if item != never] for value in arguments.positional]
    return Arguments(tuple(join_all(found) for found in kept if found), arguments.named, arguments.spread)


def _is_sql(value: Value) -> bool:
    return any(
        isinstance(item, (Model, Column, v.Relation, Expression, Query, *v.PREDICATES))
        for item in options(value)
    )


def _criteria(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    criterion = arguments.positional[1]
    if isinstance(criterion, v.Function):
        return engine.call(criterion, Arguments((arguments.positional[0],)), state, node)
    return criterion


def _with_parent(engine: Engine, parent: Value, arguments: Arguments) -> Value:
    relation = arguments.get(1, "prop")
    if isinstance(relation, v.Relation):
        target = engine.schema.related(relation.table, relation.name)
        for column, table in engine.schema.parents(target or "").items():
            if table == relation.table and target is not None:
                key = v.Field(parent, engine.schema.keys(table)[0]) if isinstance(parent, Row) else parent
                return Bind(target, column, key)
    return v.Other(frozenset())


def as_text(engine: Engine, value: Value, state: State, node: ast.AST) -> Value:
    """`text("...")`."""
    if isinstance(value, v.Text):
        return value
    if isinstance(value, v.Either):
        return join_all([as_text(engine, item, state, node) for item in value.options])
    if isinstance(value, Const) and isinstance(value.value, str):
        return v.Text(value.value, (), engine.site(node, state))
    return v.Scalar(origin(value))
