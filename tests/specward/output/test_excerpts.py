import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.output.excerpts import WIDTH, excerpt, printable


def test_the_word_at_the_place_is_marked() -> None:
    cut = excerpt("one\n[From]: speckit.plan §9.9, more\n", 2, 9)
    assert cut is not None
    assert cut.text == "[From]: speckit.plan §9.9, more"
    assert cut.mark == "        ^^^^^^^^^^^^"


@pytest.mark.parametrize(("line", "column"), [(0, 1), (3, 1), (2, 1)])
def test_where_nothing_stands_nothing_is_shown(line: int, column: int) -> None:
    assert excerpt("one\n   \n", line, column) is None


def test_past_the_end_the_last_character_is_marked() -> None:
    cut = excerpt("x = 1", 1, 99)
    assert cut is not None
    assert cut.mark == "    ^"


def test_wide_characters_take_two_cells() -> None:
    cut = excerpt("日本 x", 1, 4)
    assert cut is not None
    assert cut.mark == "     ^"


def test_a_long_line_is_cut_around_the_place() -> None:
    cut = excerpt("a " * 300 + "here " + "b " * 300, 1, 601)
    assert cut is not None
    assert len(cut.text) <= WIDTH
    assert cut.text[cut.mark.index("^") :].startswith("here")


def test_what_could_command_a_terminal_is_spelt_out() -> None:
    assert printable("a\x1b[31mb\u202ec\x00") == "a\\x1b[31mb\\u202ec\\x00"


@given(st.text(), st.integers(-1, 5), st.integers(-1, 300))
def test_any_excerpt_is_harmless_and_its_mark_is_within(text: str, line: int, column: int) -> None:
    cut = excerpt(text, line, column)
    if cut is None:
        return
    assert not any(unicodedata.category(character) == "Cc" for character in cut.text + cut.mark)
    assert cut.mark.strip(" ").strip("^") == ""
    assert "^" in cut.mark
    assert "\n" not in cut.text


@given(st.text())
def test_printable_text_stays_printable(text: str) -> None:
    assert printable(printable(text)) == printable(text)
