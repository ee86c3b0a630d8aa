"""Prose told from code: against a Markdown parser, and on any bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from specward.specs.sections import heading_title
from specward.specs.text import decode, split

ORACLE = MarkdownIt("commonmark")

LINES = st.sampled_from(
    [
        "",
        "text",
        "# One",
        "## Two ##",
        "   ### Three",
        "#nothing",
        "```",
        "```python",
        "````",
        "~~~",
        "~~~ `x`",
        "   ```",
        "`` `code` ``",
        "- item",
        "- [ ] T001 Do it",
        "<!--",
        "-->",
        "<!-- one line -->",
    ]
)


def headings_by_oracle(text: str) -> list[int]:
    tokens = ORACLE.parse(text)
    return [
        token.map[0]
        for token in tokens
        if token.type == "heading_open" and token.markup.startswith("#") and token.map
    ]


@given(st.lists(LINES, max_size=14))
def test_headings_are_those_that_a_markdown_parser_finds(lines: list[str]) -> None:
    text = "\n".join(lines)
    ours = [number for number, line in enumerate(split(text).prose) if heading_title(line)]
    assert ours == headings_by_oracle(text)


def test_a_fence_inside_a_list_item_hides_what_it_holds() -> None:
    text = split("- item\n\n  ```\n  # no heading\n  ```\n# Heading")
    assert text.prose == ["- item", "", "", "", "", "# Heading"]


def test_a_fence_that_is_never_closed_ends_with_its_list_item() -> None:
    assert split("- item\n  ```\n  code\n# Heading").prose[-1] == "# Heading"


def test_a_paragraph_may_go_on_outside_the_columns_of_its_list_item() -> None:
    assert split("- item\nlazily\n   ```\n# Heading").prose[-1] == "# Heading"
    assert split("- item\n\nnot any more\n   ```\n# code").prose[-1] == ""


def test_indented_code_opens_no_fence() -> None:
    assert split("    ```\n# Heading").prose[-1] == "# Heading"


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        ("- a <!-- b --> c", ["- a            c"]),
        ("a <!-- b --> <!-- c -->", ["a"]),
        ("a `<!-- b -->` c", ["a `<!-- b -->` c"]),
        ("a <!-- b\nc --> d\ne", ["a", "", "e"]),
        ("a <!-- b\n\nc --> d", ["a <!-- b", "", "c --> d"]),
        ("a <!-- b", ["a <!-- b"]),
    ],
)
def test_what_a_reader_of_the_page_does_not_see_is_no_prose(text: str, prose: list[str]) -> None:
    assert [line.rstrip() for line in split(text).prose] == prose


def test_front_matter_is_not_prose() -> None:
    assert split("---\nid: 1\n# comment\n---\n# Heading").prose == ["", "", "", "", "# Heading"]


@given(st.binary(max_size=300))
def test_any_bytes_become_lines(raw: bytes) -> None:
    text = split(decode(raw))
    assert len(text.lines) == len(text.prose)
    assert all(prose in ("", line) for line, prose in zip(text.lines, text.prose, strict=True))


def test_line_ends_and_byte_order_marks_do_not_matter() -> None:
    assert decode(b"\xef\xbb\xbf# A\r\nb\rc\n") == "# A\nb\nc\n"
    assert decode(b"\xff\xfe\x00") == "\ufffd\ufffd\x00"
