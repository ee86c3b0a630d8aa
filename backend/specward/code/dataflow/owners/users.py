"""Which table holds the users: told by foreign keys, passwords, names and what dependencies return."""

import ast
from collections.abc import Iterable, Iterator, Mapping

from specward.code.dataflow.owners.naming import PASSWORD, USER, names_secret, stem
from specward.code.dataflow.owners.tables import Table
from specward.code.dataflow.sources.program import Program
from specward.code.dataflow.values import Definition
from specward.patterns import pattern

_ENOUGH = 3
_UNAUTHORIZED = pattern(r"\b401\b|HTTP_401|UNAUTHORIZED")


def find_user(
    program: Program,
    tables: Mapping[str, Table],
    by_model: Mapping[Definition, str],
    parents: Mapping[str, Mapping[str, str]],
) -> str | None:
    """The table of users.

    Args:
        program: The program.
        tables: Its tables by name.
        by_model: The names of the tables by their models.
        parents: For each table the tables that its foreign-key columns point to.

    Returns:
        Its name; None where no table looks enough like it.
    """
    scores = dict.fromkeys(tables, 0)
    for name in tables:
        for parent in parents[name].values():
            if tables[parent].model is not None:
                scores[parent] = min(
                    scores[parent] + 1, _ENOUGH - 1
                )  # so may be projects, where nobody signs in
    for name, table in tables.items():
        if any(PASSWORD.fullmatch(column) for column in table.columns):
            scores[name] += _ENOUGH
        called = {stem(name), stem(table.model.name if table.model else name)}
        if any(map(USER.match, called)):
            scores[name] += _ENOUGH + ("user" in called)
    for model in _depended_on(program):
        table_name = by_model.get(model)
        if table_name is not None:
            scores[table_name] += _ENOUGH
    best = max(scores, key=lambda name: scores[name], default=None)
    if best is not None and scores[best] >= _ENOUGH:
        return best
    return next(iter(_looked_up(program, by_model)), None)


def _looked_up(program: Program, by_model: Mapping[Definition, str]) -> Iterator[str]:
    """Tables in which a function finds who calls by a secret, or else answers 401."""
    for source in program.sources.values():
        for node in source.functions.values():
            inner = list(ast.walk(node))
            if any(isinstance(item, ast.Raise) and _UNAUTHORIZED.search(ast.dump(item)) for item in inner):
                found = (program.find(source.path, name) for name in _compared_by_secret(inner))
                models = (Definition(item.module, item.name) for item in found if item is not None)
                yield from (by_model[model] for model in models if model in by_model)


def _compared_by_secret(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The classes whose columns of secrets are compared: `Curator.token == token`."""
    sides = (
        side for node in nodes if isinstance(node, ast.Compare) for side in (node.left, *node.comparators)
    )
    for side in sides:
        if isinstance(side, ast.Attribute) and isinstance(side.value, ast.Name) and names_secret(side.attr):
            yield side.value.id


def _depended_on(program: Program) -> set[Definition]:
    """Classes that annotate a dependency parameter somewhere."""
    sources = program.sources.values()
    found = [program.find(source.path, name) for source in sources for name in source.outline["depended"]]
    return {Definition(item.module, item.name) for item in found if item is not None and item.is_class}
