"""Where a repository's FastAPI application begins: `app.main:app`, and the folder it is importable from."""

import ast
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from specward.code.files import list_files
from specward.patterns import pattern

_LONGEST = 1_000_000  # bytes of a module that may hold an application
_USUAL = ("main.py", "app.py", "asgi.py")
_NAMES = ("app", "api", "application")
_FACTORY = pattern(r"(create|make|build|get|init)_\w*app|_app(lication)?$")
_ELSEWHERE = frozenset({"tests", "test", "docs", "docs_src", "examples", "scripts", "site-packages"})


class Application(NamedTuple):
    """One FastAPI application of a repository."""

    path: str  # the file that makes it
    folder: str  # what is importable, relative to the root; "." is the root
    module: str
    attribute: str
    is_factory: bool = False

    @property
    def entry(self) -> str:
        """The entry point as `[tool.specward] app` has it."""
        return f"{self.module}:{self.attribute}{'()' if self.is_factory else ''}"


def find_applications(root: Path) -> tuple[Application, ...]:
    """Find every application of a repository, the likeliest first.

    An application is a module's name bound to `FastAPI(...)`, or a function that returns one. Files that git
    ignores, tests, documentation and examples are not looked at.
    """
    paths = [path for path in list_files(root, ("**/*.py",)) if not _ELSEWHERE & {*Path(path).parts}]
    return tuple(sorted((app for path in paths for app in _read(root, path)), key=_rank))


def module_of(root: Path, path: str, tree: ast.Module) -> tuple[str, str]:
    """Return the folder a file is importable from, and its module name there.

    Told by what it imports itself: `from app.core import db` in backend/app/main.py means backend, whether
    or not there are `__init__.py` files; a module beside it that it imports means its own folder.
    """
    folder = PurePosixPath(path).parent
    names = frozenset(_imported(tree)) - {"fastapi"}  # a folder of that name is not what it imports
    above = [parent for parent in (folder, *folder.parents) if parent.name in names]
    if above:
        base = above[-1].parent
    elif not _is_relative(tree) and any(_is_module(root / folder / name) for name in names):
        base = folder
    else:
        base = folder
        while base.name and (root / base / "__init__.py").is_file():
            base = base.parent
    module = ".".join(PurePosixPath(path).relative_to(base).with_suffix("").parts)
    return base.as_posix(), module.removesuffix(".__init__")


def parse(root: Path, path: str, wanted: str) -> ast.Module | None:
    """Parse a file whose text holds a word; None for any other, and for what is no Python."""
    try:
        with (root / path).open("rb") as stream:
            source = stream.read(_LONGEST + 1)
        return ast.parse(source) if wanted.encode() in source and len(source) <= _LONGEST else None
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _read(root: Path, path: str) -> Iterator[Application]:
    tree = parse(root, path, "app" if PurePosixPath(path).name in _USUAL else "FastAPI")
    if tree is None:
        return
    folder, module = module_of(root, path, tree)
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and _makes_application(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (
                Application(path, folder, module, target.id)
                for target in targets
                if isinstance(target, ast.Name)
            )
        elif isinstance(node, ast.Assign) and (name := _from_factory(node)):
            yield Application(path, folder, module, name)
        elif isinstance(node, ast.FunctionDef) and not _required(node) and _returns_application(node):
            yield Application(path, folder, module, node.name, is_factory=True)


def _makes_application(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ("FastAPI", "fastapi.FastAPI")


def _from_factory(node: ast.Assign) -> str:
    """Return the name in `app = create_app(...)`, with a factory from anywhere; empty for all else."""
    is_call = isinstance(node.value, ast.Call) and _FACTORY.search(ast.unparse(node.value.func))
    named = (target.id for target in node.targets if isinstance(target, ast.Name) and target.id in _NAMES)
    return next(named, "") if is_call else ""


def _returns_application(node: ast.FunctionDef) -> bool:
    if node.returns is not None and ast.unparse(node.returns).strip("'\"") in ("FastAPI", "fastapi.FastAPI"):
        return True
    made = {
        target.id
        for each in ast.walk(node)
        if isinstance(each, ast.Assign) and _makes_application(each.value)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    returned = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
    return any(
        _makes_application(value) or (isinstance(value, ast.Name) and value.id in made) for value in returned
    )


def _required(node: ast.FunctionDef) -> bool:
    """Whether a function cannot be called without arguments, so that no server could start it."""
    arguments = node.args
    positional = len(arguments.posonlyargs) + len(arguments.args)
    return positional > len(arguments.defaults) or None in arguments.kw_defaults


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _is_relative(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(tree))


def _is_module(path: Path) -> bool:
    return path.with_suffix(".py").is_file() or path.is_dir()


def _rank(application: Application) -> tuple[bool, bool, bool, int, str]:
    """The usual before the unusual: `app` in main.py, made at once, near the top."""
    name = PurePosixPath(application.path).name
    return (
        application.attribute != "app",
        name not in _USUAL,
        application.is_factory,
        application.path.count("/"),
        application.path,
    )
