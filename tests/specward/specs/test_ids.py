"""Task ids as real headers and prompts write them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.specs.ids import WIDEST_RANGE, between, parse_task_ids, squash


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T-042", ["T-042"]),
        (
            "T062-T063, T073, T083-T084, T102-T103 [US2, US3]",
            ["T062", "T063", "T073", "T083", "T084", "T102", "T103"],
        ),
        ("T-B015, T-B016, T-B017", ["T-B015", "T-B016", "T-B017"]),
        ("T-012 through T-014 Verification Script", ["T-012", "T-013", "T-014"]),
        ("T001-003", ["T001", "T002", "T003"]),
        ("T-101\N{EN DASH}T-103", ["T-101", "T-102", "T-103"]),
        ("T008 to T011", ["T008", "T009", "T010", "T011"]),
        (
            "T032a, T035.1, T4-08, M-001, TASK-001, DB-001",
            ["T032a", "T035.1", "T4-08", "M-001", "TASK-001", "DB-001"],
        ),
        ("001-auth/T-012", ["001-auth/T-012"]),
        ("Implement task T-042 for the user profile endpoint.", ["T-042"]),
        ("~~T002~~ **T-202**: and `DB-001`", ["T002", "T-202", "DB-001"]),
        ("FR-003, NFR-2, SC-001, US1", []),
        ("T-105 to T-101", ["T-105", "T-101"]),
        ("T001 to M-009", ["T001", "M-009"]),
        ("specs/T-042-x.md, T-042.py, def get_all(self) -> List[Task]:", []),
    ],
)
def test_reads_what_people_write(text: str, expected: list[str]) -> None:
    assert [str(reference) for reference in parse_task_ids(text)] == expected


def test_a_range_too_wide_to_mean_it_names_its_ends() -> None:
    assert len(parse_task_ids("T0001 to T9999")) == 2
    assert len(parse_task_ids(f"T0001 to T{WIDEST_RANGE:04}")) == WIDEST_RANGE


def test_two_spellings_of_one_task_squash_to_the_same() -> None:
    assert squash("T-042") == squash("t042") == "T042"


@given(st.text(alphabet="T-0123456789MASK/., \u2013abto[]§\n", max_size=80))
def test_spans_hold_the_name_and_never_overlap(text: str) -> None:
    spans = sorted({(reference.start, reference.end) for reference in parse_task_ids(text)})
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


@given(st.integers(0, 900), st.integers(0, 99))
def test_a_range_counts_both_ends(low: int, width: int) -> None:
    counted = list(between(f"T-{low:03}", f"T-{low + width:03}"))
    assert len(counted) == width + 1
    assert (counted[0], counted[-1]) == (f"T-{low:03}", f"T-{low + width:03}")
