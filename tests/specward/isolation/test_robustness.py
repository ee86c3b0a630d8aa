"""The interpreter never breaks, whatever the source."""

import ast
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.judging.project import Code
from specward.code.dataflow.owners.schema import Options
from specward.code.dataflow.sources.source import read

MODELS = """
from sqlmodel import Field, SQLModel
class User(SQLModel, table=True):
    id: int = Field(primary_key=True)
class Item(SQLModel, table=True):
    id: int = Field(primary_key=True)
    user_id: int = Field(foreign_key="user.id")
"""
HEAD = """
from fastapi import APIRouter, Depends
from sqlmodel import Session, select, update, delete, insert
from app.models import Item, User
router = APIRouter()
"""
MATCH = """match SUBJECT:
    case [x, *y] if x: return y
    case {'k': v, **r}: z = r
    case A(b=c) | D(): 1
    case _: 2"""
PIECES = st.sampled_from(
    [
        "item",
        "Item",
        "user",
        "db",
        "None",
        "0",
        "'x'",
        "select(Item)",
        "Item.id == a",
        "Item.user_id == user.id",
        "db.get(Item, a)",
        "(x := db.get(Item, a))",
        "[*a, b]",
        "{**a}",
        "lambda: a",
        "f'{a}{b!r:>{c}}'",
        "a if b else c",
        "not a",
        "a and b or c",
        "a[b:c]",
        "a[...]",
        "(yield a)",
        "await b",
        "[i for i in a if i]",
        "{k: v for k, v in a}",
        "a.b.c(d, *e, f=g, **h)",
        "a @ b",
        "~a",
        "a < b < c",
        "a not in b",
        "-1j",
        "b'x'",
        "super().a",
        "print",
    ]
)
STATEMENTS = st.one_of(
    PIECES.map(str),
    st.tuples(st.sampled_from(["x", "x.y", "x[0]", "x, *y", "(x, [y, z])"]), PIECES).map(
        lambda p: f"{p[0]} = {p[1]}"
    ),
    PIECES.map(lambda p: f"x += {p}"),
    PIECES.map(lambda p: f"return {p}"),
    PIECES.map(lambda p: f"if {p}: raise KeyError"),
    PIECES.map(lambda p: f"for x, y in {p}: continue\nelse: x = 1"),
    PIECES.map(lambda p: f"while {p}:\n    break"),
    PIECES.map(lambda p: f"with {p} as (x, y): pass"),
    PIECES.map(lambda p: f"try: {p}\nexcept* ValueError as e: x = e\nelse: y = 1\nfinally: z = 2"),
    PIECES.map(lambda p: MATCH.replace("SUBJECT", p)),
    PIECES.map(lambda p: f"def inner(a, /, b={p}, *c, d, **e): return {p}\nx = inner({p})"),
    PIECES.map(lambda p: f"class Inner({p}):\n    a: {p} = 1\n    def m(self): return super().m()"),
    st.sampled_from(
        [
            "global x",
            "nonlocal_ = 1",
            "import a.b as c",
            "from . import d",
            "del x",
            "assert x, y",
            "pass",
            "raise",
        ]
    ),
)


def analyse(source: str) -> None:
    analyse_files({"app/routes.py": source, "app/models.py": MODELS}, Options())


@given(st.lists(STATEMENTS, max_size=12))
@settings(max_examples=80, deadline=None)
def test_any_handler_is_read(statements: list[str]) -> None:
    body = "\n".join(f"    {line}" for part in statements for line in part.splitlines()) or "    pass"
    handler = "async def handler(a: int, b: str, db: Session, user: User = Depends(who)):"
    analyse(f"{HEAD}@router.get('/x/{{a}}')\n{handler}\n{body}\n")


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read(text: str) -> None:
    analyse(text)


@pytest.mark.parametrize(
    "expression",
    [
        "+".join(["a"] * 2500),
        "a" + ".b" * 2500,
        "a" + "()" * 1500,
        "<".join(["a"] * 3000),
        "not " * 2500 + "a",
        "lambda: " * 900 + "0",
        "1 if a else " * 900 + "0",
        "|".join(["Item"] * 2500),
        "[" * 90 + "]" * 90,
    ],
)
def test_deep_trees_are_read(expression: str) -> None:
    source = f"{HEAD}@router.get('/x')\ndef handler(a: int):\n    x = {expression}\n    return x\n"
    assert read("app/routes.py", source) is not None
    analyse(f"{source}\nclass Odd(A[{expression}]):\n    x: {expression} = 1\n")


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    try: pass\n    except KeyError, ValueError: pass\n",
        "class A[T: (int, str)]:\n    x: T\n",
        "type Alias[T] = list[T]\ndef f[T](x: T) -> T: return x\n",
    ],
)
def test_newer_syntax_is_read(source: str) -> None:
    assert read("app/new.py", source) is not None


def test_files_that_cannot_be_parsed_are_left_out() -> None:
    assert read("app/broken.py", "def f(:\n") is None
    assert read("app/null.py", "x = '\0'") is None
    analyse("def f(:\n")


def test_a_route_that_never_ends_ends() -> None:
    calls = "\n".join(
        f"def f{n}(a):\n    return f{(n + 1) % 9}(a), f{(n + 2) % 9}(a), f{n}(a)" for n in range(9)
    )
    analyse(f"{HEAD}{calls}\n@router.get('/x')\ndef handler(a: int):\n    return f0(a)\n")


def test_its_own_sources_are_read() -> None:
    folder = Path(ast.__file__).parent
    files = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))[:40]}
    analyse_files({**files, "app/models.py": MODELS}, Options())


def test_a_pipe_a_folder_and_a_circle_of_links_are_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")  # reading it would wait for a writer for ever
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "circle.py").symlink_to("circle.py")
    found = Code(tmp_path, ["pipe.py", "folder.py", "circle.py"], {}, cached=False).analysis()
    assert (found.violations, dict(found.tables)) == ((), {})
