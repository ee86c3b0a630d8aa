"""Where a Python file turns data into code, or imports what only the run can name."""

import ast
from collections.abc import Iterator, Mapping

from specward.code.dataflow.sources.dotted import dotted_name
from specward.code.dataflow.sources.tree import module_of

_BUILTINS = frozenset({"exec", "eval", "__import__"})
_IMPORTS = frozenset({"importlib.import_module", "importlib.__import__", "__import__", "builtins.__import__"})
_MADE = frozenset({"types.FunctionType", "types.LambdaType", "types.CodeType"})
_PICKLES = ("pickle", "marshal", "dill", "cloudpickle")
_LOADERS = ("SourceFileLoader", "SourcelessFileLoader", "ExtensionFileLoader")
_RUNS = frozenset(
    {"exec", "eval", "builtins.exec", "builtins.eval", "runpy.run_path", "runpy.run_module"}
    | {"importlib.util.spec_from_file_location"}
    | {f"importlib.machinery.{name}" for name in _LOADERS}
    | {f"{module}.{name}" for module in _PICKLES for name in ("load", "loads", "Unpickler")}
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
        passed = None
        if isinstance(node, ast.Call):
            called = _name(node.func, imports, own)
            passed = node.func if called in _IMPORTS and _is_plain_import(node) else None
            if called in _MADE:
                yield node.lineno, node.col_offset + 1, called
        elif isinstance(node, ast.Name | ast.Attribute) and _name(node, imports, own) in _RUNS | _IMPORTS:
            yield node.lineno, node.col_offset + 1, _name(node, imports, own)
        todo += [(child, own) for child in ast.iter_child_nodes(node) if child is not passed]


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
