"""The reader of clarifications."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.agent.clarifications import (
    KINDS,
    SECTIONS,
    Clarification,
    ClarificationError,
    filed,
    parse_clarification,
)
from tests.client.project import commit

PATH = "history/clarifications/backend/T-042-jwt-unclear.md"
BODY = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="#`~"), min_size=1).map(
    str.strip
)


def markdown(*bodies: str) -> str:
    parts = (f"## {title}\n\n{body}\n" for title, body in zip(SECTIONS, bodies, strict=True))
    return "# Question\n\n" + "\n".join(parts)


@given(
    st.lists(BODY.filter(lambda body: body and body.splitlines() == [body]), min_size=3, max_size=3),
    st.sampled_from(KINDS),
)
def test_what_is_written_is_read(bodies: list[str], kind: str) -> None:
    path = PATH.replace("jwt-unclear", kind)
    expected = Clarification(path, "backend", "T-042", kind, *bodies)
    assert parse_clarification(path, markdown(*bodies)) == expected


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(ClarificationError):
        parse_clarification(PATH, text)


@given(st.text())
def test_no_path_breaks_the_reader(path: str) -> None:
    with pytest.raises(ClarificationError):
        parse_clarification(path, markdown("a", "b", "c"))


@pytest.mark.parametrize(
    "text",
    [
        markdown("a", "", "c"),
        markdown("a", "b", "c") + "\n## What is needed\n\nMore.\n",
        markdown("a", "b", "c").replace("## What is needed", "### What is needed"),
        "```\n" + markdown("a", "b", "c") + "\n```\n",
    ],
    ids=["empty", "twice", "level", "fenced"],
)
def test_each_section_stands_once_and_says_something(text: str) -> None:
    with pytest.raises(ClarificationError, match="each once and none empty"):
        parse_clarification(PATH, text)


def test_a_heading_inside_a_fence_is_text() -> None:
    found = parse_clarification(PATH, markdown("a", "~~~\n## What is needed\n~~~", "c"))
    assert found.consulted == "~~~\n## What is needed\n~~~"


def test_a_clarification_waits_until_it_is_committed(project: Path) -> None:
    file = project / PATH
    file.parent.mkdir(parents=True)
    file.write_text(markdown("a", "b", "c"), encoding="utf-8")
    (file.parent / "T-042-because.md").write_text("no", encoding="utf-8")
    (file.parent / "T-042-task-missing.md").write_bytes(b"\xff")
    assert [found.path for found in filed(project, ["backend/T-042"])] == [PATH]
    assert filed(project, ["T-078"]) == ()
    commit(project)
    assert filed(project, ["T-042"]) == ()
