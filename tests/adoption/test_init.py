"""`specward init` in a repository with a life of its own: nothing is lost, and all of it can be undone."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from specward import __version__, baseline
from tests.adoption.project import FILES, OWN_SETTINGS, SPECWARD, make_template, specward, tree
from tests.specward.repository import commit, make_repository, write_tree

AGENT = ".claude/agents/backend-engineer.md"


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return make_template(tmp_path / "shop")


def settings_of(root: Path) -> dict[str, dict[str, list[object]]]:
    found: dict[str, dict[str, list[object]]] = json.loads((root / ".claude/settings.json").read_text())
    return found


def test_a_template_project_is_adopted_without_editing_anything(template: Path) -> None:
    said = specward(template, "init", "--yes")
    assert "app.main:app in backend/app/main.py" in said
    assert "table user; their rows: item.owner_id" in said
    assert f"takes specward=={__version__} from the package index" in said
    settings = (template / "pyproject.toml").read_text()
    assert settings.partition("[tool.specward]")[2] == (
        '\napp = "app.main:app"\napp_dir = "backend"\n'
        'territory = ["backend/app/**"]\ntests = ["backend/tests/**"]\n\n'
        '[tool.specward.isolation]\nuser_table = "user"\n'
    )
    assert "in the baseline" in specward(template, "check")
    write_tree(template, {"backend/app/new.py": "value = 1\n"})
    assert "backend/app/new.py\n  1:1  SW101" in specward(template, "check", code=1)


def test_a_person_who_waits_for_the_baseline_is_told_what_for(template: Path) -> None:
    write_tree(template, {"slow.py": "import time\ntime.sleep(1)\n"})
    write_tree(template, {"specward.toml": '[quality]\nlint = []\ntypes = ["python", "slow.py"]\n'})
    script = (
        "import sys; sys.argv = ['specward', 'init', '--yes']\n"
        "from specward.commands import check_progress\ncheck_progress.PATIENCE = 0.2\n"
        "from specward.cli import main\nmain()"
    )
    ours, theirs = pty.openpty()
    try:
        command = [sys.executable, "-c", script]
        subprocess.run(command, cwd=template, stdout=subprocess.PIPE, stderr=theirs, check=True)
        os.close(theirs)  # else one that says nothing would be waited for
        told = os.read(ours, 65536).decode()
    finally:
        os.close(ours)
    assert "specward: judging" in told


def test_where_no_application_is_found_it_says_so(tmp_path: Path) -> None:
    root = make_repository(tmp_path, {"shop/serve.py": "from fastapi import FastAPI\n\nrun(FastAPI())\n"})
    said = specward(root, "init", "--yes")
    assert "No FastAPI application was found" in said
    assert "app_dir and territory in specward.toml" in said


def test_a_tool_that_is_not_there_is_no_debt_of_the_code(template: Path) -> None:
    write_tree(template, {"specward.toml": '[quality]\ntypes = ["no-such-checker"]\n'})
    said = specward(template, "init", "--yes")
    assert "no-such-checker is not installed" in said
    assert "SW704" not in (template / baseline.PATH).read_text()
    assert "no-such-checker is not installed" in specward(template, "check", "--select", "SW704")


def test_the_debts_of_today_are_counted_by_family_and_can_be_read(template: Path) -> None:
    said = specward(template, "init", "--yes")
    assert "lists the 3 findings of today (trace 3)" in said
    assert "those of isolation" not in said
    assert "3 in the baseline" in specward(template, "check")
    kept = (template / ".specward/verdict.json").read_bytes()
    shown = specward(template, "check", "--no-baseline", code=1)
    assert "backend/app/models.py\n  1:1  SW101" in shown
    assert "3 errors in 3 files." in shown
    assert (template / ".specward/verdict.json").read_bytes() == kept


def test_an_application_that_does_not_start_is_told_of(template: Path) -> None:
    contract = "openapi: 3.1.0\ninfo: {title: Shop, version: '1'}\npaths: {}\n"
    specs = {"specs/plan.md": "# Plan\n", "specs/contracts/openapi.yaml": contract}
    write_tree(template, {**specs, "backend/app/api/main.py": "raise ValueError('x')\n"})
    said = specward(template, "init", "--yes")
    assert "does not start, so its contract cannot be checked: ValueError: x. Fix the error" in said
    assert "Until then it is not held against the contract." in said


def test_what_isolation_found_is_to_be_read_first(template: Path) -> None:
    write_tree(template, {"backend/app/old.py": "def run(text: str) -> object:\n    return eval(text)\n"})
    assert "isolation 1" in (said := specward(template, "init", "--yes"))
    assert "Read those of isolation first, for they are rows that other users may reach: `specward" in said
    assert "backend/app/old.py" in specward(template, "check", "--no-baseline", "--select", "SW6", code=1)


def test_routes_whose_checks_cannot_be_followed_are_pointed_at_the_setting(template: Path) -> None:
    head = (
        "from fastapi import APIRouter, Depends\nfrom sqlmodel import Session\n\n"
        "from app.models import Item, User\nfrom outside import current_user, open_session, rank\n\n"
        "router = APIRouter()\n\n\ndef found(db: Session, key: int, user: User) -> Item:\n"
        "    item = db.get_one(Item, key)\n    if rank(user, item) < 1:\n        raise ValueError\n"
        "    return item\n"
    )
    route = (
        '\n\n@router.get("/items/{{key}}/{at}")\n'
        "def route_{at}(\n"
        "    key: int, db: Session = Depends(open_session), user: User = Depends(current_user)\n"
        ") -> Item:\n    return found(db, key, user)\n"
    )
    write_tree(template, {"backend/app/api/main.py": head + "".join(route.format(at=at) for at in range(5))})
    said = specward(template, "init", "--yes")
    assert "5 of the 5 routes that reach user-owned tables look open, most of them through found." in said
    with (template / "pyproject.toml").open("a") as settings:
        settings.write('checks = ["app.api.main.found"]\n')
    assert "look open" not in specward(template, "check", "--no-baseline", "--select", "SW6")


@pytest.mark.parametrize("pattern", [".claude/", ".claude/agents"])
def test_what_git_ignores_reaches_nobody_else(pattern: str, tmp_path: Path) -> None:
    template = make_template(tmp_path / "shop", **{".gitignore": f"{pattern}\n"})
    said = specward(template, "init", "--yes")
    assert "git ignores .claude/agents/backend-engineer.md" in said
    assert "git ignores the file of the agent backend-engineer, so nobody else has" in specward(
        template, "check", "--no-baseline", "--select", "SW911", code=1
    )


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (".taskmaster/tasks/tasks.json", "Task Master's in .taskmaster"),
        (".agent-os/specs/orders/tasks.md", "Agent OS's in .agent-os"),
    ],
)
def test_specifications_in_another_form_are_named(path: str, named: str, tmp_path: Path) -> None:
    template = make_template(tmp_path / "shop", **{path: "# Orders\n"})
    said = specward(template, "init", "--yes")
    assert (
        f"Specifications in another form ({named}) are not read. What is read is that of Kiro, Open" in said
    )
    assert "There are no specifications yet" not in said


@pytest.mark.parametrize(
    ("path", "text", "named"),
    [
        (".kiro/specs/orders/tasks.md", "- [ ] 1. List orders\n", "orders/T1"),
        ("openspec/changes/add-orders/tasks.md", "- [ ] 1.1 List orders\n", "add-orders/T1.1"),
        (".spec-workflow/specs/orders/tasks.md", "- [ ] 1. List orders\n", "orders/T1"),
    ],
)
def test_specifications_in_these_forms_are_read(path: str, text: str, named: str, tmp_path: Path) -> None:
    template = make_template(tmp_path / "shop", **{path: text})
    said = specward(template, "init", "--yes")
    assert f"  specifications  {named.partition('/')[0]}\n" in said
    assert '1 of 1 tasks name no files, so they permit none. Give each a line such as "- **Files**' in said
    assert f"# {named}: List orders" in specward(template, "task", named)


def test_specifications_without_a_task_are_told_of(tmp_path: Path) -> None:
    template = make_template(tmp_path / "shop", **{"openspec/specs/orders/spec.md": "# Orders\n"})
    assert "The specifications have no task yet" in specward(template, "init", "--yes")


def test_old_code_may_stay_as_silent_as_it_was(template: Path) -> None:
    old = "import os  # noqa\nimport re  # noqa: F401\n"
    write_tree(template, {"backend/app/old.py": old, "ruff.toml": 'lint.select = ["F"]\n'})
    specward(template, "init", "--yes")
    assert "in the baseline" in specward(template, "check", "--select", "SW7")
    write_tree(template, {"backend/app/old.py": f"{old}import sys  # noqa\n"})
    assert "SW705" in specward(template, "check", "--select", "SW7", code=1)


def test_what_is_written_is_named_and_changes_to_what_was_there_are_shown(template: Path) -> None:
    before = tree(template)
    said = specward(template, "init", "--yes")
    written = written_since(template, before)
    differing = {line[4:] for line in said.splitlines() if line.startswith("+++ ")}
    assert differing == written & before.keys()
    named = re.findall(r"^  (\S+) +(\d+) lines  \S", said, re.MULTILINE)
    lines = {path: len((template / path).read_text().splitlines()) for path in written - before.keys()}
    assert {path: int(count) for path, count in named} == lines
    for path in differing:
        shown = {line[1:] for line in said.splitlines() if line.startswith("+")}
        added = {*(template / path).read_text().splitlines()} - {*before[path].decode().splitlines()}
        assert added <= shown
    assert len(said.partition("\n\n--- ")[0].splitlines()) < 25


def test_on_demand_everything_that_is_written_is_shown_whole(template: Path) -> None:
    before = tree(template)
    said = specward(template, "init", "--yes", "--diff")
    assert written_since(template, before) == {
        line[4:] for line in said.splitlines() if line.startswith("+++ ")
    }
    shown = [line[1:] for line in said.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert set((template / AGENT).read_text().splitlines()) <= set(shown)


def written_since(root: Path, before: dict[str, bytes]) -> set[str]:
    """The files that differ, without the gate's own records."""
    written = {path for path, data in tree(root).items() if before.get(path) != data}
    return {path for path in written if not path.startswith(".specward/")} - {baseline.PATH}


