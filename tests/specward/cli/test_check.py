"""The real console script on real repositories: what people, hooks and CI get to see."""

import json
import os
import pty
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from specward.code.cache import digest
from specward.rules.examples import HEADER, SPECS
from tests.specward.repository import commit, git, make_repository, write_tree

SPECWARD = Path(sys.executable).with_name("specward")
ROUTES = "backend/app/orders/routes.py"
STAY = ("--select", "SW1,SW3,SW0")  # these repositories have no approvals and no application


def run(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SPECWARD, *arguments],
        cwd=root,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def check(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(root, "check", *STAY, *arguments)


def codes(done: subprocess.CompletedProcess[str]) -> list[tuple[str, str]]:
    return [(finding["code"], finding["path"]) for finding in json.loads(done.stdout)["findings"]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "shop", {**SPECS, ROUTES: HEADER})


def test_a_clean_project_is_0_and_says_what_was_read(root: Path) -> None:
    done = check(root)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Clean. 1 file, 1 task, ")


def test_findings_are_1_and_tell_place_code_and_mending(root: Path) -> None:
    write_tree(root, {ROUTES: HEADER.replace("§1.1", "§1.7")})
    done = check(root)
    assert done.returncode == 1
    assert f"{ROUTES}\n  3:9  SW105  " in done.stdout
    assert "     3 │ [From]: speckit.specify §1.7" in done.stdout
    assert "1 error in 1 file." in done.stdout


def test_json_holds_the_same_findings(root: Path) -> None:
    write_tree(root, {ROUTES: "X = 1\n"})
    done = check(root, "--format", "json")
    verdict = json.loads(done.stdout)
    assert done.returncode == 1
    assert codes(done) == [("SW101", ROUTES)]
    assert (verdict["clean"], verdict["summary"]["errors"]) == (False, 1)


def test_paths_confine_a_run_from_wherever_it_starts(root: Path) -> None:
    write_tree(root, {ROUTES: "X = 1\n", "backend/app/orders/other.py": "X = 1\n"})
    done = check(root / "backend", "app/orders/other.py", "--format", "json")
    assert codes(done) == [("SW101", "backend/app/orders/other.py")]


def test_a_bound_task_holds_every_change(root: Path) -> None:
    write_tree(
        root,
        {ROUTES: f"{HEADER}X = 1\n", "frontend/a.js": "1\n", "specs/plan.md": "# Other\n\n## 1. Layers\n"},
    )
    (root / "pyproject.toml").unlink()
    done = check(root, "--task", "T-001", "--format", "json")
    assert {path for code, path in codes(done) if code == "SW301"} == {"frontend/a.js", "specs/plan.md"}


def test_a_base_judges_what_was_committed_since(root: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "work")
    write_tree(root, {ROUTES: f"{HEADER}X = 1\n", ".github/workflows/ci.yml": "on: push\n"})
    commit(root, "Widen")
    assert codes(check(root, "--base", "main", "--format", "json")) == [("SW303", ".github/workflows/ci.yml")]
    assert check(root).returncode == 0


def test_what_ci_sees_is_what_the_desk_sees(root: Path) -> None:
    write_tree(root, {ROUTES: "X = 1\n"})
    write_tree(root, {"backend/app/orders/Routes.py": HEADER})
    here = json.loads(check(root, "--format", "json").stdout)
    commit(root, "Change")
    there = json.loads(check(root, "--format", "json").stdout)
    assert here["findings"] == there["findings"]
    assert here["findings"]


def test_a_whole_run_keeps_its_verdict_and_a_partial_one_does_not(root: Path) -> None:
    check(root)
    assert not (root / ".specward/verdict.json").exists()
    run(root, "check")
    kept = json.loads((root / ".specward/verdict.json").read_text())
    assert kept["version"] == 1
    assert not (root / ".specward/verdict.json").is_symlink()


def test_exceptions_are_honoured_and_counted(root: Path) -> None:
    write_tree(root, {ROUTES: "# specward: allow SW101 -- written by the build\nX = 1\n"})
    done = check(root)
    assert done.returncode == 0
    assert "1 finding suppressed" in done.stdout


def test_nobody_excuses_their_own_findings(root: Path) -> None:
    write_tree(root, {ROUTES: "# specward: allow SW101 -- it is only a draft\nX = 1\n"})
    done = check(root, "--task", "T-001", "--format", "json")
    assert {code for code, _ in codes(done)} == {"SW003", "SW101"}


def test_a_baseline_lets_old_findings_be_and_only_shrinks(root: Path) -> None:
    write_tree(root, {ROUTES: "X = 1\n", "backend/app/orders/old.py": "Y = 1\n"})
    first = run(root, "check", "--write-baseline")
    assert first.returncode == 0
    assert check(root).returncode == 0
    write_tree(root, {"backend/app/orders/new.py": "Z = 1\n"})
    assert codes(check(root, "--format", "json")) == [("SW101", "backend/app/orders/new.py")]
    write_tree(root, {"backend/app/orders/old.py": HEADER})
    again = run(root, "check", "--write-baseline")
    assert "fixed and removed: 1." in again.stdout
    baseline = json.loads((root / "specs/specward-baseline.json").read_text())
    assert {path for path, *_ in baseline["findings"]} >= {ROUTES}
    assert "backend/app/orders/new.py" not in {path for path, *_ in baseline["findings"]}
    assert "backend/app/orders/old.py" not in {path for path, *_ in baseline["findings"] if "SW101" in _}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("check", "--base", "nowhere"), "specward: The revision 'nowhere' is unknown here: it is misspelt"),
        (("check", "--task", "T-099"), "specward: There is no task T-099. The nearest are T-001."),
        (("check", "missing.py"), "specward: There is no file or folder 'missing.py'."),
        (("check", "--select", "SW1,SWX"), "specward: There is no rule SWX: `specward explain` lists them."),
        (("check", "/"), "specward: '/' is outside of the project"),
        (
            ("check", "--write-baseline", "--task", "T-001"),
            "specward: --write-baseline is for the whole project",
        ),
        (("explain", "SW1010"), "specward: There is no rule SW1010. Did you mean SW1"),
    ],
)
def test_what_cannot_run_is_2_and_a_sentence(root: Path, arguments: tuple[str, ...], sentence: str) -> None:
    done = run(root, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"pyproject.toml": "[tool.specward"}, "specward: pyproject.toml is not valid TOML"),
        ({"pyproject.toml": "[tool.specward]\nteritory = 'a'"}, "Did you mean territory?"),
        ({"specs/specward-baseline.json": "[]"}, "specward: specs/specward-baseline.json is not a baseline."),
    ],
)
def test_broken_settings_are_2_and_a_sentence(root: Path, files: dict[str, str], sentence: str) -> None:
    write_tree(root, files)
    done = check(root)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_without_git_the_tree_is_checked_and_a_comparison_is_a_sentence(tmp_path: Path) -> None:
    write_tree(tmp_path, {**SPECS, ROUTES: "X = 1\n", "backend/app/.venv/a.py": "X = 1\n"})
    assert codes(check(tmp_path, "--format", "json")) == [("SW101", ROUTES)]
    done = check(tmp_path, "--base", "main")
    assert done.returncode == 2
    assert "is not a git repository" in done.stderr


