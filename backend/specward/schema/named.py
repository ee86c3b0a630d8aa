"""The words that the migrations use: a table that none of them is, is made by none of them."""

import ast
from collections.abc import Iterable, Iterator

from specward.patterns import pattern

_WORD = pattern(r"\w+")
_COMMENT = pattern(r"--[^\n]*")
_FROM_MODELS = "create_all"  # makes the tables of the models, whatever they are called
_REVISIONS = "/versions/"


def migration_files(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the SQL files among paths, and the Python files around folders of revisions."""
    known = tuple(paths)
    around = {f"{path.partition(_REVISIONS)[0]}/" for path in known if _REVISIONS in path}
    return tuple(
        path for path in known
        if path.endswith(".sql") or (path.endswith(".py") and path.startswith(tuple(around)))
    )  # fmt: skip


def words_of(path: str, text: str) -> frozenset[str] | None:
    """Return the words of a migration's SQL and of its texts; None where it makes what the models say."""
    if _FROM_MODELS in text:
        return None
    if path.endswith(".sql"):
        return frozenset(_WORD.findall(_COMMENT.sub("", text).lower()))
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return frozenset(word for part in _texts(module) for word in _WORD.findall(part.lower()))


def _texts(module: ast.Module) -> Iterator[str]:
    prose = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value
