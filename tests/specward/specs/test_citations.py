"""Citations as real headers and task lists write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.specs.citations import is_line_range, parse_citations
from specward.specs.model import Place

HERE = Place("specs/tasks.md", 7, 13)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "speckit.specify §2.1, §2.2, speckit.plan §3.4",
            ["speckit.specify §2.1", "speckit.specify §2.2", "speckit.plan §3.4"],
        ),
        (
            "speckit.specify §3.1, §3.2; speckit.plan §2.3",
            ["speckit.specify §3.1", "speckit.specify §3.2", "speckit.plan §2.3"],
        ),
        ("speckit.plan §§2.1, 2.2", ["speckit.plan §2.1", "speckit.plan §2.2"]),
        ("spec.md §FR-011 / FR-004", ["spec.md §FR-011", "spec.md §FR-004"]),
        ("spec.md FR-024, FR-025", ["spec.md §FR-024", "spec.md §FR-025"]),
        (
            "speckit.specify §US1-US3",
            ["speckit.specify §US1", "speckit.specify §US2", "speckit.specify §US3"],
        ),
        ("spec.md §FR-010 to §FR-012", ["spec.md §FR-010", "spec.md §FR-011", "spec.md §FR-012"]),
        ("plan.md §2.1-2.2 and §3", ["plan.md §2.1", "plan.md §2.2", "plan.md §3"]),
        ("plan.md §2.1 §2.2", ["plan.md §2.1", "plan.md §2.2"]),
        ("specs/002-a/tasks.md §Phase 7 (US5, US6)", ["specs/002-a/tasks.md §Phase 7 (US5, US6)"]),
        ("speckit.plan / Phase 2: Database and ORM", ["speckit.plan §Phase 2: Database and ORM"]),
        (
            "speckit.specify / Key Entities, FR-008",
            ["speckit.specify §Key Entities", "speckit.specify §FR-008"],
        ),
        ("specs/002-web-app/spec.md", ["specs/002-web-app/spec.md"]),
        ("specs/015-mcp/tasks.md Phase 1", ["specs/015-mcp/tasks.md §Phase 1"]),
        (
            "speckit.specify §122-124, speckit.plan §3 Data Model",
            ["speckit.specify §122-124", "speckit.plan §3 Data Model"],
        ),
        ("plan.md §4.3: Dashboard UI, tasks.md §T-042", ["plan.md §4.3: Dashboard UI", "tasks.md §T-042"]),
        ("specs/004-ai-chatbot/spec.md#FR-010", ["specs/004-ai-chatbot/spec.md §FR-010"]),
        ("spec.md - NFR-011", ["spec.md §NFR-011"]),
        ("Constitution §III", ["Constitution §III"]),
        ("Spec §NFR-2", ["Spec §NFR-2"]),
        ("`@specs/features/task-crud.md`", ["specs/features/task-crud.md"]),
        ("plan.md §Errors, limits and costs", ["plan.md §Errors, limits and costs"]),
        ("spec.md §US1/AC2.", ["spec.md §US1/AC2"]),
        ("Context7 /resend/node", ["Context7 /resend/node"]),
        ("§2.1", ["§2.1"]),
        ("", []),
    ],
)
def test_reads_what_people_write(text: str, expected: list[str]) -> None:
    assert [str(citation).strip() for citation in parse_citations(text, HERE)] == expected


def test_each_citation_knows_where_it_stands() -> None:
    places = [citation.place for citation in parse_citations("spec.md §1,\n  plan.md §2, §3", HERE)]
    assert places == [Place(HERE.path, 7, 13), Place(HERE.path, 8, 3), Place(HERE.path, 8, 15)]


def test_line_ranges_are_told_from_sections() -> None:
    assert [is_line_range(anchor) for anchor in ("122-124", "L12", "L3-L9", "2.1", "3", "FR-001")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


@given(st.text(max_size=120) | st.text(alphabet="§#,;/ \n.-()USFRspec123md`", max_size=120))
def test_any_text_is_read_and_every_place_lies_in_it(text: str) -> None:
    lines = text.split("\n")
    for citation in parse_citations(text, Place("a.md")):
        assert 1 <= citation.place.line <= len(lines)
        assert 1 <= citation.place.column <= len(lines[citation.place.line - 1]) + 1
        assert citation.document or citation.anchor


DOCUMENTS = st.sampled_from(["speckit.specify", "spec.md", "specs/001-a/plan.md"])
ANCHORS = st.from_regex(r"[1-9]\.[1-9]|FR-0[0-9]{2}|SC-00[1-9]", fullmatch=True)


@given(st.lists(st.tuples(DOCUMENTS, ANCHORS), min_size=1, max_size=6))
def test_written_citations_read_back(cited: list[tuple[str, str]]) -> None:
    text = ", ".join(f"{document} §{anchor}" for document, anchor in cited)
    assert [citation[:2] for citation in parse_citations(text, HERE)] == cited


def test_a_title_of_very_many_commas_is_put_together_once() -> None:
    (title,) = parse_citations("speckit.plan §Title" + ", and" * 200_000, HERE)  # by pairs, 50 GB are copied
    assert title.anchor == "Title" + ", and" * 200_000


@given(st.lists(st.sampled_from(["and", "more", "so on"]), max_size=20))
def test_the_commas_inside_a_title_stay_in_it(words: list[str]) -> None:
    text = ", ".join(["speckit.plan §Errors", *words, "speckit.specify §2.1"])
    title, other = parse_citations(text, HERE)
    assert title.anchor == ", ".join(["Errors", *words])
    assert (other.document, other.anchor) == ("speckit.specify", "2.1")