def test_what_people_have_survives(template: Path) -> None:
    specward(template, "init", "--yes")
    after = tree(template)
    for path in FILES:
        kept = FILES[path].strip().encode()
        merged = path in (".claude/settings.json", ".pre-commit-config.yaml")
        assert merged or after[path].startswith(kept)
    found = settings_of(template)
    assert found["model"] == OWN_SETTINGS["model"]
    assert found["permissions"]["allow"] == ["Bash(npm run lint)"]
    assert found["permissions"]["deny"][0] == "Read(./.env)"
    assert found["hooks"]["PostToolUse"][0] == OWN_SETTINGS["hooks"]["PostToolUse"][0]  # type: ignore[index]
    assert found["hooks"]["Notification"] == OWN_SETTINGS["hooks"]["Notification"]  # type: ignore[index]
    assert (template / ".claude/settings.json").read_text().startswith('{\n    "model"')
    text = (template / ".pre-commit-config.yaml").read_text()
    assert text.startswith("# Our hooks\n")
    assert text.index("id: specward") < text.index("ci:\n")


def test_twice_is_once(template: Path) -> None:
    specward(template, "init", "--yes")
    once = tree(template)
    assert "Everything is in place already." in specward(template, "init", "--yes")
    assert {path: data for path, data in tree(template).items() if not path.startswith(".specward/")} == {
        path: data for path, data in once.items() if not path.startswith(".specward/")
    }


