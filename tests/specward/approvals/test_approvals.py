"""Approvals: what keeps a stamp, what makes it stale, and the words that git still knows."""

import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.approvals.history import approvals_since, changed_words, word_diff
from specward.approvals.stamps import PATH, Stamp, load_approvals, parse_approvals, write_approvals
from specward.approvals.status import Approved, Stale, Status, Unapproved, stamp_task, status
from specward.approvals.wording import open_wordings, task_section
from specward.approvals.written import Written, read_written
from specward.config import Config
from specward.errors import CouldNotRunError
from specward.specs.model import SpecSet, TaskKey
from specward.specs.reader import read_specs
from specward.specs.resolve import find_tasks
from specward.specs.tasks import read_tasks
from specward.specs.text import split
from tests.specward.repository import commit, make_repository, write_tree

DAY = date(2026, 11, 23)
CONFIG = Config(feature="shop")
SPECIFY = (
    "# Specification\n\n## 1. Carts\n\nA cart lives at most 30 days.\n\n## 2. Orders\n\nAn order is paid.\n"
)
TASKS = """# Tasks

## 1. Carts

### T-1: Carts

- **Status**: open
- **From**: speckit.specify §1; tasks.md §Orders
- **Files**: `backend/app/carts/**`
- **Operations**: `GET /v1/cart`
- **Tables**: `carts`

## 2. Orders

- [ ] T-2 Sell [US1] in backend/app/orders.py
"""
MODEL = "# Data model\n\n## carts\n\n| Column | Type |\n|---|---|\n| id | uuid |\n\n## orders\n\nLater.\n"
CONTRACT = "paths:\n  /v1/cart:\n    get: {summary: A cart, responses: {'200': {description: Here}}}\n"
FILES = {
    "specs/specify.md": SPECIFY,
    "specs/tasks.md": TASKS,
    "specs/data-model.md": MODEL,
    "specs/contracts/openapi.yaml": CONTRACT,
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository whose T-1 is approved and committed."""
    make_repository(tmp_path, FILES)
    spec_sets = read(tmp_path)
    stamp = stamp_task(find_tasks(spec_sets, "T-1")[0], spec_sets, "A Person <person@example.org>", DAY)
    write_approvals(tmp_path, {stamp.task: stamp})
    commit(tmp_path, "Approve T-1")
    return tmp_path


def read(root: Path) -> tuple[SpecSet, ...]:
    return read_specs(root, CONFIG)


def status_of(root: Path, name: str = "T-1") -> Status:
    spec_sets = read(root)
    return status(find_tasks(spec_sets, name)[0], spec_sets, load_approvals(root), None)


def change(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text(encoding="utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new), encoding="utf-8", newline="")


def test_an_approved_task_is_approved(root: Path) -> None:
    state = status_of(root)
    assert isinstance(state, Approved)
    assert (state.stamp.approver, state.stamp.date) == ("A Person <person@example.org>", "2026-11-23")
    assert list(state.stamp.parts) == ["task", "specify §1", "tasks §Orders", "GET /v1/cart", "table carts"]


def test_a_task_without_a_stamp_is_not(root: Path) -> None:
    assert status_of(root, "T-2") == Unapproved("shop/T-2 has not been approved.")


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("specs/tasks.md", "**Status**: open", "**Status**: done"),
        ("specs/tasks.md", "- **Status**: open\n", ""),
        ("specs/tasks.md", "- **Status**: open\n", "- **Status**: done, at last\n"),
        ("specs/tasks.md", "- [ ] T-2", "- [x] T-2"),
        ("specs/specify.md", "at most 30 days", "at  most\n30 days"),
        ("specs/specify.md", "\n", "\r\n"),
        ("specs/specify.md", "An order is paid.", "An order is free."),
        ("specs/data-model.md", "Later.", "Now."),
        ("specs/contracts/openapi.yaml", "summary: A cart, responses", "'summary': \"A cart\", responses"),
    ],
)
def test_what_carries_no_meaning_keeps_the_stamp(root: Path, path: str, old: str, new: str) -> None:
    change(root, path, old, new)
    assert isinstance(status_of(root), Approved)


@pytest.mark.parametrize(
    ("path", "edit", "name", "words"),
    [
        (
            "specs/specify.md",
            ("30 days", "60 days"),
            "specify §1",
            "… cart lives at most [-30-] {+60+} days.",
        ),
        (
            "specs/tasks.md",
            ("app/carts/**", "app/**"),
            "task",
            "§Orders - **Files**: [-`backend/app/carts/**`-] {+`backend/app/**`+} - **Operations**: `GET",
        ),
        (
            "specs/tasks.md",
            ("Sell", "Sell more"),
            "tasks §Orders",
            "[ ] T-2 Sell {+more+} [US1] in backend/app/orders.py",
        ),
        (
            "specs/tasks.md",
            ("open", "open | **Files**: `backend/app/**`"),
            "task",
            "### T-1: Carts {+| **Files**: `backend/app/**`+} - **From**: speckit.specify §1;",
        ),
        ("specs/data-model.md", ("uuid", "bigint"), "table carts", "[-uuid-] {+bigint+} |"),
        ("specs/contracts/openapi.yaml", ("Here", "There"), "GET /v1/cart", '[-"Here"}},-] {+"There"}},+}'),
    ],
)
def test_a_changed_part_is_stale_with_its_words(
    root: Path, path: str, edit: tuple[str, str], name: str, words: str
) -> None:
    change(root, path, *edit)
    state = status_of(root)
    assert isinstance(state, Stale)
    assert [item.name for item in state.changes] == [name]
    told = changed_words(root, state.changes[0], "shop")
    assert words in told
    commit(root, "Change it")
    assert changed_words(root, state.changes[0], "shop") == told


@pytest.mark.parametrize(
    ("name", "approved", "old", "new"),
    [
        ("T-1", ("- **Oper", "- not `backend/app/core/**`\n- **Oper"), "- not", "  - not"),
        ("T-1", ("- **Oper", "~~~\n**Files**: `backend/app/**`\n~~~\n- **Oper"), "~~~", "    ~~~"),
        (
            "T-1",
            ("- **From", "- **Outputs**: backend/app/core/a.py\n- **From"),
            "- **Files",
            "-\u00a0**Files",
        ),
        ("T-2", ("[US1] in backend/app/orders.py", "in a.b/c.py\n  and not in d.e/f.py"), "\n  and", " and"),
    ],
)
def test_white_space_that_changes_what_is_permitted_is_a_change(
    root: Path, name: str, approved: tuple[str, str], old: str, new: str
) -> None:
    change(root, "specs/tasks.md", *approved)
    spec_sets = read(root)
    stamp = stamp_task(find_tasks(spec_sets, name)[0], spec_sets, "", DAY)
    write_approvals(root, {stamp.task: stamp})
    commit(root, "Approve")
    assert isinstance(status_of(root, name), Approved)
    change(root, "specs/tasks.md", old, new)
    state = status_of(root, name)
    assert isinstance(state, Stale)
    assert "permits" in changed_words(root, state.changes[0], "shop")
    said = task_section(next(task for task in spec_sets[0].tasks if task.key.id == name)).text.splitlines()[
        -1
    ]
    change(root, "specs/tasks.md", "\n## 2.", f"\n{said}\n\n## 2.")  # as if the permit were its own words
    assert isinstance(status_of(root, name), Stale)


@pytest.mark.parametrize(
    "text",
    [
        "### T-1: Carts\n\n- **Status**: open\n- **Files**: `a/b/**`, `a/c.py`\n- **Tests**: none\n",
        "### T-1: Carts\n\n**Files**:\n\n- `a/b/**`\n- `a/c.py`\n\n**Dependencies**: `httpx`\n",
        "- [ ] T-1 [US1] Sell in a/b/c.py, as told\n",
        "- [x] T001 [P] Sell in a/b/c.py\n  - **Files**: `a/b/**`\n  - **Tests**: `tests/a/**`\n",
        "- **[COMPLETE] T-201**: Sell in a/b/c.py\n",
        "1. [ ] T-1: Sell in a/b/c.py\n   and no more\n",
    ],
)
def test_of_a_task_laid_out_as_usual_its_words_are_all_there_is_to_approve(text: str) -> None:
    [task] = read_tasks(split(text), "shop", "specs/tasks.md").tasks
    assert task.files
    assert task_section(task).text == task.text


FILES_FIELD = (
    "- **Files**: `a/b/**`",
    "- **Files**:\n  - `a/b/**`",
    "**Files**: `a/b/**`",
    "Files: `a/b/**`",
)
REMARKS = ("", "\n\n- `c/d.py`", "\n  - `c/d.py`", " `c/d.py`", "\n\n`c/d.py`", "\n- **Tests**: `c/d.py`")


def test_what_is_kept_of_the_wording_says_what_a_fresh_reading_says(tmp_path: Path) -> None:
    """Many of these layouts have the same words, and not the same permit."""
    texts = [f"### T-1: Carts\n\n{files}{remark}\n" for files in FILES_FIELD for remark in REMARKS]
    tasks = [task for text in texts for task in read_tasks(split(text), "shop", "specs/tasks.md").tasks]
    fresh = [task_section(task) for task in tasks]
    assert {section.text == task.text for section, task in zip(fresh, tasks, strict=True)} == {True, False}
    for _ in range(2):
        known = open_wordings(tmp_path)
        assert [task_section(task, known) for task in tasks] == fresh
        known.save()
    assert (tmp_path / ".specward/cache/wordings.jsonl").is_file()


def test_words_are_found_however_many_commits_ago(root: Path) -> None:
    for days in ("31", "32", "33"):
        write_tree(root, {"specs/specify.md": SPECIFY.replace("30", days)})
        commit(root, days)
    state = status_of(root)
    assert isinstance(state, Stale)
    assert "[-30-] {+33+}" in changed_words(root, state.changes[0], "shop")


def test_what_git_never_saw_is_told_plainly(tmp_path: Path) -> None:
    write_tree(tmp_path, FILES)
    spec_sets = read(tmp_path)
    stamp = stamp_task(find_tasks(spec_sets, "T-1")[0], spec_sets, "", DAY)
    write_approvals(tmp_path, {stamp.task: stamp})
    change(tmp_path, "specs/specify.md", "30", "60")
    state = status_of(tmp_path)
    assert isinstance(state, Stale)
    assert (
        changed_words(tmp_path, state.changes[0], "shop")
        == "Git has no revision of specs/specify.md as it was approved."
    )


@pytest.mark.parametrize(
    ("mend", "names"),
    [
        (lambda root: change(root, "specs/specify.md", "## 1. Carts", "## 3. Baskets"), ["specify §1"]),
        (lambda root: change(root, "specs/tasks.md", "§1;", "§1, §2;"), ["task", "specify §2"]),
        (lambda root: (root / "specs/specify.md").unlink(), ["specify §1"]),
        (
            lambda root: change(root, "specs/contracts/openapi.yaml", "/v1/cart", "/v1/basket"),
            ["GET /v1/cart"],
        ),
    ],
)
def test_parts_that_come_and_go_make_it_stale(
    root: Path, mend: Callable[[Path], None], names: list[str]
) -> None:
    mend(root)
    state = status_of(root)
    assert isinstance(state, Stale)
    assert [item.name for item in state.changes] == names
    assert all(changed_words(root, item, "shop") for item in state.changes)


def test_an_id_that_names_two_tasks_is_approved_by_no_stamp(root: Path) -> None:
    change(root, "specs/tasks.md", "- [ ] T-2", "- [ ] T-1 Again\n- [ ] T-2")
    assert isinstance(status_of(root), Unapproved)


def test_a_stamp_edited_by_hand_approves_nothing(root: Path) -> None:
    change(root, "specs/specify.md", "30", "60")
    stale = status_of(root)
    assert isinstance(stale, Stale)
    stamp = load_approvals(root)[TaskKey("shop", "T-1")]
    write_approvals(root, {stamp.task: stamp._replace(digest="0" * 64)})
    assert isinstance(status_of(root), Stale)


def test_approvals_of_a_change_are_told(root: Path) -> None:
    assert approvals_since(root, "HEAD") == ()
    assert approvals_since(root, "HEAD~1") == (TaskKey("shop", "T-1"),)
    change(root, "specs/specify.md", "30", "60")
    spec_sets = read(root)
    stamp = stamp_task(find_tasks(spec_sets, "T-1")[0], spec_sets, "", DAY)
    other = stamp_task(find_tasks(spec_sets, "T-2")[0], spec_sets, "", DAY)
    write_approvals(root, {stamp.task: stamp, other.task: other})
    assert approvals_since(root, "HEAD") == (TaskKey("shop", "T-1"), TaskKey("shop", "T-2"))
    with pytest.raises(CouldNotRunError, match="git"):
        approvals_since(root, "nowhere")


TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
KEYS = st.builds(TaskKey, st.sampled_from(["shop", "001-a"]), st.from_regex(r"T-?[0-9]{3}", fullmatch=True))
STAMPS = st.builds(Stamp, KEYS, TEXT, st.dictionaries(TEXT, TEXT, max_size=3), TEXT, TEXT)


@given(st.lists(STAMPS, max_size=4))
def test_stamps_written_read_back_and_the_order_is_stable(stamps: list[Stamp]) -> None:
    import tempfile  # noqa: PLC0415  # tmp_path is not made anew for each example

    approvals = {stamp.task: stamp for stamp in stamps}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_approvals(root, approvals)
        text = (root / PATH).read_bytes()
        assert load_approvals(root) == approvals
        write_approvals(root, dict(reversed(approvals.items())))
        assert (root / PATH).read_bytes() == text


SEEN = Stamp(
    TaskKey("shop", "T-1"), "0a", {"task": "0b", "plan §1": "0c"}, "A Person <a@example.org>", "2026-01-02"
)
SHOWN = """# A remark.

["shop/T-1"]
digest = "0a"
approver = "A Person <a@example.org>"
date = "2026-01-02"
signature = "U1NI"
["shop/T-1".parts]
"task" = "0b"
"plan §1" = "0c"
"""


def test_stamps_are_read_at_a_glance() -> None:
    assert read_written(SHOWN) == by_the_library(SHOWN)
    again = SHOWN.replace("T-1", "T-2").replace('signature = "U1NI"\n', "")
    assert read_written(f"{SHOWN}\n{again}") == by_the_library(f"{SHOWN}\n{again}")
    assert parse_approvals(SHOWN) == {SEEN.task: SEEN._replace(signature="U1NI")}
    assert read_written("") == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0a", "0\\t"),
        ("0a", "0\x00"),
        ("remark", "remark\x7f"),
        ("digest =", "digest  ="),
        ('"plan §1"', '"task"'),
        ('".parts]', '".part]'),
        ('T-1".parts]', 'T-2".parts]'),
        ('"0c"\n', '"0c"'),
        ('"0c"\n', '"0c" # so be it\n'),
        ("signature", "signed"),
        ('["shop/T-1"]', '[["shop/T-1"]]'),
        ("# A remark.", SHOWN),
    ],
)
def test_what_is_written_otherwise_is_for_the_library(old: str, new: str) -> None:
    assert old in SHOWN
    assert read_written(SHOWN.replace(old, new)) is None


@given(st.data())
def test_at_a_glance_nothing_is_read_that_the_library_does_not_read_so(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(SHOWN)))
    end = data.draw(st.integers(start, min(start + 12, len(SHOWN))))
    put = data.draw(
        st.text(alphabet='"\\[].=# \n\r\t\x00\x7fa§', max_size=4)
        | st.sampled_from(SHOWN.splitlines(keepends=True))
    )
    text = f"{SHOWN[:start]}{put}{SHOWN[end:]}"
    found = read_written(text)
    if found is not None:
        assert found == by_the_library(text)


def by_the_library(text: str) -> dict[str, Written]:
    return {name: Written(**{"signature": ""} | table) for name, table in tomllib.loads(text).items()}


@pytest.mark.parametrize(
    "text", ["[", "x = 1", '["a/T-1"]\ndigest = 3', '["T-1"]\ndigest = ""\napprover = ""']
)
def test_a_broken_file_is_a_sentence(text: str) -> None:
    with pytest.raises(CouldNotRunError, match=r"specs/approvals\.toml.*Restore"):
        parse_approvals(text)


@pytest.mark.parametrize("link", ["specs", PATH])
def test_approvals_behind_a_link_are_not_believed(root: Path, link: str) -> None:
    (root / link).rename(root / "elsewhere")
    (root / link).symlink_to(root / "elsewhere")
    with pytest.raises(CouldNotRunError, match=r"specs/approvals\.toml leads elsewhere"):
        load_approvals(root)


WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=12).map(" ".join)


@given(WORDS, WORDS)
def test_a_comparison_shows_what_went_and_what_came(before: str, after: str) -> None:
    shown = word_diff(before, after)
    assert ("[-" in shown or "{+" in shown) is (before != after)
