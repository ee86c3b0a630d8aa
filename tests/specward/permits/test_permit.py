"""Permits: what tasks allow, and what they name in vain."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.config import Config
from specward.permits import globs
from specward.permits.permit import as_json, compile_permit, permits_path
from specward.specs.model import Task
from specward.specs.tasks import read_tasks
from specward.specs.text import split

CONFIG = Config()


def tasks(text: str) -> tuple[Task, ...]:
    return read_tasks(split(text), "shop", "specs/tasks.md").tasks


FULL = """### T-1: A

- **Files**: `backend/app/carts/**`, `backend/app/main.py`
- **Operations**: `GET /v1/cart`
- **Tables**: `carts`
- **Tests**: `tests/app/carts/**`
- **Dependencies**: `babel`
"""


def test_a_permit_says_what_the_task_says() -> None:
    assert as_json(compile_permit(tasks(FULL), CONFIG)) == {
        "tasks": ["shop/T-1"],
        "paths": ["backend/app/carts/**", "backend/app/main.py"],
        "tests": ["tests/app/carts/**"],
        "operations": ["GET /v1/cart"],
        "tables": ["carts"],
        "dependencies": ["babel"],
        "control": list(CONFIG.control),
        "problems": [],
    }


@pytest.mark.parametrize(
    ("path", "permitted"),
    [
        ("backend/app/carts/routes.py", True),
        ("backend/app/main.py", True),
        ("backend/app/other.py", False),
        ("tests/app/carts/test_routes.py", True),
        ("tests/conftest.py", False),
        ("pyproject.toml", True),
        ("specs/tasks.md", False),
        ("backend/app/carts/../other.py", False),
    ],
)
def test_paths(path: str, *, permitted: bool) -> None:
    assert permits_path(compile_permit(tasks(FULL), CONFIG), path) is permitted


@pytest.mark.parametrize(
    "name",
    ["ruff.toml", "Mypy.ini", "pyproject.toml", "sitecustomize.py", "CLAUDE.md", ".claude/settings.json"],
)
def test_what_steers_tools_is_permitted_by_its_own_name_alone(name: str) -> None:
    for entry in ("Files", "Tests"):
        path = f"{'backend/app' if entry == 'Files' else 'tests'}/carts/{name}"
        for named, permitted in ((f"{path.partition('/carts')[0]}/**", False), (path, True)):
            task = f"### T-1: A\n\n- **Files**: `backend/app/a.py`\n- **{entry}**: `{named}`\n"
            assert permits_path(compile_permit(tasks(task), CONFIG), path) is permitted


def test_tests_and_dependencies_are_closed_where_the_task_names_none() -> None:
    permit = compile_permit(tasks("### T-1: A\n- **Files**: `backend/app/**`\n"), CONFIG)
    assert not permits_path(permit, "tests/app/test_x.py")
    assert not permits_path(permit, "pyproject.toml")


def test_what_lies_outside_the_territory_is_refused_and_told() -> None:
    permit = compile_permit(
        tasks("### T-1: A\n- **Files**: `frontend/a.ts`, `../x`, `backend/app/a.py`\n"), CONFIG
    )
    assert permit.paths == ("backend/app/a.py",)
    assert ["frontend/a.ts" in permit.problems[0].message, "../x" in permit.problems[1].message] == [
        True,
        True,
    ]


def test_a_wider_pattern_permits_the_territory_and_no_more() -> None:
    permit = compile_permit(tasks("### T-1: A\n- **Files**: `backend/**`\n- **Tests**: `**`\n"), CONFIG)
    assert permit.paths == ("backend/app/**",)
    assert not permits_path(permit, "backend/specward/cli.py")
    assert permits_path(permit, "tests/x.py")
    assert not permits_path(permit, "README.md")


def test_control_files_stay_closed_in_any_territory() -> None:
    config = CONFIG._replace(territory=("**",))
    permit = compile_permit(tasks("### T-1: A\n- **Files**: `**`\n"), config)
    assert permits_path(permit, "src/a.py")
    assert not permits_path(permit, "specs/approvals.toml")
    assert not permits_path(permit, ".claude/settings.json")


def test_a_task_without_files_permits_none_unless_the_project_says_so() -> None:
    spec_kit = tasks("- [ ] T001 Do something\n")
    permit = compile_permit(spec_kit, CONFIG)
    assert permit.paths == ()
    assert "names no files" in permit.problems[0].message
    assert compile_permit(spec_kit, CONFIG._replace(default_scope="territory")).paths == CONFIG.territory


def test_several_tasks_permit_what_each_does() -> None:
    permit = compile_permit(tasks(FULL + "\n### T-2: B\n- **Files**: `backend/app/b.py`\n"), CONFIG)
    assert [key.id for key in permit.tasks] == ["T-1", "T-2"]
    assert permit.paths[-1] == "backend/app/b.py"


PIECES = st.sampled_from(["backend", "app", "tests", "**", "*", "specs", "..", "a.py", ""])


@given(
    st.lists(st.lists(PIECES, min_size=1, max_size=4).map("/".join), max_size=4), st.lists(PIECES, max_size=5)
)
def test_no_task_ever_opens_more_than_territory_and_tests(patterns: list[str], names: list[str]) -> None:
    files = ", ".join(f"`{pattern}`" for pattern in patterns) or "none"
    permit = compile_permit(tasks(f"### T-1: A\n- **Files**: {files}\n"), CONFIG)
    path = "/".join(names)
    assert not permits_path(permit, path) or globs.matches("backend/app/**", path)


def test_the_matcher_imports_nothing() -> None:
    source = str(Path(globs.__file__))
    script = f"import sys; n = len(sys.modules); exec(open({source!r}).read()); assert len(sys.modules) == n"
    done = subprocess.run(  # our own interpreter
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            script,
        ],
        check=False,
    )
    assert done.returncode == 0
