"""Tasks and requirements that are known by their numbers: the grammar of Kiro's and OpenSpec's documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.specs.document import read_document
from specward.specs.ids import parse_task_ids
from specward.specs.model import Document, Task
from specward.specs.tasks import read_tasks
from specward.specs.text import split

PATH = ".kiro/specs/shop/tasks.md"
TASKS = """# Implementation Plan

- [x] 1. Set up the project
  - Create `app/core/database.py`
  - _Requirements: 1.1, 2.1_

- [ ] 2. Orders
- [-] 2.1 Read orders

  - Newest first
  - Files: `app/orders/**`
  - _Requirements: 1.2-1.4, 3_
  - _Depends: 1_
- [ ]* 2.2 Write property tests for app/orders/routes.py
  - **Property 1: a total is never negative**
  - **Validates: Requirements 1.1, 1.2**
- [ ] Verify all of it
"""
REQUIREMENTS = """# Requirements Document

### Requirement 1: Orders

**User Story:** As a customer, I want my orders.

#### Acceptance Criteria

1. WHEN a customer asks THEN the system SHALL give theirs,
   the newest first
2. IF nobody is logged in THEN the system SHALL refuse

Notes, which are no criteria:

1. Something else

### 需求 2 - 購物車

1. WHEN ...
"""


def tasks(text: str, path: str = PATH) -> dict[str, Task]:
    return {task.key.id: task for task in read_tasks(split(text), "shop", path).tasks}


def requirements(text: str, path: str = ".kiro/specs/shop/requirements.md") -> Document:
    return read_document(text.encode(), "specify", path, "shop").document


def anchored(document: Document) -> dict[str, str]:
    return {section.anchors[0]: section.text for section in document.sections}


def cited(task: Task) -> list[str]:
    return [str(citation) for citation in task.cites]


def test_tasks_are_known_by_their_numbers() -> None:
    found = tasks(TASKS)
    assert {task_id: task.title for task_id, task in found.items()} == {
        "T1": "Set up the project",
        "T2": "Orders",
        "T2.1": "Read orders",
        "T2.2": "Write property tests for app/orders/routes.py",
    }
    assert [task_id for task_id, task in found.items() if task.done] == ["T1"]


def test_what_they_say_is_theirs_alone() -> None:
    found = tasks(TASKS)
    assert cited(found["T1"]) == ["specify §1.1", "specify §2.1"]
    assert cited(found["T2"]) == []
    assert cited(found["T2.1"]) == ["specify §1.2", "specify §1.3", "specify §1.4", "specify §3"]
    assert cited(found["T2.2"]) == ["specify §1.1", "specify §1.2"]
    assert found["T2.1"].preconditions == ("T1",)
    assert found["T2.1"].files == ("app/orders/**",)
    assert found["T1"].files == ()  # what is named in passing, below, permits nothing


def test_their_state_is_no_word_of_theirs() -> None:
    done = TASKS.replace("[ ]* 2.2", "[x] 2.2").replace("[-]", "[x]")
    assert [task.text for task in tasks(done).values()] == [task.text for task in tasks(TASKS).values()]


@pytest.mark.parametrize(
    "note",
    [
        "_需求: 1.1, 2.3_",
        "_要件\uff1a1.1\u30012.3_",
        "- _Requirements: Requirement 1.1, Requirement 2.3_",
        "  - _Validates: Requirements 1.1, 2.3_",
    ],
)
def test_a_list_of_numbers_is_one_in_every_language(note: str) -> None:
    (task,) = tasks(f"- [ ] 1. Read orders\n  {note}\n").values()
    assert cited(task) == ["specify §1.1", "specify §2.3"]


@pytest.mark.parametrize(
    "note", ["_Requirements: All_", "_Leverage: app/v1.2/models.py_", "_Prompt: do 1.1 first_"]
)
def test_what_is_no_list_of_numbers_cites_nothing(note: str) -> None:
    (task,) = tasks(f"- [ ] 1. Read orders\n  - {note}\n").values()
    assert task.cites == ()


def test_the_same_lines_are_no_tasks_in_spec_kits_documents() -> None:
    assert tasks(TASKS, "specs/001-shop/tasks.md") == {}


def test_a_number_that_names_two_tasks_is_told() -> None:
    twice = read_tasks(split("- [ ] 1.1 One\n- [ ] 1.1 Two\n"), "shop", PATH)
    assert [problem.place.line for problem in twice.problems] == [2]


def test_requirements_and_their_criteria_are_sections() -> None:
    found = anchored(requirements(REQUIREMENTS))
    assert found["1"].startswith("### Requirement 1: Orders\n")
    assert found["1.1"] == "1. WHEN a customer asks THEN the system SHALL give theirs,\n   the newest first"
    assert found["1.2"] == "2. IF nobody is logged in THEN the system SHALL refuse"
    assert found["2.1"] == "1. WHEN ..."
    assert "Something else" not in "".join(text for anchor, text in found.items() if "." in anchor)


def test_a_requirement_of_openspec_is_known_by_its_name() -> None:
    text = "## ADDED Requirements\n\n### Requirement: Two factors\n\n#### Scenario: A code is asked for\n"
    found = anchored(requirements(text, "openspec/changes/add/specs/auth/spec.md"))
    assert {"Two factors", "A code is asked for"} <= found.keys()


numbers = st.lists(st.integers(0, 9999), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
titles = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=20)


@given(st.lists(st.tuples(numbers, st.booleans(), titles), unique_by=lambda each: each[0], max_size=8))
def test_every_number_makes_one_id_that_is_read_again(listed: list[tuple[str, bool, str]]) -> None:
    lines = [f"- [{'x' if done else ' '}] {number}. {title}" for number, done, title in listed]
    found = tasks("\n".join(lines))
    assert {task.key.id: task.done for task in found.values()} == {
        f"T{number}": done for number, done, _ in listed
    }
    for task_id in found:
        assert [str(reference) for reference in parse_task_ids(f"[Task]: {task_id}")] == [task_id]


@given(st.lists(st.lists(titles, max_size=4), max_size=4))
def test_every_criterion_is_named_by_its_requirement(listed: list[list[str]]) -> None:
    blocks = (
        f"### Requirement {number}\n\n"
        + "".join(f"{index}. WHEN {title}\n" for index, title in enumerate(criteria, 1))
        for number, criteria in enumerate(listed, 1)
    )
    found = anchored(requirements("\n".join(blocks)))
    for number, criteria in enumerate(listed, 1):
        for index, title in enumerate(criteria, 1):
            assert found[f"{number}.{index}"] == f"{index}. WHEN {title}"


@given(st.text(alphabet="-*[] x12.\n_:#Req需,T/`", max_size=80))
def test_nothing_that_people_type_stops_the_reader(text: str) -> None:
    for task in tasks(text).values():
        assert task.text
    requirements(text)
