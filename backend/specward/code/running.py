"""Where a Python file turns data into code, or imports what only the run can name."""

import ast
from collections.abc import Iterator, Mapping

from specward.code.dataflow.sources.dotted import dotted_name
from specward.code.dataflow.sources.tree import module_of
from specward.code.reflection import reflected

_BUILTINS = frozenset({"exec", "eval", "__import__"})
_IMPORTS = frozenset({"importlib.import_module", "importlib.__import__", "__import__", "builtins.__import__"})
_MADE = frozenset({"types.FunctionType", "types.LambdaType", "types.CodeType"})
_PICKLES = ("pickle", "_pickle", "marshal", "dill", "cloudpickle")
# They unpickle, or make whatever object a text names.
_MAKERS = frozenset({
    "joblib.load", "jsonpickle.decode", "jsonpickle.loads", "pandas.read_pickle", "shelve.open",
    "shelve.Shelf", "shelve.DbfilenameShelf", "yaml.unsafe_load", "yaml.unsafe_load_all", "yaml.UnsafeLoader",
    "yaml.Loader", "pkgutil.resolve_name", "pydoc.locate", "pydantic.ImportString",
})  # fmt: skip
# They run texts, or what is no text at all.
_DOORS = frozenset({
    "code.InteractiveInterpreter", "code.InteractiveConsole", "code.interact", "cProfile.run", "pdb.run",
    "pdb.runeval", "ctypes.CDLL", "ctypes.PyDLL", "ctypes.cdll", "ctypes.pydll", "zipimport.zipimporter",
    "site.addsitedir", "importlib.util.spec_from_loader",
})  # fmt: skip
# They unpickle as they are called: by the argument that says so, and by the one that says not.
_ASKED = {"numpy.load": ("allow_pickle", True), "torch.load": ("weights_only", False)}
_NAMESPACES = frozenset({"builtins", "__builtins__"})  # where exec and its like can be had by a text
_HANDED_ON = frozenset({*_PICKLES, "importlib", "runpy"})  # the same, where they are imported
_LOADERS = ("SourceFileLoader", "SourcelessFileLoader", "ExtensionFileLoader")
_RUNS = frozenset(
    {"exec", "eval", "builtins.exec", "builtins.eval", "runpy.run_path", "runpy.run_module"}
    | {"importlib.util.spec_from_file_location"}
    | {f"importlib.machinery.{name}" for name in _LOADERS}
    | {f"{module}.{name}" for module in _PICKLES for name in ("load", "loads", "Unpickler")}
    | _MAKERS
    | _DOORS
)


def find_running(text: str) -> Iterator[tuple[int, int, str]]:
    """Give each such place of a file that can be parsed: line, column from 1, and what runs it."""
    module = module_of(text)
    return _found(module, _imports(module)) if module else iter(())


def _imports(module: ast.Module) -> Mapping[str, str]:
    """Return what names mean that are imported anywhere in the file; relative ones start with dots."""
    found: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            plain = (item.name.partition(".")[0] for item in node.names if not item.asname)
            found |= {name: name for name in plain}
            found |= {item.asname: item.name for item in node.names if item.asname}
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            found |= {item.asname or item.name: f"{base}.{item.name}" for item in node.names}
    return found


def _found(module: ast.Module, imports: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Give what is in a module; it goes without recursion, however deep a file is nested."""
    todo: list[tuple[ast.AST, frozenset[str]]] = [(module, _defined(module))]
    while todo:
        node, own = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            own |= {item.arg for item in ast.walk(node.args) if isinstance(item, ast.arg)}
        if isinstance(node, ast.expr | ast.ImportFrom) and (name := _runs(node, imports, own)):
            yield node.lineno, node.col_offset + 1, name
        harmless = _harmless(node, imports, own)
        todo += [(child, own) for child in ast.iter_child_nodes(node) if child is not harmless]


def _runs(node: ast.expr | ast.ImportFrom, imports: Mapping[str, str], own: frozenset[str]) -> str:
    """Return the name by which a node runs such code, or leads to what does; empty where it does not."""
    if isinstance(node, ast.ImportFrom):
        is_whole = any(item.name == "*" for item in node.names) and node.module in _HANDED_ON
        return node.module or "" if is_whole else ""
    if isinstance(node, ast.Call):
        name = _name(node.func, imports, own)
        if name in _MADE or _is_asked_to(node, name):
            return name
    if isinstance(node, ast.Constant):
        return node.value if node.value == "__builtins__" else ""
    if isinstance(node, ast.Name | ast.Attribute):
        name = _name(node, imports, own)
        is_handed_on = name in _HANDED_ON and name in imports.values()
        if name in _RUNS | _IMPORTS | _NAMESPACES or is_handed_on or _is_pickled(name):
            return name
    return reflected(node, lambda part: _name(part, imports, own))


def _is_asked_to(node: ast.Call, name: str) -> bool:
    """Whether a call that can unpickle does so: what the argument says, or else what holds without it."""
    option, wanted = _ASKED.get(name, ("", None))
    said = [item.value for item in node.keywords if item.arg == option]
    if not option or not said:
        return wanted is False
    return not (isinstance(said[0], ast.Constant) and said[0].value is not wanted)


def _is_pickled(name: str) -> bool:
    """Whether it is SQLAlchemy's type of a column that unpickles each row."""
    return name.startswith("sqlalchemy.") and name.endswith(".PickleType")


def _harmless(node: ast.AST, imports: Mapping[str, str], own: frozenset[str]) -> ast.AST | None:
    """Return the child that runs nothing unread as it stands here, though elsewhere it might."""
    if isinstance(node, ast.Call):
        name = _name(node.func, imports, own)
        is_other = _is_pickled(name) and any(item.arg == "pickler" for item in node.keywords)
        is_read = name in _IMPORTS and _is_plain_import(node)
        return node.func if is_other or is_read else None
    if isinstance(node, ast.Attribute) and not node.attr.startswith("__"):
        return node.value if _name(node.value, imports, own) in _NAMESPACES | _HANDED_ON else None
    return None


def _defined(module: ast.Module) -> frozenset[str]:
    """Return the functions of a file, whose names mean no builtins there; so do those of parameters."""
    functions = (node for node in module.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in functions)


def _name(node: ast.AST, imports: Mapping[str, str], own: frozenset[str]) -> str:
    head, dot, rest = dotted_name(node).partition(".")
    if head in own and head in _BUILTINS:
        return ""
    return imports.get(head, head) + dot + rest


def _is_plain_import(node: ast.Call) -> bool:
    """Whether one can read which package a module is imported from."""
    names = (*node.args[:1], *(item.value for item in node.keywords if item.arg == "name"))
    name = next(iter(names), None)
    return isinstance(name, ast.Constant) or "." in _beginning(name)


def _beginning(node: ast.expr | None) -> str:
    while isinstance(node, ast.JoinedStr | ast.BinOp):
        node = node.left if isinstance(node, ast.BinOp) else next(iter(node.values), None)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
