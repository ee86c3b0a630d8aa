"""The task formats of real projects, each in a small text of its shape."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.specs.model import Citation, Operation, Place, Task, TaskKey
from specward.specs.tasks import TaskList, read_tasks
from specward.specs.text import split


def read(text: str) -> TaskList:
    return read_tasks(split(text), "shop", "specs/tasks.md")


def only(text: str) -> Task:
    (task,) = read(text).tasks
    return task


OURS = """# Tasks

### T-042: User profile endpoint

- **Status**: open
- **From**: speckit.specify §3.1, §3.2; speckit.plan §2.3
- **Preconditions**: T-101 through T-103, T-105
- **Outputs**: the caller reads and changes their own profile
- **Files**: `backend/app/profiles/**`, `backend/app/main.py`
- **Operations**: `GET /v1/profile`, `PATCH /v1/profile`
- **Tables**: `profiles`
- **Tests**: `tests/app/profiles/**`
- **Dependencies**: `babel`, `tzdata`
- **Done when**: two tabs cannot overwrite each other; each
  operation costs one round trip.

A description.

## Next
"""


def test_our_own_format() -> None:
    task = only(OURS)
    assert task.key == TaskKey("shop", "T-042")
    assert task.title == "User profile endpoint"
    assert not task.done
    assert task.cites == (
        Citation("speckit.specify", "3.1", Place("specs/tasks.md", 6, 13)),
        Citation("speckit.specify", "3.2", Place("specs/tasks.md", 6, 35)),
        Citation("speckit.plan", "2.3", Place("specs/tasks.md", 6, 41)),
    )
    assert task.preconditions == ("T-101", "T-102", "T-103", "T-105")
    assert task.outputs == "the caller reads and changes their own profile"
    assert task.files == ("backend/app/profiles/**", "backend/app/main.py")
    assert task.operations == (Operation("GET", "/v1/profile"), Operation("PATCH", "/v1/profile"))
    assert task.tables == ("profiles",)
    assert task.tests == ("tests/app/profiles/**",)
    assert task.dependencies == ("babel", "tzdata")
    assert task.done_when == "two tabs cannot overwrite each other; each operation costs one round trip."
    assert task.place == Place("specs/tasks.md", 3, 5)
    assert task.text.startswith("### T-042: User profile endpoint\n\n- **From**")
    assert task.text.endswith("A description.")


def test_the_state_is_no_part_of_the_text() -> None:
    done = OURS.replace("**Status**: open", "**Status**: done")
    assert only(done).done
    assert only(done).text == only(OURS).text


def test_nothing_named_is_nothing() -> None:
    task = only(
        "### T-1: A\n\n- **From**: none\n- **Tables**: none\n- **Dependencies**: none\n"
        "- **Preconditions**: n/a\n"
    )
    assert (task.cites, task.tables, task.dependencies, task.preconditions) == ((), (), (), ())


def test_spec_kit_checkboxes() -> None:
    tasks = read(
        "# Tasks: Shop\n\n## Phase 3: User Story 1 - Buy (Priority: P1)\n\n"
        "- [X] T012 [P] [US1] Create the cart in src/models/cart.py (depends on T010, T011)\n"
        "- [ ] T013 [US1] Implement FR-003 in src/services/ and src/api/cart.py\n"
        "- [ ] the cart can be emptied\n"
        "- [ ] 1.1 something\n"
    ).tasks
    assert [(task.key.id, task.done) for task in tasks] == [("T012", True), ("T013", False)]
    assert tasks[0].title == "Create the cart in src/models/cart.py"
    assert tasks[0].preconditions == ("T010", "T011")
    assert tasks[0].files == ("src/models/cart.py",)
    assert [str(citation) for citation in tasks[1].cites] == ["specify §US1", "specify §FR-003"]
    assert tasks[1].files == ("src/services/**", "src/api/cart.py")
    assert tasks[0].text.startswith("- T012 [P]")


def test_suffixes_bold_tags_and_struck_tasks() -> None:
    tasks = read(
        "- [ ] T032a Split\n- [x] T035.1 Part\n- [ ] **T-202**: [Backend] Bold\n"
        "- [ ] ~~T002 Old way~~ \u2192 **REPLACED by T021a**\n"
    ).tasks
    assert [task.key.id for task in tasks] == ["T032a", "T035.1", "T-202", "T002"]
    assert tasks[2].title == "Bold"
    assert tasks[3].title.startswith("Old way")


def test_heading_tasks_with_fields_in_one_line() -> None:
    task = only(
        "### T001: Cart API\n\n**Priority**: P1 | **From**: spec.md §US1, plan.md §DD-001\n"
        "**Preconditions**: T000 complete\n**Outputs**:\n- `src/cart.py`\n- `src/api.py`\n"
    )
    assert [str(citation) for citation in task.cites] == ["spec.md §US1", "plan.md §DD-001"]
    assert task.preconditions == ("T000",)
    assert task.files == ("src/cart.py", "src/api.py")


def test_heading_tasks_with_spec_and_output() -> None:
    task = only("### T-001: Models\n**Spec:** speckit.specify FR-1\n**Output:** models.py\n")
    assert [str(citation) for citation in task.cites] == ["speckit.specify §FR-1"]
    assert task.files == ("models.py",)


def test_status_bullets() -> None:
    tasks = read(
        "- **[COMPLETE] T-201**: **Database Models**: make them\n- **[PENDING] T-202**: more\n"
    ).tasks
    assert [(task.key.id, task.done) for task in tasks] == [("T-201", True), ("T-202", False)]
    assert tasks[0].text == "- **T-201**: **Database Models**: make them"


def test_tables_of_tasks() -> None:
    tasks = read(
        "| ID | Status | Description | Requirement |\n|---|---|---|---|\n"
        "| TASK-001 | \u2705 DONE | Create src/db.py | REQ-01 |\n| TASK-002 | open | Use it | REQ-02 |\n"
    ).tasks
    assert [(task.key.id, task.done, task.title) for task in tasks] == [
        ("TASK-001", True, "Create src/db.py"),
        ("TASK-002", False, "Use it"),
    ]
    assert [citation.anchor for citation in tasks[0].cites] == ["REQ-01"]
    assert "DONE" not in tasks[0].text


def test_plain_lines() -> None:
    tasks = read("TASK-1: Define the model\n- files: src/a.py\n\nTASK-2: Use it\n").tasks
    assert [(task.key.id, task.title) for task in tasks] == [
        ("TASK-1", "Define the model"),
        ("TASK-2", "Use it"),
    ]


def test_task_id_fields_under_headings() -> None:
    tasks = read(
        "### Task 1.1: Schema\n\n**Task ID**: `DB-001`\n**Files**: `db/schema.sql`\n\n"
        "### Task 1.2: Seeds\n\n- **ID**: DB-002\n"
    ).tasks
    assert [(task.key.id, task.files) for task in tasks] == [("DB-001", ("db/schema.sql",)), ("DB-002", ())]


@pytest.mark.parametrize("task_id", ["T-B015", "T4-08", "M-001"])
def test_further_ids(task_id: str) -> None:
    assert only(f"- [ ] {task_id} Do it\n").key.id == task_id
    assert only(f"### {task_id}: Do it\n").key.id == task_id


def test_an_overview_of_the_same_tasks_is_not_a_second_list() -> None:
    found = read(
        "### T-1: A\n\n| ID | Status |\n|---|---|\n| T-1 | open |\n| T-9 | open |\n\nT-1: see above\n"
    )
    assert [task.key.id for task in found.tasks] == ["T-1"]
    assert found.problems == ()


@pytest.mark.parametrize(
    "text", ["## T001-T010: Setup\n", "```\n- [ ] T001 x\n```\n", "<!--\n- [ ] T001 x\n-->\n"]
)
def test_what_only_looks_like_a_task(text: str) -> None:
    assert read(text).tasks == ()


def test_the_same_id_twice_is_a_problem() -> None:
    found = read("- [ ] T001 One\n- [ ] T001 Other\n")
    assert len(found.tasks) == 2
    assert [problem.place for problem in found.problems] == [Place("specs/tasks.md", 2, 7)]
    assert "line 1" in found.problems[0].message


def test_lazy_lines_belong_to_the_task() -> None:
    assert only("- [ ] T001 One\nand more of it\n\nSomething else\n").text == "- T001 One\nand more of it"


LINES = st.sampled_from(
    [
        "### T-1: A",
        "- [ ] T002 [P] b in a/b.py",
        "| T-3 | done | c |",
        "T-4: d",
        "**Task ID**: `X-5`",
        "- **Files**: `a/**`",
        "  - **From**: spec.md §1",
        "- **Status**: done",
        "",
        "```",
        "## Two",
        "text",
        "|",
        "#",
    ]
)


@given(st.lists(LINES, max_size=12).map("\n".join) | st.text(max_size=200))
def test_any_text_is_read_and_every_span_is_right(text: str) -> None:
    document = split(text)
    for task in read(text).tasks:
        line = document.lines[task.place.line - 1]
        block = "\n".join(document.lines[task.place.line - 1 :])
        assert task.key.id in block
        assert line[task.place.column - 1 :].startswith(task.key.id) or "ID" in block
        assert all(citation.place.line <= len(document.lines) for citation in task.cites)


IDS = st.from_regex(r"T-[0-9]{3}", fullmatch=True)


@given(st.lists(IDS, unique=True, min_size=1, max_size=8), st.data())
def test_written_tasks_read_back(ids: list[str], data: st.DataObject) -> None:
    done = data.draw(st.lists(st.booleans(), min_size=len(ids), max_size=len(ids)))
    for form in ("- [{0}] {1} Title of it\n", "### [{0}] {1}: Title of it\n"):
        text = "".join(
            form.format("x" if state else " ", task_id) for task_id, state in zip(ids, done, strict=True)
        )
        assert [(task.key.id, task.done, task.title) for task in read(text).tasks] == [
            (task_id, state, "Title of it") for task_id, state in zip(ids, done, strict=True)
        ]
