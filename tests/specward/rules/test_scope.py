"""The ways round a permit: changes that no task asked for, made to look like ones that it did."""

from pathlib import Path
from subprocess import CalledProcessError

import pytest

from specward.baseline import PATH as BASELINE
from specward.baseline import Baseline, entry_of, write_baseline
from specward.errors import CouldNotRunError
from specward.findings import Finding
from specward.rules.examples import HEADER, SPECS
from specward.verify import verify
from tests.specward.repository import commit, git, make_repository, write_tree

ROUTES = "backend/app/orders/routes.py"
TASKS = "specs/tasks.md"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "shop", {**SPECS, ROUTES: HEADER, "backend/app/carts/a.py": HEADER})


def found(root: Path, *, task: str | None = "T-001", base: str | None = None) -> set[tuple[str, str]]:
    verdict = verify(root, tasks=(task,) if task else (), base=base, select=("SW109", "SW3"))
    return {(finding.code, finding.place.path) for finding in verdict.findings}


def test_what_the_permit_holds_passes(root: Path) -> None:
    write_tree(root, {ROUTES: f"{HEADER}X = 1\n", "tests/orders/test_routes.py": "X = 1\n"})
    assert found(root) == set()


@pytest.mark.parametrize("place", ["backend", "backend/app"])
def test_a_link_in_the_place_of_the_territory_is_found(root: Path, place: str) -> None:
    git(root, "tag", "before")
    (root / place).rename(root / "elsewhere")
    (root / place).symlink_to(root / "elsewhere")
    commit(root, "Link")
    assert ("SW304", place) in found(root, task=None, base="before")


@pytest.mark.parametrize("folder", ["", "build/", "__pycache__/"])
def test_what_git_ignores_within_the_permit_is_judged_all_the_same(root: Path, folder: str) -> None:
    write_tree(root, {"backend/app/orders/.gitignore": "build/\n__pycache__/\nhidden*\n"})
    excused = "X = 1  # specward: allow SW101 -- nobody sees it\n"
    write_tree(root, {f"backend/app/orders/{folder}hidden.py": excused, "backend/app/orders/hidden.db": "1"})
    write_tree(root, {"backend/app/orders/.venv/lib/hidden.py": "X = 1\n"})
    judged = verify(root, tasks=("T-001",), select=("SW003", "SW101")).findings
    assert [(finding.code, finding.place.path) for finding in judged] == [
        ("SW101", f"backend/app/orders/{folder}hidden.py"),
        ("SW003", f"backend/app/orders/{folder}hidden.py"),
    ]
    assert verify(root, select=("SW101",)).clean


def test_what_nobody_judges_is_in_no_permit(root: Path) -> None:
    excluded = SPECS["pyproject.toml"] + 'exclude = ["backend/app/orders/made/**"]\n'
    write_tree(root, {"pyproject.toml": excluded})
    commit(root, "Exclude")
    write_tree(root, {"backend/app/orders/made/a.py": "X = 1\n", "backend/app/orders/b.py": HEADER})
    assert found(root) == {("SW301", "backend/app/orders/made/a.py")}
    assert found(root, task=None, base="HEAD") == set()


def test_a_rename_needs_both_of_its_ends(root: Path) -> None:
    git(root, "mv", "backend/app/carts/a.py", "backend/app/orders/a.py")
    assert found(root) == {("SW301", "backend/app/carts/a.py")}


def test_a_deletion_is_a_change(root: Path) -> None:
    (root / "backend/app/carts/a.py").unlink()
    assert found(root) == {("SW301", "backend/app/carts/a.py")}


def test_a_conflict_is_a_change(root: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "side")
    for branch in ("side", "main"):
        git(root, "checkout", "--quiet", branch)
        write_tree(root, {"backend/app/carts/a.py": f"{HEADER}BRANCH = {branch!r}\n"})
        commit(root, branch)
    with pytest.raises(CalledProcessError):
        git(root, "merge", "side")
    [finding] = verify(root, tasks=("T-001",), select=("SW301",)).findings
    assert finding.message == "This path was changed, which T-001 does not permit."


def test_staging_or_not_makes_no_difference(root: Path) -> None:
    write_tree(root, {"frontend/a.js": "1\n", "frontend/b.js": "1\n"})
    git(root, "add", "frontend/a.js")
    assert found(root) == {("SW301", "frontend/a.js"), ("SW301", "frontend/b.js")}