def test_undone_is_as_before(template: Path) -> None:
    before = tree(template)
    folders = {path for path in template.rglob("*") if path.is_dir() and ".git" not in path.parts}
    (template / "backend/app/main.py").chmod(0o755)
    specward(template, "init", "--yes")
    specward(template, "init", "--yes")
    specward(template, "init", "--undo")
    assert tree(template) == before
    assert folders == {path for path in template.rglob("*") if path.is_dir() and ".git" not in path.parts}
    assert "There is no record" in specward(template, "init", "--undo", code=2)


def test_what_was_changed_since_is_left_and_named(template: Path) -> None:
    specward(template, "init", "--yes")
    with (template / "pyproject.toml").open("a") as stream:
        stream.write("# Ours\n")
    said = specward(template, "init", "--undo")
    assert "Left, because it was changed since: pyproject.toml" in said
    assert "[tool.specward]" in (template / "pyproject.toml").read_text()
    assert not (template / AGENT).exists()


def test_nothing_is_written_without_a_word(template: Path) -> None:
    before = tree(template)
    assert "Nothing was written" in specward(template, "init", code=1)
    assert tree(template) == before


def test_a_file_of_ones_own_is_shown_and_left(tmp_path: Path) -> None:
    own = "---\nname: backend-engineer\ndescription: Ours\n---\n\nBe quick.\n"
    template = make_template(tmp_path / "shop", **{AGENT: own})
    said = specward(template, "init", "--yes")
    assert "-Be quick." in said
    assert f"Left as it is, for it is yours: {AGENT}" in said
    assert (template / AGENT).read_text() == own
    specward(template, "check")
    specward(template, "init", "--yes", "--replace")
    assert "Be quick." not in (template / AGENT).read_text()
    specward(template, "init", "--undo")
    assert (template / AGENT).read_text() == own


