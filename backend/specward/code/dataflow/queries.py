"""Statements: how they are built, and what running one gives."""

import ast
from collections.abc import Iterable

from specward.code.dataflow import values as v
from specward.code.dataflow.comparisons import relation_equals, tables_of
from specward.code.dataflow.engine import Arguments, Engine, State
from specward.code.dataflow.expressions import as_predicate
from specward.code.dataflow.lattice import options, origin, rows
from specward.code.dataflow.values import Bind, Column, Const, Expression, Model, Query, Row, Value

BUILDERS = frozenset({"select", "update", "delete", "insert", "query", "replace", "upsert"})
RUNS = frozenset(
    {
        "all",
        "first",
        "one",
        "one_or_none",
        "scalar",
        "count",
        "get",
        "delete",
        "update",
        "paginate",
        "exists",
        "fetchall",
        "yield_per",
        "scalars",
        "first_or_404",
        "get_or_404",
        "one_or_404",
        "get_one",
    }
)
_SILENT = frozenset(
    {
        "order_by",
        "limit",
        "offset",
        "distinct",
        "group_by",
        "execution_options",
        "with_for_update",
        "correlate",
        "slice",
        "on_conflict_do_nothing",
        "on_conflict_do_update",
        "returning",
        "prefix_with",
        "params",
        "populate_existing",
        "enable_eagerloads",
        "autoflush",
        "subquery",
        "cte",
        "alias",
        "scalar_subquery",
        "as_scalar",
        "label",
        "lateral",
        "add_columns",
        "select",
        "correlate_except",
        "unique",
        "self_group",
    }
)


def build(engine: Engine, verb: str, arguments: Arguments, state: State, node: ast.AST) -> Query:
    """`select(...)`, `update(Model)`, `session.query(...)`, `exists(...)`."""
    tables: list[str] = []
    predicates: list[v.Predicate] = []
    joined: frozenset[str] = frozenset()
    for value in arguments.all:
        for option in options(value):
            if isinstance(option, Query):
                tables += option.entities or _mentioned(option)
                predicates += option.predicates
                joined |= option.joined
            elif isinstance(option, Expression):
                predicates += option.predicates
            tables += [table for table in sorted(tables_of(option)) if table not in tables]
    name = "select" if verb in {"query", "exists"} else verb
    return Query(
        name,
        tuple(dict.fromkeys(tables)),
        tuple(predicates),
        joined,
        engine.site(node, state),
        legacy=verb == "query",
    )


def _mentioned(query: Query) -> list[str]:
    """The tables of `exists().where(...)`, which names them in its conditions only."""
    return sorted({table for part in query.predicates for table in tables_of(part)})


def extend(engine: Engine, query: Query, name: str, arguments: Arguments) -> Value | None:
    """A generative method of a statement; None where it is no such method."""
    if name in {"where", "filter", "having", "whereclause"}:
        return _with(query, conditions(arguments))
    if name == "filter_by":
        return _with(query, _by_name(engine, query, arguments))
    if name in {"join", "outerjoin", "join_from", "select_from", "innerjoin"}:
        return _joined(engine, query, name, arguments)
    if name == "options":
        return _with(
            query, [item for item in conditions(arguments) if isinstance(item, Bind | v.Any | v.Both)]
        )
    if name in {"with_only_columns", "with_entities", "columns", "with_columns"}:
        return query._replace(entities=tuple(dict.fromkeys((*query.entities, *_tables(arguments)))))
    if name in {"values", "values_for", "set", "update_values"} and query.verb in {"insert", "update"}:
        return query._replace(values=(*query.values, *assignments(arguments)))
    if name == "from_statement":
        return arguments.get(0)
    if name in {"union", "union_all", "intersect", "except_"}:
        return _union(query, arguments)
    if name in {"add_columns", "add_entity"}:
        return query
    if name == "exists" and not query.legacy:
        return v.Exists("", query)
    if name in _SILENT:
        return query
    return None


def _with(query: Query, predicates: Iterable[v.Predicate]) -> Query:
    return query._replace(predicates=(*query.predicates, *predicates))


