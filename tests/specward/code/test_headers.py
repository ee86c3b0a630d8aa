"""Headers as real repositories write them (the shapes of the corpus), and what is none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.code.headers import Header, parse_headers


def the_header(text: str) -> Header:
    (header,) = parse_headers(text)
    return header


def ids(header: Header) -> list[str]:
    return [task.text[0] for task in header.tasks]


def cited(header: Header) -> list[str]:
    return [f"{citation.document} § {citation.anchor}".strip() for citation in header.cites("a.py")]


def shapes() -> Iterator[tuple[str, str, list[str], list[str]]]:
    """Give the shapes of header_shapes.txt: a name, the file, then its tasks and its sections."""
    corpus = (Path(__file__).parent / "header_shapes.txt").read_text(encoding="utf-8")
    for shape in corpus.split("=== ")[1:]:
        name, _, rest = shape.partition("\n")
        text, _, answer = rest.rpartition("\n--- ")
        tasks, *sections = answer.strip().split("\n")
        yield name, text + "\n", tasks.split(), [section.strip() for section in sections]


SHAPES = tuple(shapes())


@pytest.mark.parametrize(
    ("text", "tasks", "sections"), [shape[1:] for shape in SHAPES], ids=[shape[0] for shape in SHAPES]
)
def test_every_shape_of_the_corpus_is_read(text: str, tasks: list[str], sections: list[str]) -> None:
    header = the_header(text)
    assert header.leading
    assert ids(header) == tasks
    assert cited(header) == sections


@pytest.mark.parametrize("start", ["\ufeff", "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n\n", "\n\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_may_stand_before_and_how_lines_end(start: str, end: str) -> None:
    text = f'{start}"""\n[Task]: T-7\n[From]: plan.md §1\n[Description]: A.\n"""\n'.replace("\n", end)
    header = the_header(text)
    assert (ids(header), cited(header), header.description) == (["T-7"], ["plan.md § 1"], "A.")


def test_places_are_those_of_the_values() -> None:
    text = '"""\n[Task]: T-1\n[From]: speckit.specify §2.1, speckit.plan §3.4\n[Description]: A.\n"""\n'
    first, second = the_header(text).cites("a.py")
    lines = text.split("\n")
    assert lines[first.place.line - 1][first.place.column - 1 :].startswith("speckit.specify")
    assert lines[second.place.line - 1][second.place.column - 1 :].startswith("speckit.plan")


def test_a_description_goes_on_to_the_blank_line() -> None:
    header = the_header('"""\n[Task]: T-1\n[Description]: One\ntwo.\n\nProse.\n"""\n')
    assert header.description == "One\ntwo."


@pytest.mark.parametrize(
    "text",
    [
        "class A:\n    def get_all(self) -> List[Task]:\n        return []\n",
        "x: dict[Task]: int\n",
        '"""Just a docstring."""\n',
        'HEADER = """\n[Task]: T-1\n[From]: plan.md §1\n"""\n',
        '"""See [Source]: the manual."""\n',
        "",
        "\n\n",
    ],
)
def test_what_is_no_header(text: str) -> None:
    assert parse_headers(text) == ()


def test_headers_below_the_first_statement_are_read_but_do_not_lead() -> None:
    first, second = parse_headers(
        "X = 1\n\n# [Task]: T001\n# [From]: a.md §1\ndef f(): ...\n\n    # [Task]: T002\n"
    )
    assert (first.leading, second.leading) == (False, False)
    assert (ids(first), ids(second)) == (["T001"], ["T002"])
    assert (first.line, second.line) == (3, 7)


def test_consecutive_headers_are_told_apart() -> None:
    first, second = parse_headers("# [Task]: T001 [From]: a.md §1\n# [Task]: T002 [From]: a.md §2\n")
    assert (ids(first), ids(second)) == (["T001"], ["T002"])


def test_fields_without_a_task_are_a_header_that_lost_it() -> None:
    header = the_header('"""\n[From]: plan.md §1\n[Description]: A.\n"""\n')
    assert header.tasks == ()


def test_an_unclosed_docstring_is_read_to_the_end() -> None:
    assert ids(the_header('"""\n[Task]: T-1\n[From]: plan.md §1\n')) == ["T-1"]


VALUES = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=40).map(str.strip)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    for header in parse_headers(text):
        assert 1 <= header.line <= text.count("\n") + 1
        assert header.cites("a.py") is not None


@given(
    st.lists(st.integers(1, 9999), min_size=1, max_size=5, unique=True),
    st.sampled_from(["# ", "// ", "-- ", " * ", ""]),
    st.sampled_from(["\n", "\r\n"]),
    VALUES,
)
def test_what_was_written_is_what_is_read(numbers: list[int], mark: str, end: str, description: str) -> None:
    names = [f"T-{number:03d}" for number in numbers]
    lines = [f"[Task]: {', '.join(names)}", "[From]: speckit.plan §1", f"[Description]: x{description}"]
    body = "".join(f"{mark}{line}{end}" for line in lines)
    text = {"": f'"""{end}{body}"""{end}', " * ": f"/**{end}{body} */{end}"}.get(mark, body)
    if '"""' in description or "*/" in description or "[" in description:
        return
    header = the_header(text)
    assert ids(header) == names
    assert header.description == f"x{description}"


@given(st.text(st.sampled_from("[]Task:From #/*-\"\n\r'T1§.,|<!{}%"), max_size=80))
def test_texts_made_of_marks_are_read(text: str) -> None:
    parse_headers(text)