def test_who_has_no_specifications_is_shown_a_task_that_can_be_read(template: Path) -> None:
    said = specward(template, "init", "--yes").partition("specs/tasks.md, with tasks such as\n")[2]
    task = "".join(
        line.removeprefix("    ") for line in said.partition("Next: ")[0].splitlines(keepends=True)
    )
    write_tree(
        template, {"specs/specify.md": "# Shop\n\n## 1. Orders\n", "specs/tasks.md": f"# Tasks\n{task}"}
    )
    shown = json.loads(specward(template, "task", "T-001", "--format", "json"))
    assert shown["unresolved"] == []
    assert shown["permit"]["paths"] == ["backend/app/orders/**"]
    assert "with tasks such as" not in specward(template, "init", "--yes")


def test_the_task_that_is_shown_lies_in_the_territory(tmp_path: Path) -> None:
    flat = make_repository(
        tmp_path / "flat", {"app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n"}
    )
    said = specward(flat, "init", "--yes")
    assert "  territory       app/*.py, " in said
    assert "- **Files**: `app/orders.py`" in said


def test_a_file_that_init_wrote_is_renewed(template: Path) -> None:
    specward(template, "init", "--yes")
    (template / "venv/bin").mkdir(parents=True)  # the environment comes later, and the hooks are to use it
    (template / "venv/bin/specward").symlink_to(SPECWARD)
    specward(template, "init", "--yes")
    assert (
        '"$CLAUDE_PROJECT_DIR"/venv/bin/specward hook "$@"'
        in (template / ".claude/hooks/specward.sh").read_text()
    )


def test_at_a_terminal_it_asks(template: Path) -> None:
    before = tree(template)
    said = at_terminal(template, "n\n")
    assert said.index(AGENT) < said.index("+++ pyproject.toml") < said.index("Write 8 files? [y/N, d ")
    assert "+name: backend-engineer" not in said
    assert tree(template) == before
    at_terminal(template, "y\n")
    assert (template / AGENT).is_file()


def test_at_a_terminal_new_files_are_shown_whole_before_the_answer(template: Path) -> None:
    before = tree(template)
    said = at_terminal(template, "d\nn\n")
    assert (
        said.index("[y/N, d ") < said.index("+name: backend-engineer") < said.index("Write 8 files? [y/N] ")
    )
    assert tree(template) == before
    at_terminal(template, "d\ny\n")
    assert (template / AGENT).is_file()


