import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.code.suppressions import WHOLE_FILE, Suppression, parse_suppressions


def the_suppression(text: str, *, python: bool = True) -> Suppression:
    (suppression,) = parse_suppressions(text, python=python)
    return suppression


def test_at_the_end_of_a_line_it_speaks_for_that_line() -> None:
    found = the_suppression(
        "import os\nx = 1\ny = 2  # specward: allow SW603 -- a report over all tenants\nz = 3\n"
    )
    assert found == Suppression(("SW603",), "a report over all tenants", 3, 8, 3)
    assert found.covers("SW603", 3)
    assert not found.covers("SW603", 4)
    assert not found.covers("SW601", 3)


def test_alone_on_a_line_it_speaks_for_the_next_line_of_code() -> None:
    found = the_suppression("x = 1\n\n    # specward: allow SW601, SW603 -- why\n    # more\n\n    y = 2\n")
    assert (found.codes, found.target) == (("SW601", "SW603"), 6)


def test_at_the_head_of_a_file_it_speaks_for_all_of_it() -> None:
    found = the_suppression('"""Docstring."""\n# specward: allow SW101 -- generated\nimport os\n\nx = 1\n')
    assert found.target == WHOLE_FILE
    assert found.covers("SW101", 99)


@pytest.mark.parametrize(
    "text", ["x = 1  # specward: allow SW101\n", "x = 1  # specward: allow SW101 --  \n"]
)
def test_without_a_reason_it_covers_nothing(text: str) -> None:
    found = the_suppression(text)
    assert found.reason == ""
    assert not found.covers("SW101", 1)


def test_without_a_rule_it_covers_nothing() -> None:
    found = the_suppression("x = 1  # specward: allow -- everything\n")
    assert (found.codes, found.reason) == ((), "everything")
    assert not found.covers("SW101", 1)


def test_in_python_a_string_is_no_comment() -> None:
    assert parse_suppressions('x = "# specward: allow SW101 -- text"\n', python=True) == ()


def test_in_python_that_does_not_parse_every_mark_counts() -> None:
    assert the_suppression("x = (  # specward: allow SW101 -- broken\n").codes == ("SW101",)


@pytest.mark.parametrize(
    "line",
    [
        "select 1; -- specward: allow SW601 -- by the owner",
        "a(); // specward: allow SW601 -- by the owner",
        "<p> <!-- specward: allow SW601 -- by the owner -->",
        "a { } /* specward: allow SW601 -- by the owner */",
        "{% x %} {# specward: allow SW601 -- by the owner #}",
    ],
)
def test_other_languages_have_other_comments(line: str) -> None:
    found = the_suppression(f"first\n{line}\n", python=False)
    assert (found.codes, found.reason, found.target) == (("SW601",), "by the owner", 2)


REASONS = st.text(st.characters(blacklist_categories=("C", "Z")), min_size=1, max_size=20)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    for python in (True, False):
        for found in parse_suppressions(f"{text}\n# specward: allow {text}", python=python):
            assert found.line >= 1


@given(st.lists(st.integers(100, 999), min_size=1, max_size=4), REASONS, st.integers(0, 5))
def test_what_was_written_is_what_is_read(numbers: list[int], reason: str, above: int) -> None:
    codes = tuple(f"SW{number}" for number in numbers)
    text = "x = 1\n" * above + f"y = 1  # specward: allow {', '.join(codes)} -- {reason}\n"
    found = the_suppression(text)
    assert (found.codes, found.line, found.target) == (codes, above + 1, above + 1)
    assert reason.startswith(found.reason)
