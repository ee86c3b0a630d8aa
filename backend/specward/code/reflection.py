"""How a file finds a function by a name that only the run knows, or puts other code in its place."""

import ast
import builtins
from collections.abc import Callable, Iterator
from itertools import pairwise

Name = Callable[[ast.AST], str]  # gives the dotted name that a node means; empty for what has none

_SYSTEM = frozenset({"os", "posix", "subprocess"})  # what they run is no Python, and no less out of sight
_FUNCTIONS = frozenset(name for name in dir(builtins) if name.islower() and not name.startswith("_"))


def reflected(node: ast.AST, name: Name) -> str:
    """Return how a node leads to code that cannot be told from the text; empty where it does not."""
    return next(filter(None, _ways(node, name)), "")


def _ways(node: ast.AST, name: Name) -> Iterator[str]:
    if isinstance(node, ast.Call):
        yield _asked_for(node, name)
    elif isinstance(node, ast.Attribute):
        yield _attribute(node, name)
    elif isinstance(node, ast.Subscript):
        yield _looked_up(node, name)
    elif isinstance(node, ast.List | ast.Tuple):
        yield _text_as_program(node.elts, name)


def _asked_for(node: ast.Call, name: Name) -> str:
    """`getattr(os, a + b)`, `vars(os)`; `setattr(f, "__code__", ...)`."""
    function = name(node.func)
    names = [item.value for item in node.args if isinstance(item, ast.Constant)]
    if function in {"setattr", "object.__setattr__"} and "__code__" in names:
        return "__code__"
    of = name(node.args[0]) if node.args else ""
    wanted = next(iter(node.args[1:]), None)
    is_open = function == "vars" or (function == "getattr" and not isinstance(wanted, ast.Constant))
    return f"{function} on {of}" if of in _SYSTEM and is_open else ""


def _attribute(node: ast.Attribute, name: Name) -> str:
    """`os.__dict__`, `print.__self__`, `object.__subclasses__`, `f.__code__ = ...`."""
    of = name(node.value)
    if node.attr == "__dict__" and of in _SYSTEM:
        return f"{of}.__dict__"
    if node.attr == "__self__" and of in _FUNCTIONS:
        return f"{of}.__self__"
    if node.attr == "__subclasses__" and _is_of_everything(node.value):
        return "__subclasses__"
    is_changed = isinstance(node.ctx, ast.Store) and node.attr == "__code__"
    is_copied = node.attr == "replace" and getattr(node.value, "attr", "") == "__code__"
    return "__code__" if is_changed or is_copied else ""


def _is_of_everything(node: ast.expr) -> bool:
    """Whether a class is `object` or found from below: a base by its place in a list, and not by its name."""
    above = isinstance(node, ast.Attribute) and node.attr == "__base__"
    return above or isinstance(node, ast.Subscript) or (isinstance(node, ast.Name) and node.id == "object")


def _looked_up(node: ast.Subscript, name: Name) -> str:
    """`sys.modules["a" + "b"]`, `f.__globals__[a + b]`."""
    if not isinstance(node.slice, ast.BinOp | ast.JoinedStr | ast.Call):
        return ""
    if isinstance(node.value, ast.Attribute) and node.value.attr == "__globals__":
        return "__globals__"
    return "sys.modules" if name(node.value) == "sys.modules" else ""


def _text_as_program(items: list[ast.expr], name: Name) -> str:
    """`[sys.executable, "-c", text]`."""
    for one, two in pairwise(items):
        if name(one) == "sys.executable" and isinstance(two, ast.Constant) and two.value == "-c":
            return "sys.executable -c"
    return ""
