"""The hook script as a process: what it answers, what it refuses, and what it must not import."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from specward.agent.context import PARTS
from tests.client.hooks import SESSION, event, hook, prompt, use
from tests.client.project import approve, git, headed
from tests.specward.isolation.test_budget import ENDLESS
from tests.specward.isolation.test_robustness import HEAD, MODELS

if TYPE_CHECKING:
    from tests.client.messages_api import Json

FAST = {"_json", "_signal", "marshal", "posix", "specward", "specward.agent"}
FAST |= {"specward.permits", "specward.permits.globs", "specward.permits.steering"}
FAST |= {
    f"specward.agent.{name}"
    for name in ("answers", "fast", "opening", "paths", "policy", "record", "secrets")
}


@pytest.fixture
def bound(project: Path) -> Path:
    """A project whose session is bound to T-042."""
    assert "T-042" in prompt(project, "Implement task T-042").context
    return project


def imported(project: Path, arguments: list[str], data: bytes) -> set[str]:
    """The modules that a run of the interpreter imports, by its own account."""
    done = subprocess.run(
        [str(project / ".venv/bin/python"), "-I", "-S", "-X", "importtime", *arguments],
        input=data,
        env={"CLAUDE_PROJECT_DIR": str(project)},
        capture_output=True,
        check=True,
    )
    return {line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines()}


@pytest.mark.parametrize("path", ["backend/app/notes/a.py", "frontend/page.ts"])
def test_the_usual_answer_imports_nothing_but_built_in_modules(bound: Path, path: str) -> None:
    given = {"file_path": str(bound / path), "content": headed()}
    call = event(bound, "PreToolUse", agent_type="backend-engineer", tool_name="Write", tool_input=given)
    script = str(bound / "backend/specward/agent/hook.py")
    bare = imported(bound, ["-c", "pass"], b"")
    assert imported(bound, [script], json.dumps(call).encode()) - bare <= FAST


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("frontend/page.ts", "outside the permit of T-042"),
        ("backend/app/alerts/a.py", "outside the permit of T-042"),
        ("backend/app/notes/../alerts/a.py", "outside the permit of T-042"),
        ("specs/tasks.md", "only people change it"),
        ("specs/approvals.toml", "only people change it"),
        (".claude/settings.json", "only people change it"),
        (".CLAUDE/settings.json", "only people change it"),
        (".specward/run/x", "only people change it"),
        (".git/hooks/pre-commit", "only people change it"),
        ("backend/app/notes/.git/config", "only people change it"),
        ("backend/app/notes/.claude/settings.local.json", "only people change it"),
        ("backend/app/notes/.Claude/agents/backend-engineer.md", "only people change it"),
        ("backend/app/notes/CLAUDE.md", "only people write it"),
        ("backend/app/notes/ruff.toml", "only people write it"),
        ("backend/app/notes/Sitecustomize.py", "only people write it"),
        ("history/prompts/backend/0001-x.green.prompt.md", "only people change it"),
        ("../elsewhere.py", "out of the repository"),
        ("/etc/passwd", "out of the repository"),
        ("link/a.py", "out of the repository"),
        ("backend/app/notes/link/a.py", "outside the permit of T-042"),
    ],
)
def test_what_the_permit_does_not_cover_is_refused(bound: Path, path: str, why: str) -> None:
    (bound / "link").symlink_to(bound.parent)
    (bound / "backend/app/notes").mkdir()
    (bound / "backend/app/notes/link").symlink_to("../../../frontend")
    reply = use(bound, "Write", file_path=str(bound / path), content=headed())
    assert (reply.code, reply.decision) == (0, "deny")
    assert why in reply.reason


@pytest.mark.parametrize("tool", ["Bash", "NotebookEdit", "WebFetch", "Agent", "Skill", "mcp__files__write"])
def test_a_task_has_its_few_tools(bound: Path, tool: str) -> None:
    given: Json = {"notebook_path": str(bound / "backend/app/notes/a.ipynb"), "prompt": "Implement T-042"}
    assert use(bound, tool, subagent_type="backend-engineer", **given).decision == "deny"


def test_reading_is_free_inside_the_repository_and_refused_outside(bound: Path) -> None:
    assert use(bound, "Read", file_path=str(bound / "specs/tasks.md")).decision == "allow"
    assert use(bound, "Grep", pattern="../x").decision == "allow"
    assert use(bound, "Glob", pattern="**/*.py").decision == "allow"
    assert use(bound, "Read", file_path="/etc/passwd").decision == "deny"
    assert use(bound, "Grep", pattern="root", path="/etc").decision == "deny"
    assert use(bound, "Glob", pattern="/etc/*").decision == "deny"
    assert use(bound, "Glob", pattern="../*").decision == "deny"
    assert use(bound, "Glob", pattern="{specs,../..}/*").decision == "deny"
    assert use(bound, "Glob", pattern="~/*").decision == "deny"
    assert use(bound, "Glob", pattern="{/etc,specs}/*").decision == "deny"
    assert use(bound, "Glob", pattern="{specs,~}/*").decision == "deny"
    assert use(bound, "Glob", pattern=f"{bound}/specs/*").decision == "allow"
    assert use(bound, "Grep", pattern="root", path="~").decision == "deny"
    assert use(bound, "Glob", pattern="specs/*/../../../*").decision == "deny"


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("Read", {"file_path": ".env"}),
        ("Read", {"file_path": "backend/.env.production"}),
        ("Read", {"file_path": "server.pem"}),
        ("Read", {"file_path": "open.txt"}),  # a link to .env
        ("Read", {"file_path": ".git/config"}),
        ("Read", {"file_path": ".specward/postgres/password"}),
        ("Grep", {"pattern": ".", "path": ".env"}),
        ("Grep", {"pattern": ".", "path": ".specward"}),
        ("Grep", {"pattern": ".", "glob": "*"}),
        ("Grep", {"pattern": ".", "glob": "**/.e*"}),
        ("Grep", {"pattern": ".", "glob": "{*.py,.env}"}),
        ("Grep", {"pattern": ".", "glob": "*.py *.key"}),
        ("Grep", {"pattern": ".", "glob": "*.{p?m,py}"}),
    ],
)
def test_secrets_are_not_read(bound: Path, tool: str, given: "Json") -> None:
    (bound / "open.txt").symlink_to(".env")
    places = {key: f"{bound}/{value}" for key, value in given.items() if key in {"file_path", "path"}}
    reply = use(bound, tool, **(given | places))
    assert reply.decision == "deny"
    assert "no task needs them" in reply.reason


@pytest.mark.parametrize("path", [".env.example", "backend/app/core/keys.py", "environment.md", "id_rsa.pub"])
def test_what_only_looks_like_a_secret_is_read(bound: Path, path: str) -> None:
    assert use(bound, "Read", file_path=f"{bound}/{path}").decision == "allow"
    assert use(bound, "Grep", pattern="x", glob="*.{py,md}").decision == "allow"


def test_a_file_with_another_name_is_not_written(bound: Path) -> None:
    file = bound / "backend/app/notes/a.py"
    file.parent.mkdir()
    file.hardlink_to(bound / "frontend/page.ts")
    reply = use(bound, "Write", file_path=str(file), content=headed())
    assert reply.decision == "deny"
    assert "hard link" in reply.reason


@pytest.mark.parametrize("given", [{}, {"file_path": None}, {"file_path": 3}, {"file_path": ""}])
@pytest.mark.parametrize("engineer", [True, False])
def test_a_write_without_a_path_is_told_so(bound: Path, given: "Json", engineer: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    reply = use(bound, "Write", engineer=engineer, content=headed(), **given)
    assert (reply.code, reply.decision) == (0, "deny")
    assert "needs a `file_path`" in reply.reason


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("value = 1\n", "no reference header"),
        (headed("T-078"), "names T-078"),
        (headed("T-999"), "names T-999"),
        ('"""\n[Task]: T-042\n"""\n', "lacks its sections"),
        ("def tasks() -> List[Task]: ...\n", "no reference header"),
        ("value = 1\n" + headed(), "no reference header"),
        (f"# coding: utf-7\n{headed()}", "declare an encoding"),
    ],
)
def test_a_file_without_its_own_header_is_refused(bound: Path, content: str, why: str) -> None:
    reply = use(bound, "Write", file_path=str(bound / "backend/app/notes/a.py"), content=content)
    assert reply.decision == "deny"
    assert why in reply.reason


@pytest.mark.parametrize(
    "content",
    [
        headed("T-101, T-042"),
        headed("T-042", "value = 1\n"),
        "#!/usr/bin/env python\n# [Task]: T-042\n# [From]: speckit.specify §2.1\n# [Description]: Notes.\n",
        "",
    ],
)
def test_a_file_with_its_header_passes(bound: Path, content: str) -> None:
    path = str(bound / "backend/app/notes/a.py")
    assert use(bound, "Write", file_path=path, content=content).decision == "allow"


def test_an_edit_is_held_by_what_it_would_make_of_the_file(bound: Path) -> None:
    file = bound / "backend/app/notes/a.py"
    file.parent.mkdir()
    file.write_text(headed(code="a = 1\nb = 1\n"), encoding="utf-8")

    def edit(old: str, new: str, *, everywhere: bool = False) -> str:
        given: Json = {"old_string": old, "new_string": new, "replace_all": everywhere}
        return use(bound, "Edit", file_path=str(file), **given).decision

    assert edit("a = 1", "a = 2") == "allow"
    assert edit("= 1", "= 2") == "deny"  # two places
    assert edit("= 1", "= 2", everywhere=True) == "allow"
    assert edit("c = 1", "c = 2") == "deny"  # not there
    assert edit("[Task]: T-042", "[Task]: T-078") == "deny"
    assert edit("[Task]: T-042\n", "") == "deny"


def test_a_session_without_a_task_may_do_all_but_the_territory_and_the_gate(project: Path) -> None:
    def write(path: str) -> str:
        return use(project, "Write", engineer=False, file_path=str(project / path), content=headed()).decision

    assert write("frontend/page.ts") == ""
    assert write("CLAUDE.md") == ""
    assert write("frontend/.claude/settings.json") == "deny"
    assert write("venv/lib/python3.11/site-packages/specward/verify.py") == "deny"
    assert write("../elsewhere.py") == ""
    assert write("backend/app/notes/a.py") == "deny"
    assert write("Backend/App/notes/a.py") == "deny"
    assert write(".claude/settings.json") == "deny"
    assert write(".claude/\u017fettings.json") == "deny"  # a long s, which some file systems take for an s
    assert write("specs/approvals.toml") == "deny"
    assert use(project, "Bash", engineer=False, command="ls").decision == ""


@pytest.mark.parametrize(("tool", "key"), [("MultiEdit", "file_path"), ("NotebookEdit", "notebook_path")])
def test_every_tool_that_writes_is_one(project: Path, tool: str, key: str) -> None:
    def write(path: object) -> str:
        edits = [{"old_string": "a", "new_string": "b"}]
        return use(project, tool, engineer=False, edits=edits, new_source="b", **{key: path}).decision

    assert write(str(project / "frontend/page.ts")) == ""
    assert write(str(project / "backend/app/notes/a.py")) == "deny"
    assert write(str(project / ".claude/settings.json")) == "deny"
    assert [write(path) for path in ("", None, ["a"])] == ["deny", "deny", "deny"]
    prompt(project, "Implement task T-042")
    assert write(str(project / "backend/app/alerts/a.py")) == "deny"
    assert write(str(project / "backend/app/notes/a.py")) == "deny"  # nobody can tell what comes of it


@pytest.mark.parametrize(
    ("old", "new", "decision"),
    [
        ("[tool.specward]", '[project]\nname = "shop"\n\n[tool.specward]', ""),
        ('feature = "backend"', "feature = 'backend'  # the name", ""),
        ("not there", "x", ""),
        ('territory = "backend/app/**"', 'territory = "nothing/**"', "deny"),
        ('feature = "backend"', 'feature = "backend"\nignore = ["SW6"]', "deny"),
        ("[tool.specward]", "[tool.specward", "deny"),
    ],
)
def test_a_session_without_a_task_leaves_the_gates_settings_alone(
    project: Path, old: str, new: str, decision: str
) -> None:
    given: Json = {"file_path": str(project / "pyproject.toml"), "old_string": old, "new_string": new}
    assert use(project, "Edit", engineer=False, **given).decision == decision
    whole: Json = {"file_path": str(project / "specward.toml"), "content": 'territory = "nothing/**"\n'}
    assert use(project, "Write", engineer=False, **whole).decision == "deny"


def test_a_session_in_another_work_tree_writes_no_territory_and_no_approvals(project: Path) -> None:
    trees = [project / ".claude/worktrees/agent-1", project.parent / "elsewhere"]
    for tree in trees:
        git(project, "worktree", "add", "--quiet", str(tree))

    def write(cwd: Path, path: Path) -> str:
        given: Json = {"file_path": str(path), "content": headed()}
        fields: Json = {"tool_name": "Write", "tool_input": given, "tool_use_id": "t", "cwd": str(cwd)}
        return hook(project, event(project, "PreToolUse") | fields).decision

    for cwd, other in ((trees[0], project), (trees[1], project), (project, trees[1])):
        assert write(cwd, other / "backend/app/notes/a.py") == "deny"
        assert write(cwd, other / "specs/approvals.toml") == "deny"
        assert write(cwd, other / "frontend/page.ts") == ""
    assert write(trees[1], project.parent / "notes.md") == ""


def test_a_session_told_to_implement_a_task_is_held_like_the_agent(project: Path) -> None:
    prompt(project, "Why does T-042 exist?", engineer=False)
    assert use(project, "Bash", engineer=False, command="ls").decision == ""
    prompt(project, "Implement T-042", engineer=False)
    assert use(project, "Bash", engineer=False, command="ls").decision == "deny"
    assert use(project, "AskUserQuestion", engineer=False).decision == ""
    path = str(project / "backend/app/notes/a.py")
    assert use(project, "Write", engineer=False, file_path=path, content=headed()).decision == "allow"
    path = str(project / "frontend/page.ts")
    assert use(project, "Write", engineer=False, file_path=path, content=headed()).decision == "deny"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("Implement T-999", "T-999"),
        ("Implement T-900", "not approved"),
        ("Go on", "No task"),
    ],
)
def test_without_an_approved_task_nothing_can_be_written(project: Path, words: str, why: str) -> None:
    assert why in prompt(project, words).context
    path = str(project / "backend/app/drafts/a.py")
    reply = use(project, "Write", file_path=path, content=headed("T-900"))
    assert reply.decision == "deny"
    assert why in reply.reason


def test_a_permit_ends_when_its_specification_changes(bound: Path) -> None:
    path = str(bound / "backend/app/notes/a.py")
    assert use(bound, "Write", file_path=path, content=headed()).decision == "allow"
    specify = bound / "specs/specify.md"
    specify.write_text(specify.read_text().replace("280", "500"), encoding="utf-8")
    reply = use(bound, "Write", file_path=path, content=headed())
    assert reply.decision == "deny"
    assert "stale" in reply.reason
    approve(bound, ("T-042",))
    assert use(bound, "Write", file_path=path, content=headed()).decision == "allow"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not json",
        b"[]",
        b'{"a": 1} x',
        b'{"hook_event_name": "PreToolUse"}',
        b"\xff\xfe{}",
        b'{"a": "\x00"}',
        b'{"session_id": "../../x", "cwd": "/", "hook_event_name": "PreToolUse"}',
        b"[" * 200_000,
        b'{"a": "' + b"x" * 10_000_001 + b'"}',
    ],
    ids=[
        "empty",
        "no json",
        "no object",
        "trailing",
        "incomplete",
        "no utf-8",
        "nul",
        "path",
        "deep",
        "long",
    ],
)
def test_what_is_no_event_is_refused(project: Path, data: bytes) -> None:
    reply = hook(project, data)
    assert reply.code == 2
    assert reply.stderr.startswith("Specward could not check this, so it is refused:")
    assert "Traceback" not in reply.stderr


@pytest.mark.parametrize("damage", [b"", b"garbage", b"N", b"\xfb", b"\xa9\x02\xe9\x01\x00\x00\x00N"])
@pytest.mark.parametrize("name", ["PreToolUse", "PostToolUse"])
def test_a_damaged_permit_is_refused_with_the_way_to_mend_it(bound: Path, name: str, damage: bytes) -> None:
    record = bound / f".specward/run/{SESSION}/session"
    assert record.is_file()
    record.write_bytes(damage)
    given = {"file_path": str(bound / "backend/app/notes/a.py"), "content": headed()}
    reply = hook(bound, event(bound, name, tool_name="Write", tool_use_id="t", tool_input=given))
    assert (reply.code, reply.stdout) == (2, "")
    assert reply.stderr.strip().endswith(f"{record} is damaged: remove it, and name the task again")


@pytest.mark.parametrize("sign", [b'{"hook_event_name": "', b"\xff", b"\0", b"["])
def test_ten_megabytes_that_are_no_event_are_refused(project: Path, sign: bytes) -> None:
    reply = hook(project, sign.ljust(9_999_999, sign[-1:]))
    assert (reply.code, reply.stdout) == (2, "")
    assert "Traceback" not in reply.stderr


def test_a_nul_in_a_path_is_refused(bound: Path) -> None:
    assert use(bound, "Write", file_path=f"{bound}/backend/app/notes/a\0.py", content=headed()).code == 2


def test_five_kinds_of_clarification_can_be_filed_and_only_valid_ones(bound: Path) -> None:
    folder = bound / "history/clarifications/backend"
    good = "# Q\n\n## What is missing\n\nA\n\n## What was consulted\n\nB\n\n## What is needed\n\nC\n"

    def file(name: str, content: str) -> str:
        return use(bound, "Write", file_path=str(folder / name), content=content).decision

    for kind in (
        "jwt-unclear",
        "ownership-ambiguous",
        "task-missing",
        "spec-contradiction",
        "security-implication",
    ):
        assert file(f"T-042-{kind}.md", good) == "allow"
    assert file("T-042-because.md", good) == "deny"
    assert file("T-042-jwt-unclear.md", good.replace("B", "")) == "deny"
    assert file("../../prompts/T-042-jwt-unclear.md", good) == "deny"


def test_settings_do_not_change_within_a_session(project: Path) -> None:
    reply = hook(project, event(project, "ConfigChange", source="local_settings", file_path="x"))
    assert json.loads(reply.stdout)["decision"] == "block"
    assert hook(project, event(project, "ConfigChange", source="user_settings")).stdout == ""


def test_a_work_tree_is_a_root_of_its_own(bound: Path) -> None:
    tree = bound / ".claude/worktrees/agent-1"
    git(bound, "worktree", "add", "--quiet", str(tree))
    given: Json = {"file_path": str(tree / "backend/app/notes/a.py"), "content": headed()}
    inside = event(bound, "PreToolUse", agent_type="backend-engineer", tool_name="Write", tool_input=given,
                   tool_use_id="t") | {"cwd": str(tree)}  # fmt: skip
    assert hook(bound, inside).decision == "allow"
    assert use(bound, "Write", **given).decision == "deny"  # from the main tree it is the gate's own folder
    assert os.path.lexists(tree)


def stop(project: Path, *, engineer: bool = True, **fields: object) -> str:
    """Return why the gate lets nobody stop; empty: it does."""
    fields |= {"agent_type": "backend-engineer"} if engineer else {}
    return hook(project, event(project, "Stop", **fields)).reason


def test_what_was_wrong_before_holds_nobody_up_until_it_is_touched(project: Path) -> None:
    stray, old = project / "frontend/stray.ts", project / "backend/app/old.py"
    stray.write_text("export {}\n", encoding="utf-8")
    old.write_text("value = 1\n", encoding="utf-8")
    git(project, "add", "backend")
    git(project, "commit", "--quiet", "--message", "Legacy")
    prompt(project, "Implement T-042")
    assert stop(project) == ""
    old.write_text("value = 2\n", encoding="utf-8")
    assert "backend/app/old.py:1:1" in stop(project)
    prompt(project, "Implement T-042")  # bound again: what is remembered stays
    assert "backend/app/old.py:1:1" in stop(project)
    old.write_text("value = 1\n", encoding="utf-8")
    assert stop(project) == ""
    stray.write_text("export const a = 1\n", encoding="utf-8")
    assert "frontend/stray.ts:1:1 SW301" in stop(project)


def test_what_the_work_causes_elsewhere_counts(project: Path) -> None:
    file, other = project / "backend/app/notes/a.py", project / "backend/app/notes/b.py"
    file.parent.mkdir()
    for path in (file, other):
        path.write_text(headed("T-101"), encoding="utf-8")
    git(project, "add", "backend")
    git(project, "commit", "--quiet", "--message", "Legacy")
    prompt(project, "Implement T-042")
    assert stop(project) == ""
    (project / "specs/specify.md").write_text("# Specification\n", encoding="utf-8")
    assert "backend/app/notes/b.py" in stop(project)  # nobody touched it, and its sections have gone


@pytest.mark.parametrize("folder", ["", "__pycache__"])  # the second is one that git ignores
def test_uncommitted_work_of_the_same_task_is_not_from_before(project: Path, folder: str) -> None:
    file = project / "backend/app/notes" / folder / "a.py"
    file.parent.mkdir(parents=True)
    file.write_text(headed().replace("§2.1", "§9.9"), encoding="utf-8")
    prompt(project, "Implement T-042")
    assert f"{file.relative_to(project)}:3" in stop(project)


def test_a_type_checker_that_takes_its_time_holds_no_order_up(project: Path) -> None:
    (project / "slow.py").write_text(
        "import os, pathlib, time\npathlib.Path('started').write_text(str(os.getpid()))\ntime.sleep(60)\n"
    )
    with (project / "pyproject.toml").open("a") as settings:
        settings.write('[tool.specward.quality]\nlint = []\ntypes = ["python", "slow.py"]\n')
    patience = "from specward.agent import standing; standing.TIME_TO_REMEMBER = 4"
    run = "import runpy, sys; runpy.run_path(sys.argv.pop(1), run_name='__main__')"
    order = event(project, "UserPromptSubmit", prompt="Implement T-042")
    done = subprocess.run(
        [sys.executable, "-c", f"{patience}; {run}", str(project / "backend/specward/agent/hook.py")],
        input=json.dumps(order).encode(),
        env={"PATH": os.environ["PATH"], "CLAUDE_PROJECT_DIR": str(project)},
        capture_output=True,
        check=False,
    )
    os.kill(int((project / "started").read_text()), signal.SIGKILL)
    assert (done.returncode, b"T-042" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    ("name", "part"), [("SessionStart", 1), ("UserPromptSubmit", 2), ("SubagentStart", 6)]
)
def test_what_is_told_before_the_work_is_given_the_time_that_reading_takes(
    project: Path, name: str, part: int
) -> None:
    slow = (
        "import time; from specward.agent import fast, permission; fast.TIME = 1; "
        "read = permission.read_specs; permission.read_specs = lambda *it: (time.sleep(2), read(*it))[1]"
    )
    run = "import runpy, sys; runpy.run_path(sys.argv.pop(1), run_name='__main__')"
    given = event(project, name, prompt="Implement T-042", agent_type="backend-engineer", agent_id="a1")
    script = str(project / "backend/specward/agent/hook.py")
    done = subprocess.run(
        [sys.executable, "-c", f"{slow}; {run}", script, str(part)],
        input=json.dumps(given).encode(),
        env={"PATH": os.environ["PATH"], "CLAUDE_PROJECT_DIR": str(project)},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_no_limit_outlives_the_alarm_around_it() -> None:
    work = """
