"""Statements: how they are built, and what running one gives."""

import ast
from collections.abc import Iterable

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.comparisons import relation_equals, tables_of
from specward.code.dataflow.evaluation.engine import Arguments, Engine, State
from specward.code.dataflow.evaluation.expressions import as_predicate
from specward.code.dataflow.evaluation.openness import opens
from specward.code.dataflow.lattice import options
from specward.code.dataflow.owners.proof import deep
from specward.code.dataflow.record import replace
from specward.code.dataflow.values import Bind, Column, Const, Expression, Query, Value

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
            elif isinstance(option, v.Exists | v.Any | v.Both):
                _ask(engine, (option,), state)
            tables += [table for table in sorted(tables_of(option)) if table not in tables]
    name = "select" if verb in {"query", "exists"} else verb
    return Query(
        name,
        tuple(dict.fromkeys(tables)),
        tuple(predicates),
        joined,
        engine.site(node, state),
        legacy=verb == "query",
        column=_only_column(arguments),
    )


def _ask(engine: Engine, answers: Iterable[v.Predicate], state: State) -> None:
    """A statement may answer whether something is the principal's: `select(or_(exists(...), ...))`."""
    for part in deep(answers):
        if isinstance(part, v.Exists):
            _ask(engine, part.query.predicates, state)
        elif isinstance(part, Bind) and engine.proof(state).is_principal(part.value):
            engine.consult()


def _only_column(arguments: Arguments) -> str:
    """The column that a statement reads, where it reads one."""
    values = [
        item.items[0] if isinstance(item, v.Sequence) and item.items else item for item in arguments.all
    ]
    return values[0].name if len(values) == 1 and isinstance(values[0], Column) else ""


def _mentioned(query: Query) -> list[str]:
    """The tables of `exists().where(...)`, which names them in its conditions only."""
    return sorted({table for part in query.predicates for table in tables_of(part)})


def extend(engine: Engine, query: Query, name: str, arguments: Arguments) -> Value | None:
    """A generative method of a statement; None where it is no such method."""
    if name in {"where", "filter", "having", "whereclause"}:
        return restricted(query, conditions(arguments))
    if name == "filter_by":
        return restricted(query, by_name(engine, query, arguments))
    if name in {"join", "outerjoin", "join_from", "select_from", "innerjoin"}:
        return _joined(engine, query, name, arguments)
    if name == "options":
        return restricted(
            query, [item for item in conditions(arguments) if isinstance(item, Bind | v.Any | v.Both)]
        )
    if name in {"with_only_columns", "with_entities", "columns", "with_columns"}:
        entities = tuple(dict.fromkeys((*query.entities, *tables_in(arguments))))
        return replace(query, entities=entities, column=_only_column(arguments))
    if name in {"values", "values_for", "set", "update_values"} and query.verb in {"insert", "update"}:
        return replace(query, values=(*query.values, *assignments(arguments)))
    if name == "from_statement":
        return arguments.get(0)
    if name in {"union", "union_all", "intersect", "except_"}:
        return union(query, arguments)
    if name in {"add_columns", "add_entity"}:
        return query
    if name == "exists" and not query.legacy:
        return v.Exists("", query)
    if name in _SILENT:
        return query
    return None


def restricted(query: Query, predicates: Iterable[v.Predicate]) -> Query:
    """The statement with more conditions."""
    return replace(query, predicates=(*query.predicates, *predicates))


def conditions(arguments: Arguments) -> list[v.Predicate]:
    """Arguments of `where`: predicates, lists of them, sub-queries."""
    found: list[v.Predicate] = []
    for value in arguments.positional:
        if isinstance(value, v.Sequence):
            found += [as_predicate(item) for item in value.items]
        elif isinstance(value, v.Either):
            found += _one_of(tuple(as_predicate(item) for item in value.options))
        elif isinstance(value, Query):
            found.append(v.Exists("", value))
        else:
            found.append(as_predicate(value))
    return found


def _one_of(predicates: tuple[v.Predicate, ...]) -> list[v.Predicate]:
    """One of several conditions; where each is on another table, the one on the table that is read."""
    tables = [tables_of(part) for part in predicates]
    apart = all(one and not one & other for at, one in enumerate(tables) for other in tables[:at])
    return list(predicates) if apart else [v.Any(predicates)]


def by_name(engine: Engine, query: Query, arguments: Arguments) -> list[v.Predicate]:
    """The conditions of `filter_by(name=value)`."""
    table = query.entities[0] if query.entities else ""
    found: list[v.Predicate] = []
    for name, value in arguments.named:
        if engine.schema.related(table, name) is not None:
            relation = relation_equals(engine, v.Relation(table, name, ""), value)
            found.append(as_predicate(relation))
        elif isinstance(value, Const):
            empty = name if value == v.NONE else ""
            found.append(v.Other(frozenset({table}), fixed=True, open=opens(name, value), empty=empty))
        else:
            found.append(Bind(table, name, value))
    return found


def _joined(engine: Engine, query: Query, name: str, arguments: Arguments) -> Query:
    tables = set(tables_in(arguments))
    for value in arguments.all:
        if isinstance(value, v.Relation):
            target = engine.schema.related(value.table, value.name)
            tables |= {target, *_between(engine, value.table, target)} if target else set()
        if isinstance(value, Query):
            tables |= {*value.entities}
            query = replace(query, predicates=(*query.predicates, *value.predicates))
    onclauses = [item for item in arguments.all if isinstance(item, v.PREDICATES)]
    query = replace(query, predicates=(*query.predicates, *onclauses))
    if name == "select_from" and not (set(query.entities) & tables):
        return replace(query, entities=(*query.entities, *sorted(tables)))
    return replace(query, joined=query.joined | tables | {*query.entities})


def _between(engine: Engine, table: str, target: str) -> list[str]:
    """The tables that link two tables of which neither refers to the other: the users of a project."""
    schema = engine.schema
    if target in schema.parents(table).values() or table in schema.parents(target).values():
        return []
    return [link for link in schema.tables if {table, target} <= {*schema.parents(link).values()}]


def tables_in(arguments: Arguments) -> list[str]:
    """The tables that arguments mention."""
    return [
        table for value in arguments.all for option in options(value) for table in sorted(tables_of(option))
    ]


def union(query: Query, arguments: Arguments) -> Query:
    """The rows of this statement and of others."""
    others = [item for value in arguments.all for item in (options(value)) if isinstance(item, Query)]
    arms = [v.Both(item.predicates) for item in (query, *others)]
    joined = frozenset(table for item in (query, *others) for table in item.joined)
    return replace(query, predicates=(v.Any(tuple(arms)),), joined=joined)


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
