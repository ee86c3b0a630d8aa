"""The small mistakes that a mutation run makes: what one node of a program may be changed into.

They are the usual ones of the literature (relational and logical operators, constants, conditions, returns,
statements taken out). Sentences for people are left alone: no test should hang on every word of them.
"""

import ast
from collections.abc import Iterator

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_NAMED = {"any": "all", "all": "any", "min": "max", "max": "min", "sorted": "list"}
_METHODS = {
    "startswith": "endswith",
    "endswith": "startswith",
    "partition": "rpartition",
    "rpartition": "partition",
    "ERROR": "WARNING",
    "WARNING": "ERROR",
}


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Give what a node may be changed into; every one is a new node that shares its children."""
    if isinstance(node, ast.stmt):
        yield from _of_statement(node)
    elif isinstance(node, ast.expr):
        yield from _of_expression(node)
    elif isinstance(node, ast.comprehension):
        for index in range(len(node.ifs)):
            rest = [test for number, test in enumerate(node.ifs) if number != index]
            yield ast.comprehension(node.target, node.iter, rest, node.is_async)


def _of_statement(node: ast.stmt) -> Iterator[ast.stmt]:
    match node:
        case ast.If(test, body, orelse) if not _turned_elsewhere(test):
            yield ast.If(_not(test), body, orelse)
        case ast.While(test, body, orelse) if not _turned_elsewhere(test):
            yield ast.While(_not(test), body, orelse)
        case ast.Return(ast.expr() as value) if not _is_none(value):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value) if not isinstance(value, ast.Constant):
            yield ast.Pass()
        case ast.Raise():
            yield ast.Pass()
        case ast.Assign(targets, value) if not _is_none(value):
            yield ast.Assign(targets, ast.Constant(None))
        case ast.AugAssign():
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()
        case _:
            pass


def _of_expression(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare(left, [operator], right):
            for other in _COMPARED[type(operator)]:
                yield ast.Compare(left, [other()], right)
        case ast.BoolOp(operator, values):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
            for index in range(len(values)):
                rest = values[:index] + values[index + 1 :]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(operator, rest)
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield operand
        case ast.BinOp(left, operator, right) if type(operator) in _COMPUTED:
            yield ast.BinOp(left, _COMPUTED[type(operator)](), right)
        case ast.IfExp(test, body, orelse) if not _turned_elsewhere(test):
            yield ast.IfExp(_not(test), body, orelse)
        case ast.Call(ast.Name(name), arguments, keywords) if name in _NAMED:
            yield ast.Call(ast.Name(_NAMED[name], ast.Load()), arguments, keywords)
        case ast.Attribute(value, name) if name in _METHODS:
            yield ast.Attribute(value, _METHODS[name], ast.Load())
        case ast.Constant(value):
            yield from (ast.Constant(other) for other in _of_constant(value))
        case _:
            pass


def _of_constant(value: object) -> Iterator[bool | int | str]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, str) and " " not in value:  # words with spaces are a sentence
        yield "" if value else "mutated"


def _turned_elsewhere(test: ast.expr) -> bool:
    """Whether turning the condition round is what a change of its own operator does."""
    return isinstance(test, ast.UnaryOp) or (isinstance(test, ast.Compare) and len(test.ops) == 1)


def _not(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