def at_terminal(root: Path, answers: str) -> str:
    """Run init as a person does, and type the answers."""
    master, slave = pty.openpty()
    process = subprocess.Popen([str(SPECWARD), "init"], cwd=root, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    os.write(master, answers.encode())
    said = b""
    try:
        while data := os.read(master, 65536):
            said += data
    except OSError:  # Linux ends a terminal so
        pass
    process.wait()
    os.close(master)
    return said.decode()


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        (".claude/settings.json", "{", ".claude/settings.json cannot be added to"),
        (".claude/settings.json", '{"a": 1, "a": 2}', "stands in it twice"),
        (".claude/settings.json", '{"hooks": []}', "`hooks` is no object"),
        (".pre-commit-config.yaml", "repos: [{repo: local, hooks: []}]\n", "one entry a line"),
        (".pre-commit-config.yaml", "a: [", "it is no YAML"),
        ("pyproject.toml", "a = [", "not valid TOML"),
        ("pyproject.toml", 'tool = {x = "y"}\n', "pyproject.toml cannot be added to"),
    ],
)
def test_what_cannot_be_added_to_is_told_before_anything_is_written(
    tmp_path: Path, path: str, text: str, why: str
) -> None:
    template = make_template(tmp_path / "shop", **{path: text})
    before = tree(template)
    said = specward(template, "init", "--yes", code=2)
    assert why in said
    assert "Traceback" not in said
    assert tree(template) == before


def test_a_link_out_of_the_repository_is_not_followed(template: Path) -> None:
    (template.parent / "shared.json").write_text("{}\n")
    (template / ".claude/settings.json").unlink()
    (template / ".claude/settings.json").symlink_to("../../shared.json")
    assert "leads out of the repository" in specward(template, "init", "--yes", code=2)
    assert (template.parent / "shared.json").read_text() == "{}\n"


def test_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    template = make_template(tmp_path / "shop")
    for path in ("pyproject.toml", ".gitignore", ".pre-commit-config.yaml", ".claude/settings.json"):
        (template / path).write_bytes((template / path).read_bytes().replace(b"\n", b"\r\n"))
    specward(template, "init", "--yes")
    for path in ("pyproject.toml", ".gitignore", ".pre-commit-config.yaml", ".claude/settings.json"):
        data = (template / path).read_bytes()
        assert data.count(b"\n") == data.count(b"\r\n"), path


def test_parts_can_be_left_out_and_another_service_is_named(template: Path) -> None:
    (template / ".gitlab-ci.yml").write_text("test: {}\n")
    said = specward(template, "init", "--yes", "--without", "pre-commit")
    assert "Add `specward check` to .gitlab-ci.yml" in said
    assert (template / ".pre-commit-config.yaml").read_text() == FILES[".pre-commit-config.yaml"]
    assert not (template / ".github").exists()


def test_a_hook_that_was_committed_lets_the_next_person_start(template: Path) -> None:
    specward(template, "init", "--yes")
    commit(template, "Adopt the gate")
    assert "tracked by git" not in specward(template, "check")
    assert ".specward/" in (template / ".gitignore").read_text()


def test_the_agent_is_told_the_territory_that_is_found(tmp_path: Path) -> None:
    main = "from fastapi import FastAPI\n\nfrom src.db import x\n\napp = FastAPI()\n"
    files = {"api/src/main.py": main, "api/src/db.py": "", "api/alembic/script.py.mako": ""}
    root = make_repository(tmp_path, files)
    specward(root, "init", "--yes")
    agent = (root / AGENT).read_text()
    assert "It lies within `api/src/**`, `api/alembic/**`" in agent
    assert "Migrations are in `api/alembic/**`." in agent
    assert "backend/app" not in agent
    assert "SW921" not in (root / baseline.PATH).read_text()  # it would hide what init itself has written
    assert "Clean." in specward(root, "check", "--select", "SW9")