def test_a_permitted_link_may_not_lead_elsewhere(root: Path) -> None:
    (root / "backend/app/orders/web").symlink_to("../../../specs", target_is_directory=True)
    assert found(root) == {("SW301", "backend/app/orders/web"), ("SW304", "backend/app/orders/web")}


def test_a_folder_of_another_case_is_not_the_territory(root: Path) -> None:
    write_tree(root, {"backend/App/orders/a.py": HEADER})
    assert ("SW305", "backend/App/orders/a.py") in found(root)


@pytest.mark.parametrize(
    "path", [TASKS, ".claude/settings.json", ".github/ci.yml", "specs/approvals.toml", ".ci/run"]
)
def test_no_task_opens_what_holds_the_gate(root: Path, path: str) -> None:
    write_tree(root, {path: "changed\n", TASKS: SPECS[TASKS].replace("orders/**`", "orders/**`, `**`", 1)})
    assert ("SW301", path) in found(root)


def test_the_settings_of_a_project_below_the_root_go_with_its_code(root: Path) -> None:
    """Where the application has a folder of its own, its dependencies stand there."""
    write_tree(root, {ROUTES: f"{HEADER}X = 1\n", "backend/pyproject.toml": "[project]\n"})
    assert "SW303" not in {code for code, _ in found(root, task=None)}


@pytest.mark.parametrize(
    "name", ["ruff.toml", "mypy.ini", "setup.cfg", "pyrightconfig.json", ".coveragerc", "usercustomize.py"]
)
@pytest.mark.parametrize("folder", ["", "backend/", "backend/app/orders/", "tests/orders/"])
def test_settings_of_the_tools_hold_code_wherever_they_lie(root: Path, folder: str, name: str) -> None:
    git(root, "tag", "before")
    path = folder + name
    write_tree(root, {path: "# weaker\n"})
    assert ("SW301", path) in found(root)
    alone = {finding for finding in found(root, task=None, base="before") if finding[0] == "SW303"}
    assert alone == set()
    write_tree(root, {ROUTES: f"{HEADER}X = 1\n"})
    assert ("SW303", path) in found(root, task=None, base="before")


def test_a_task_opens_the_settings_that_it_names(root: Path) -> None:
    path = "backend/app/orders/pytest.ini"
    write_tree(root, {TASKS: SPECS[TASKS].replace("orders/**`", f"orders/**`, `{path}`", 1)})
    commit(root, "Name it")
    git(root, "tag", "before")
    header = "# [Task]: T-001\n# [From]: speckit.specify §1.1\n# [Description]: Settings.\n"
    write_tree(root, {path: f"{header}[pytest]\n", ROUTES: f"{HEADER}X = 1\n"})
    assert found(root) == found(root, task=None, base="before") == set()


def test_records_that_the_gate_adds_are_no_change_of_the_agent(root: Path) -> None:
    write_tree(root, {"history/prompts/shop/0001-list.green.prompt.md": "---\n"})
    assert found(root) == set()
    commit(root, "Record")
    others = (
        "history/prompts/shop/0001-list.green.prompt.md",
        "history/prompts/a.py",
        "history/clarifications/a.js",
    )
    write_tree(root, dict.fromkeys(others, "other\n"))
    assert found(root) == {("SW301", path) for path in others}


@pytest.mark.parametrize(
    ("after", "codes"),
    [
        (SPECS["pyproject.toml"].replace("[]", '["httpx>=1"]'), set()),
        (SPECS["pyproject.toml"].replace("[]", "[\"HTTPX[http2]==1 ; python_version > '3'\"]"), set()),
        (SPECS["pyproject.toml"].replace("[]", '["httpx", "requests"]'), {"SW306"}),
        (
            SPECS["pyproject.toml"].replace('feature = "shop"', 'feature = "shop"\nignore = ["SW3"]'),
            {"SW306"},
        ),
        (SPECS["pyproject.toml"].replace('"shop"\n', '"shop"\nscripts = {a = "b:c"}\n', 1), {"SW306"}),
        (f"# a remark\n{SPECS['pyproject.toml']}", set()),
    ],
)
def test_the_project_file_opens_for_named_dependencies_alone(root: Path, after: str, codes: set[str]) -> None:
    write_tree(root, {"pyproject.toml": after})
    assert {code for code, _ in found(root)} == codes