def test_a_shallow_clone_is_told_how_to_get_what_it_lacks(root: Path, tmp_path: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "work")
    for branch in ("work", "main"):
        git(root, "checkout", "--quiet", branch)
        write_tree(root, {f"{branch}.md": "1\n"})
        commit(root, branch)
    git(tmp_path, "clone", "--quiet", "--depth", "1", "--branch", "work", root.as_uri(), "clone")
    clone = tmp_path / "clone"
    for said in ("is unknown here", "shares no history"):
        done = check(clone, "--base", "origin/main")
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert "`fetch-depth: 0`" in done.stderr
        git(clone, "fetch", "--quiet", "--depth", "1", "origin", "main:refs/remotes/origin/main")
    _, _, command = done.stderr.partition("run `git ")
    git(clone, *shlex.split(command.partition("`")[0]))
    assert check(clone, "--base", "origin/main").returncode == 0


@pytest.mark.parametrize("command", ["check", "task T-001", "report"])
def test_outside_of_any_project_nothing_is_judged(command: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {ROUTES: "X = 1\n"})
    done = run(tmp_path, *command.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"specward: {tmp_path} is not in a project: ")
    assert not (tmp_path / ".specward").exists()


def test_a_file_of_settings_alone_makes_a_project(tmp_path: Path) -> None:
    write_tree(tmp_path, {**SPECS, ROUTES: "X = 1\n"})
    (tmp_path / "pyproject.toml").unlink()
    (tmp_path / "specward.toml").write_text('feature = "shop"\n')
    assert codes(check(tmp_path / "backend", "--format", "json")) == [("SW101", ROUTES)]


def test_hostile_files_are_findings_and_never_a_traceback(root: Path) -> None:
    folder = root / "backend/app/orders"
    (folder / "latin.py").write_bytes(b"# caf\xe9\n")
    (folder / "nul.py").write_bytes(b"X = '\0'\n")
    (folder / "loop.py").symlink_to("loop.py")
    (folder / "away.py").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.py")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\x1b[31m.py")).write_text("X = 1\n")
    done = check(root)
    assert (done.returncode, done.stderr) == (1, "")
    assert "\x1b" not in done.stdout
    for code in ("SW006", "SW101", "SW304"):
        assert code in done.stdout


def test_a_planted_cache_that_is_tracked_is_not_believed(root: Path) -> None:
    write_tree(root, {ROUTES: "X = 1\n"})
    check(root)
    kept = root / ".specward/cache/sources.jsonl"
    name, _, fact = kept.read_text().split(" ", 2)
    planted = fact.replace('[[],[],false,""', '[[],[],true,""').strip()
    kept.write_text(f"{name} {digest(f'{name} {planted}'.encode())[:32]} {planted}")
    assert codes(check(root, "--format", "json")) == []
    git(root, "add", "--force", ".specward")
    assert {code for code, _ in codes(check(root, "--format", "json"))} == {"SW101", "SW307"}


