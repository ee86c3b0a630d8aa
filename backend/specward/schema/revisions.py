"""The revisions of an Alembic chain, read from their source: which follows which, and which can be undone."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple


class Revision(NamedTuple):
    """One revision."""

    name: str
    follows: tuple[str, ...]
    path: str
    line: int  # of its `revision = `
    undoes: bool  # whether it has a `downgrade` that does something


class Chain(NamedTuple):
    """All revisions of a project."""

    revisions: tuple[Revision, ...]

    @property
    def parts(self) -> tuple["Chain", ...]:
        """One for each folder of revisions, unless one of them follows a revision of another."""
        folders: dict[str, list[Revision]] = {}
        for revision in self.revisions:
            folders.setdefault(_folder(revision.path), []).append(revision)
        parts: list[list[Revision]] = []
        for part in folders.values():
            joined = [other for other in parts if _follows(part, other) or _follows(other, part)]
            parts = [other for other in parts if other not in joined]
            parts.append([revision for each in (*joined, part) for revision in each])
        return tuple(Chain(tuple(part)) for part in parts)

    @property
    def heads(self) -> tuple[Revision, ...]:
        """Those that nothing follows; a sound chain has one."""
        followed = {name for revision in self.revisions for name in revision.follows}
        return tuple(revision for revision in self.revisions if revision.name not in followed)

    @property
    def orphans(self) -> tuple[tuple[Revision, str], ...]:
        """Those that follow a revision which is not there, with its name."""
        names = {revision.name for revision in self.revisions}
        return tuple(
            (revision, name) for revision in self.revisions for name in revision.follows if name not in names
        )

    @property
    def twins(self) -> tuple[tuple[Revision, Revision], ...]:
        """Those that have the name of an earlier one, with that one."""
        first: dict[str, Revision] = {}
        pairs = [(revision, first.setdefault(revision.name, revision)) for revision in self.revisions]
        return tuple((revision, other) for revision, other in pairs if other is not revision)

    @property
    def goes_back(self) -> bool:
        """Whether any of them can be undone. Where none can, going forward only is the project's decision."""
        return any(revision.undoes for revision in self.revisions)


def read_chain(texts: Mapping[str, str]) -> Chain:
    """Read the revisions among Python sources, by path."""
    found = (revision for path in sorted(texts) if (revision := read_revision(path, texts[path])))
    return Chain(tuple(found))


def candidates(paths: Iterable[str]) -> Iterator[str]:
    """Give the paths of files that may be revisions: Alembic keeps them in a folder `versions`."""
    yield from (path for path in paths if path.endswith(".py") and "/versions/" in f"/{path}")


def read_revision(path: str, text: str) -> Revision | None:
    """Read one file; None where it is no revision."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    given = {name: node for node in module.body for name in _assigned(node)}
    name = _value(given.get("revision"))
    if not isinstance(name, str) or "down_revision" not in given:
        return None
    follows = _value(given["down_revision"])
    before = (follows,) if isinstance(follows, str) else follows if isinstance(follows, tuple | list) else ()
    return Revision(name, tuple(map(str, before)), path, given["revision"].lineno, _undoes(module))


def _folder(path: str) -> str:
    """Return where Alembic keeps the revisions of one database: a project may have several."""
    return f"/{path}".partition("/versions/")[0]


def _follows(part: Sequence[Revision], other: Sequence[Revision]) -> bool:
    """Whether something in one folder follows what is in another alone."""
    own, theirs = {each.name for each in part}, {each.name for each in other}
    return any(name in theirs - own for each in part for name in each.follows)


def _assigned(node: ast.stmt) -> Iterator[str]:
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, ast.AnnAssign)
        else []
    )
    yield from (target.id for target in targets if isinstance(target, ast.Name))


def _value(node: ast.stmt | None) -> object:
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return None
    try:
        return ast.literal_eval(node.value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def _undoes(module: ast.Module) -> bool:
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name == "downgrade":
            return any(
                not isinstance(line, ast.Pass | ast.Raise) and not _is_text(line) for line in node.body
            )
    return False


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