def conditions(arguments: Arguments) -> list[v.Predicate]:
    """Arguments of `where`: predicates, lists of them, sub-queries."""
    found: list[v.Predicate] = []
    for value in arguments.positional:
        if isinstance(value, v.Sequence):
            found += [as_predicate(item) for item in value.items]
        elif isinstance(value, v.Either):
            found.append(v.Any(tuple(as_predicate(item) for item in value.options)))
        elif isinstance(value, Query):
            found.append(v.Exists("", value))
        else:
            found.append(as_predicate(value))
    return found


def _by_name(engine: Engine, query: Query, arguments: Arguments) -> list[v.Predicate]:
    table = query.entities[0] if query.entities else ""
    found: list[v.Predicate] = []
    for name, value in arguments.named:
        if engine.schema.related(table, name) is not None:
            relation = relation_equals(engine, v.Relation(table, name, ""), value)
            found.append(as_predicate(relation))
        elif isinstance(value, Const):
            found.append(v.Other(frozenset({table}), fixed=True))
        else:
            found.append(Bind(table, name, value))
    return found


def _joined(engine: Engine, query: Query, name: str, arguments: Arguments) -> Query:
    tables = set(_tables(arguments))
    for value in arguments.all:
        if isinstance(value, v.Relation):
            target = engine.schema.related(value.table, value.name)
            tables |= {target} if target else set()
        if isinstance(value, Query):
            tables |= {*value.entities}
            query = query._replace(predicates=(*query.predicates, *value.predicates))
    onclauses = [item for item in arguments.all if isinstance(item, v.PREDICATES)]
    query = query._replace(predicates=(*query.predicates, *onclauses))
    if name == "select_from" and not (set(query.entities) & tables):
        return query._replace(entities=(*query.entities, *sorted(tables)))
    return query._replace(joined=query.joined | tables | {*query.entities})


def _tables(arguments: Arguments) -> list[str]:
    return [
        table for value in arguments.all for option in options(value) for table in sorted(tables_of(option))
    ]


def _union(query: Query, arguments: Arguments) -> Query:
    others = [item for value in arguments.all for item in (options(value)) if isinstance(item, Query)]
    arms = [v.Both(item.predicates) for item in (query, *others)]
    joined = frozenset(table for item in (query, *others) for table in item.joined)
    return query._replace(predicates=(v.Any(tuple(arms)),), joined=joined)


def assignments(arguments: Arguments) -> tuple[tuple[str, Value], ...]:
    """What `values()`, a constructor or `update({...})` sets, by column name."""
    found: list[tuple[str, Value]] = list(arguments.named)
    for value in (*arguments.positional, *arguments.spread):
        for option in options(value):
            inner = option.items + option.rest if isinstance(option, v.Sequence) else (option,)
            for item in inner:
                if isinstance(item, v.Mapping):
                    found += item.entries
    return tuple(found)


def column_method(column: Column, name: str, arguments: Arguments) -> Value:
    """`Item.owner_id.in_(...)` and other operators written as methods."""
    value = arguments.get(0)
    if name in {"in_", "any_"} and value is not None:
        queries = [item for item in options(value) if isinstance(item, Query)]
        if queries:
            return v.Within(column.table, column.name, queries[0])
        if origin(value) != v.Origin.CONSTANT or rows(value):
            return Bind(column.table, column.name, value)
        return v.Other(frozenset({column.table}), fixed=True)
    if name in {"is_", "is_not", "isnot", "__eq__"}:
        if name == "__eq__" and value is not None and not isinstance(value, Const):
            return Bind(column.table, column.name, value)
        return v.Other(frozenset({column.table}), fixed=name != "is_not")
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
        inner = Query("select", (target,), tuple(conditions(arguments)), frozenset(), v.Site("", 0, 0))
        inner = _with(inner, _by_name(engine, inner, arguments))
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
    if name in {"and_", "or_"}:
        parts = tuple(conditions(arguments))
        return v.Both(parts) if name == "and_" else v.Any(parts)
    if name in {"union", "union_all"} and isinstance(first, Query):
        return _union(first, Arguments(arguments.positional[1:]))
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
        return Expression(frozenset(_tables(arguments)))
    return None


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
    if isinstance(value, Const) and isinstance(value.value, str):
        return v.Text(value.value, (), engine.site(node, state))
    return v.Scalar(origin(value))