def test_a_disk_that_keeps_nothing_costs_no_verdict(root: Path) -> None:
    write_tree(root, {ROUTES: "X = 1\n"})
    kept = run(root, "check")
    shutil.rmtree(root / ".specward")
    (root / ".specward").symlink_to("/dev/full")
    refused = run(root, "check")
    assert (refused.returncode, refused.stdout, refused.stderr) == (1, kept.stdout, "")


def test_colours_are_for_terminals_that_want_them(root: Path) -> None:
    write_tree(root, {ROUTES: "X = 1\n"})
    assert "\x1b[" in on_a_terminal(root)
    assert "\x1b[" not in on_a_terminal(root, NO_COLOR="1")
    assert "\x1b[" not in check(root).stdout


@pytest.mark.parametrize("arguments", ["check", "explain", "report -o -"])
@pytest.mark.parametrize(
    ("where", "code", "sentence"),
    [
        (">&-", 2, "specward: There is nowhere to write to: standard output is closed.\n"),
        (">/dev/full", 2, "specward: The output cannot be written: No space left on device.\n"),
        ("| true", 0, ""),
    ],
    ids=["closed", "full", "gone"],
)
def test_an_output_that_takes_nothing_is_a_sentence(
    root: Path, arguments: str, where: str, code: int, sentence: str
) -> None:
    if where.endswith("full") and not Path("/dev/full").exists():
        pytest.skip("This system has no /dev/full.")
    line = f"{SPECWARD} {arguments} {where}"
    done = subprocess.run(["/bin/sh", "-c", line], cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (code, sentence)


def test_a_check_needs_nowhere_to_complain_to(root: Path) -> None:
    line = f"{SPECWARD} check --select SW1 2>&-"
    done = subprocess.run(["/bin/sh", "-c", line], cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout[:6]) == (0, "Clean.")


def test_help_and_version_name_the_commands(root: Path) -> None:
    assert run(root, "--version").stdout.startswith("specward ")
    for arguments in ((), ("--help",)):
        done = run(root, *arguments)
        assert done.returncode == 0
        for command in ("check", "explain", "task", "approve"):
            assert command in done.stdout
    wrong = run(root, "chekc")
    assert (wrong.returncode, "invalid choice" in wrong.stderr) == (2, True)


def test_explain_shows_what_why_both_examples_and_the_way_out(root: Path) -> None:
    done = run(root, "explain", "sw101")
    assert done.returncode == 0
    for part in ("SW101: ", "Reported:", "Not reported:", "# specward: allow SW101 -- "):
        assert part in done.stdout
    everything = run(root, "explain").stdout
    assert "trace: every file names its task and sections\n  SW101" in everything
    assert "  SW301  a change is not permitted" in everything


def loaded(root: Path, families: str) -> set[str]:
    """Check, and return the modules that it imported."""
    command = [sys.executable, "-X", "importtime", "-m", "specward", "check", "--select", families]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


def test_a_check_for_a_machine_loads_neither_a_report_nor_a_framework(root: Path) -> None:
    heavy = {"rich", "typer", "pydantic", "yaml", "jinja2", "sqlglot", "dataclasses", "concurrent.futures"}
    modules = loaded(root, "SW0,SW1,SW2,SW3")
    assert "specward.verify" in modules
    assert not heavy & modules


def test_an_analysis_that_is_known_loads_nothing_that_finds_it_out(root: Path) -> None:
    engine = "specward.code.dataflow.interpretation.interpreter"
    assert engine in loaded(root, "SW6")
    assert engine not in loaded(root, "SW6")


def test_a_person_who_waits_is_told_what_for_and_a_file_is_not(root: Path) -> None:
    (root / f"{ROUTES}i").write_text(HEADER)
    (root / "slow.py").write_text("import time\ntime.sleep(1)\n")
    with (root / "pyproject.toml").open("a") as settings:
        settings.write('[tool.specward.quality]\nlint = []\ntypes = ["python", "slow.py"]\n')
    script = (
        "import sys; sys.argv = ['specward', 'check', '--select', 'SW7']\n"
        "from specward.commands import check_progress\ncheck_progress.PATIENCE = 0.2\n"
        "from specward.cli import main\nmain()"
    )
    command = [sys.executable, "-c", script]
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            command, cwd=root, stdout=subprocess.PIPE, stderr=theirs, text=True, check=False
        )
        told = os.read(ours, 65536).decode().splitlines()
    finally:
        os.close(theirs)
        os.close(ours)
    doing = "specward: judging 2 files: quality (types, docstrings, errors) ..."
    assert (told[-1], told.count(doing)) == (doing, 1)
    quiet = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert (quiet.stdout, quiet.stderr) == (done.stdout, "")


def on_a_terminal(root: Path, **environment: str) -> str:
    ours, theirs = pty.openpty()
    plain = (
        {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        | {"TERM": "xterm"}
        | environment
    )
    try:
        command = [str(SPECWARD), "check", *STAY]
        subprocess.run(command, cwd=root, env=plain, stdout=theirs, check=False)
        return os.read(ours, 65536).decode()
    finally:
        os.close(theirs)
        os.close(ours)