import signal, sys, time
from specward.agent.alarm import OutOfTimeError, give_up_in_order, time_limit
give_up_in_order(1)
signal.alarm(2)
try:
    with time_limit(30):
        time.sleep(20)
except OutOfTimeError:
    print("within", signal.getsignal(signal.SIGALRM).__name__)
try:
    time.sleep(20)
except OutOfTimeError:
    print("around")
"""
    done = subprocess.run(
        [sys.executable, "-c", work], capture_output=True, text=True, check=False, timeout=10
    )
    assert (done.stdout.split("\n"), done.stderr) == (["within out_of_time", "around", ""], "")


def test_an_end_that_comes_too_soon_keeps_what_was_found_out(bound: Path) -> None:
    notes = bound / "backend/app/notes"
    notes.mkdir(exist_ok=True)
    (notes / "models.py").write_text(f"{headed()}{MODELS}", encoding="utf-8")
    for number in range(60):
        route = f"{HEAD}{ENDLESS}\n@router.get('/n{number}')\ndef n{number}(a: int):\n    return f0(a)\n"
        (notes / f"n{number}.py").write_text(f"{headed()}{route}", encoding="utf-8")
    hurry = "from specward.agent import events; events.TIME_TO_CLOSE = 10"
    run = "import runpy, sys; runpy.run_path(sys.argv.pop(1), run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", f"{hurry}; {run}", str(bound / "backend/specward/agent/hook.py")],
        input=json.dumps(event(bound, "Stop", agent_type="backend-engineer")).encode(),
        env={"PATH": os.environ["PATH"], "CLAUDE_PROJECT_DIR": str(bound)},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, b"Its progress is kept" in done.stderr) == (2, True)
    kept = (bound / ".specward/cache/isolation-routes.jsonl").read_text().splitlines()
    assert 0 < len(kept) < 60


def test_the_end_is_judged_where_there_is_work_and_nobody_still_works(bound: Path) -> None:
    (bound / "frontend/stray.ts").write_text("export {}\n", encoding="utf-8")
    running = [{"type": "subagent", "status": "running"}]
    assert "frontend/stray.ts:1:1 SW301" in stop(bound, engineer=False)
    assert stop(bound, background_tasks=running) == ""
    helper = event(bound, "SubagentStop", agent_id="a1", agent_type="Explore")
    assert hook(bound, helper).stdout == ""
    assert "SW301" in hook(bound, helper | {"agent_type": "specward:backend-engineer"}).reason
    (bound / "frontend/stray.ts").unlink()
    assert stop(bound) == ""


def test_a_session_without_a_task_ends_at_once(project: Path) -> None:
    (project / "backend/app/own.py").write_text("by hand\n", encoding="utf-8")
    assert stop(project, engineer=False) == ""
    assert stop(project) == ""  # the agent could write nothing, so nothing is its doing


def test_the_start_tells_what_the_gate_is_and_what_of_it_is_missing(project: Path) -> None:
    start = event(project, "SessionStart", source="startup")
    told = hook(project, start).context
    assert "Specward guards this repository: backend/app/**" in told
    assert "gate is incomplete" not in told
    settings = project / ".claude/settings.json"
    settings.write_text(settings.read_text().replace('"PreToolUse"', '"PreTool"'), encoding="utf-8")
    (project / ".claude/settings.local.json").write_text('{"disableAllHooks": true}', encoding="utf-8")
    (project / ".claude/agents/backend-engineer.md").unlink()
    told = hook(project, start).context
    assert "no handler of the gate for PreToolUse" in told
    assert "settings.local.json switches all hooks off" in told
    assert "backend-engineer.md is missing" in told


def test_a_long_brief_comes_in_parts_and_then_as_a_file(project: Path) -> None:
    specify = project / "specs/specify.md"
    text = specify.read_text().replace("characters.", "characters.\n\n" + "Long words. " * 5000)
    specify.write_text(text, encoding="utf-8")
    approve(project, ("T-042",))
    parts = [prompt(project, "Implement T-042", part=part).context for part in range(1, PARTS + 2)]
    assert [bool(part) for part in parts] == [*[True] * PARTS, False]
    assert all(len(part) < 10_000 for part in parts)
    file = Path(parts[PARTS - 1].rpartition(" in ")[2].rstrip("."))
    assert file.read_text(encoding="utf-8").count("Long words.") == 5000


def test_settings_that_cannot_be_read_permit_nothing_and_say_why(bound: Path) -> None:
    (bound / "pyproject.toml").write_text("[tool.specward", encoding="utf-8")
    reply = use(bound, "Write", file_path=str(bound / "backend/app/notes/a.py"), content=headed())
    assert reply.decision == "deny"
    assert "pyproject.toml is not valid TOML" in reply.reason
    assert use(bound, "Bash", engineer=False, command="ls").decision == ""
