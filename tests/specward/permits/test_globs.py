"""Path patterns, against regular expressions written another way, and against a real ignore matcher."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.permits.globs import is_plain, matches, matches_any, within


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("backend/app/**", "backend/app/main.py", True),
        ("backend/app/**", "backend/app/a/b/c.py", True),
        ("backend/app/**", "backend/app", False),
        ("backend/app/**", "backend/application.py", False),
        ("backend/app/main.py", "backend/app/main.py", True),
        ("backend/app/versions/*_profiles.py", "backend/app/versions/0003_profiles.py", True),
        ("backend/app/versions/*_profiles.py", "backend/app/versions/x/0003_profiles.py", False),
        ("**/conftest.py", "conftest.py", True),
        ("**/conftest.py", "tests/app/conftest.py", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/?.py", "a/b.py", True),
        ("a/?.py", "a/bb.py", False),
        ("a/[id].py", "a/[id].py", True),
        ("a/[id].py", "a/i.py", False),
        ("**", "a", True),
        ("backend/app/**", "backend/app/../specward/x.py", False),
        ("backend/app/**", "/backend/app/x.py", False),
        ("backend/app/**", "backend/app//x.py", False),
        ("backend/app/**", "backend/app/./x.py", False),
        ("backend/app/**", "backend/app/..\\x.py", False),
        ("Backend/app/**", "backend/app/x.py", False),
    ],
)
def test_patterns(pattern: str, path: str, *, fits: bool) -> None:
    assert matches(pattern, path) is fits
    assert matches_any(("nothing", pattern), path) is fits


NAME = st.text(alphabet="ab.*?", min_size=1, max_size=4).filter(lambda name: "**" not in name)
PATTERN = st.lists(NAME | st.just("**"), min_size=1, max_size=5).map("/".join)
PATH = st.lists(st.text(alphabet="ab.", min_size=1, max_size=3), min_size=1, max_size=5).map("/".join)


def as_expression(pattern: str) -> str:
    """Write a pattern as a regular expression over the path with a slash behind every name."""
    names = pattern.split("/")
    names = [*names, "*"] if names[-1] == "**" else names
    return "".join(
        "(?:[^/]+/)*"
        if name == "**"
        else "".join({"*": "[^/]*", "?": "[^/]"}.get(character, re.escape(character)) for character in name)
        + "/"
        for name in names
    )


@given(PATTERN, PATH)
def test_agrees_with_regular_expressions(pattern: str, path: str) -> None:
    expected = is_plain(path) and re.fullmatch(as_expression(pattern), path + "/") is not None
    assert matches(pattern, path) is expected


@given(PATTERN, PATTERN, PATH)
def test_within_never_promises_too_much(inner: str, outer: str, path: str) -> None:
    if within(inner, outer) and matches(inner, path):
        assert matches(outer, path)


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_answered(pattern: str, path: str) -> None:
    assert matches(pattern, path) in (True, False)


def test_a_pattern_made_to_take_long_does_not() -> None:
    assert not matches("/".join(["**", "a*a*a*a*"] * 30), "/".join(["a" * 60] * 60) + "/b")