def test_a_project_file_that_comes_with_code_is_a_change(tmp_path: Path) -> None:
    specs = {path: text for path, text in SPECS.items() if path != "pyproject.toml"}
    root = make_repository(tmp_path, specs)
    git(root, "tag", "before")
    write_tree(root, {ROUTES: HEADER, "pyproject.toml": SPECS["pyproject.toml"]})
    assert found(root, task=None, base="before") == {("SW306", "pyproject.toml")}


@pytest.mark.parametrize(
    "setting", ['ignore = ["SW3"]', 'territory = "src/**"', 'exclude = ["**"]', "control = []"]
)
def test_a_change_cannot_switch_off_what_judges_it(root: Path, setting: str) -> None:
    git(root, "tag", "before")
    pyproject = SPECS["pyproject.toml"].replace('feature = "shop"', f'feature = "shop"\n{setting}')
    write_tree(
        root, {"pyproject.toml": pyproject, ROUTES: f"{HEADER}X = 1\n", ".claude/settings.json": "{}\n"}
    )
    assert found(root, task=None, base="before") >= {
        ("SW306", "pyproject.toml"),
        ("SW303", ".claude/settings.json"),
    }


def test_settings_in_a_file_of_their_own_do_not_change_with_the_code(tmp_path: Path) -> None:
    settings = {"pyproject.toml": "[project]\n", "specward.toml": 'territory = "src/**"\n'}
    root = make_repository(tmp_path, {**SPECS, **settings})
    git(root, "tag", "before")
    write_tree(root, {"src/a.py": HEADER, "specward.toml": 'territory = "nothing/**"\n'})
    assert found(root, task=None, base="before") == {("SW303", "specward.toml")}


def test_a_first_baseline_does_not_come_with_the_code(root: Path) -> None:
    git(root, "tag", "before")
    first_baseline(root)
    assert found(root, task=None, base="before") == set()
    write_tree(root, {ROUTES: f"{HEADER}X = 1\n"})
    for task, base, code in ((None, "before", "SW303"), ("T-001", None, "SW301")):
        assert found(root, task=task, base=base) == {(code, BASELINE)}
        own = verify(root, tasks=(task,) if task else (), base=base, select=("SW3",)).findings
        first_baseline(root, *own)
        assert found(root, task=task, base=base) == {(code, BASELINE)}


def first_baseline(root: Path, *findings: Finding) -> None:
    """Write a baseline that knows of some findings already."""
    known = (entry_of(finding, (root / finding.place.path).read_text()) for finding in findings)
    write_baseline(root, Baseline(known))


def test_a_state_may_change_with_the_code_and_nothing_else_of_a_task(root: Path) -> None:
    git(root, "tag", "before")
    write_tree(root, {ROUTES: f"{HEADER}X = 1\n", TASKS: SPECS[TASKS].replace("open", "done")})
    assert found(root, task=None, base="before") == set()
    for old, new in (("Outputs", "Results"), ("open", "done | **Files**: `backend/app/**`")):
        write_tree(root, {TASKS: SPECS[TASKS].replace(old, new)})
        assert found(root, task=None, base="before") == {("SW303", TASKS)}


def test_a_state_may_change_in_a_file_with_the_line_ends_of_windows(root: Path) -> None:
    tasks = root / TASKS
    tasks.write_bytes(SPECS[TASKS].replace("\n", "\r\n").encode())
    commit(root, "Line ends")
    git(root, "tag", "before")
    tasks.write_bytes(tasks.read_bytes().replace(b"open", b"done"))
    write_tree(root, {ROUTES: f"{HEADER}X = 1\n"})
    assert found(root, task=None, base="before") == set()


def test_specifications_that_change_alone_are_a_persons_business(root: Path) -> None:
    git(root, "tag", "before")
    write_tree(root, {TASKS: "# Tasks\n", ".claude/settings.json": "{}\n"})
    assert found(root, task=None, base="before") == set()


def test_a_deleted_file_counts_for_the_task_that_it_named(root: Path) -> None:
    git(root, "tag", "before")
    (root / ROUTES).unlink()
    assert found(root, task=None, base="before") == set()
    (root / "backend/app/carts/a.py").unlink()
    assert found(root, task=None, base="before") == {("SW302", "backend/app/carts/a.py")}


def test_a_bound_task_that_is_unknown_stops_the_run(root: Path) -> None:
    with pytest.raises(CouldNotRunError, match="There is no task T-404"):
        found(root, task="T-404")
