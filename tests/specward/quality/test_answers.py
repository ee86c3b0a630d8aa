"""The answers of ruff, mypy and pyright, in the forms in which they give them."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.quality.answers import UnreadableError, read_answer
from specward.quality.model import Remark

ROOT = Path("/project")


def test_ruff() -> None:
    item = {
        "filename": "/project/app/a.py",
        "location": {"row": 3, "column": 8},
        "code": "F401",
        "message": "`os` imported but unused",
        "url": "https://docs.astral.sh/ruff/rules/unused-import",
    }
    broken = {**item, "code": None, "message": "SyntaxError: Expected an expression"}
    assert read_answer(ROOT, json.dumps([item, broken])) == (
        Remark("app/a.py", 3, 8, "F401", "`os` imported but unused"),
        Remark("app/a.py", 3, 8, "syntax-error", "SyntaxError: Expected an expression"),
    )


def test_mypy() -> None:
    line = {"file": "app/a.py", "line": 2, "column": 4, "message": "no", "hint": None, "code": "misc"}
    text = "\n".join(json.dumps({**line, "severity": severity}) for severity in ("error", "note"))
    assert read_answer(ROOT, text) == (Remark("app/a.py", 2, 5, "misc", "no"),)
    assert read_answer(ROOT, text.partition("\n")[0]) == (Remark("app/a.py", 2, 5, "misc", "no"),)


def test_pyright() -> None:
    item = {
        "file": "/project/app/a.py",
        "severity": "error",
        "message": "no",
        "rule": "reportCallIssue",
        "range": {"start": {"line": 0, "character": 4}, "end": {"line": 0, "character": 5}},
    }
    text = json.dumps(
        {"version": "1.1", "generalDiagnostics": [item, {**item, "severity": "warning"}]}, indent=4
    )
    assert read_answer(ROOT, text) == (Remark("app/a.py", 1, 5, "reportCallIssue", "no"),)


@pytest.mark.parametrize("text", ["", "\n", "[]"])
def test_nothing_to_say(text: str) -> None:
    assert read_answer(ROOT, text) == ()


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_anything_else_is_refused_in_one_way(text: str) -> None:
    try:
        read_answer(ROOT, text)
    except UnreadableError as error:
        assert str(error)  # noqa: PT017 -- most texts are refused, a few mean nothing
