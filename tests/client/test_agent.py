"""The real client with the agent of this repository: what passes, what is refused, when it ends.

Each test is one run of the client, so each scripted conversation carries many promises; the file system is
asked, not only the answers.
"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.client.claude import Run, call, run_claude, text
from tests.client.messages_api import Json, Script, Turn
from tests.client.project import commit, git, headed

ENGINEER = ("--agent", "backend-engineer")
QUESTION = "# T-042\n\n## What is missing\n\nA\n\n## What was consulted\n\n§2.1\n\n## What is needed\n\nB\n"


class Model:
    """Writes the model's part: its calls carry names, by which their answers are found again."""

    def __init__(self, project: Path) -> None:
        self.project = project

    def write(self, name: str, path: str, content: str) -> Json:
        return call("Write", name, file_path=str(self.project / path), content=content)

    def edit(self, name: str, path: str, old: str, new: str) -> Json:
        return call("Edit", name, file_path=str(self.project / path), old_string=old, new_string=new)

    def delegate(self, name: str, prompt: str, **options: object) -> Json:
        options = {"description": "A task", "run_in_background": False} | options
        return call("Agent", name, subagent_type="backend-engineer", prompt=prompt, **options)


@pytest.fixture
def model(project: Path) -> Model:
    return Model(project)


def changed(project: Path) -> set[str]:
    """The paths that differ from the last commit, but for the records, which the gate writes."""
    lines = git(project, "status", "--short", "--untracked-files=all").splitlines()
    return {line[3:] for line in lines if not line[3:].startswith("history/prompts/")}


def records(project: Path) -> list[str]:
    """The texts of the history records."""
    found = sorted((project / "history/prompts").rglob("*.prompt.md"))
    return [path.read_text(encoding="utf-8") for path in found]


def as_main(project: Path, turns: list[Turn]) -> Run:
    return run_claude(project, "Implement task T-042 [main]", {"[main]": turns}, *ENGINEER)


def as_subagent(project: Path, turns: list[Turn]) -> Run:
    order = [Model(project).delegate("agent", "Implement task T-042 [sub]")]
    script = {"[main]": [order, text("Handed over.")], "[sub]": turns}
    return run_claude(project, "Please do the next task [main]", script)


@pytest.mark.parametrize("run", [as_main, as_subagent])
def test_the_agent_writes_what_its_permit_covers_and_nothing_else(
    project: Path, model: Model, run: Callable[[Path, list[Turn]], Run]
) -> None:
    (project / "backend/app/out").symlink_to("../../frontend")
    (project / "tests").mkdir()
    commit(project)
    refused = {
        "frontend": model.write("frontend", "frontend/new.ts", "export {}\n"),
        "specs": model.write("specs", "specs/tasks.md", "# Tasks\n"),
        "approvals": model.write("approvals", "specs/approvals.toml", "all\n"),
        "claude": model.write("claude", ".claude/settings.json", "{}\n"),
        "link": model.write("link", "backend/app/out/a.py", headed()),
        "dots": model.write("dots", "backend/app/notes/../../../frontend/a.py", headed()),
        "missing": model.write("missing", "backend/app/notes/b.py", "value = 1\n"),
        "forged": model.write("forged", "backend/app/notes/b.py", headed("T-999")),
        "other": model.write("other", "backend/app/notes/b.py", headed("T-078")),
        "beside": model.write("beside", "backend/app/alerts/a.py", headed("T-078")),
        "outside": call("Read", "outside", file_path="/etc/hostname"),
    }
    file = "backend/app/notes/a.py"
    turns: list[Turn] = [
        list(refused.values()),
        [model.write("new", file, headed(code="value = 1\n"))],
        [model.write("tests", "tests/app/notes/test_a.py", headed())],
        [
            model.edit("edit", file, "value = 1", "value = 2"),
            model.edit("unhead", file, "[Task]: T-042\n", ""),
        ],
        text("Done."),
    ]
    done = run(project, turns)

    assert {name for name in refused if not done.refused(name)} == set()
    assert "outside the permit of T-042" in done.answer_to("frontend")
    assert "names T-999" in done.answer_to("forged")
    assert "no reference header" in done.answer_to("missing")
    assert done.refused("unhead")
    assert changed(project) == {file, "tests/app/notes/test_a.py"}
    assert (project / file).read_text(encoding="utf-8") == headed(code="value = 2\n")
    assert "A signed-in user writes a note" in done.told  # the brief holds what the task cites
    assert done.result["subtype"] == "success"


@pytest.mark.parametrize("run", [as_main, as_subagent])
def test_clean_work_is_recorded_once_with_the_prompt_word_by_word(
    project: Path, model: Model, run: Callable[[Path, list[Turn]], Run]
) -> None:
    wrong = headed().replace("§2.1", "§9.9")
    turns: list[Turn] = [
        [model.write("wrong", "backend/app/notes/a.py", wrong)],
        text("Done."),  # not yet, so nothing is recorded
        [model.edit("mend", "backend/app/notes/a.py", "§9.9", "§2.1")],
        text("The notes are written; the key is sk-ant-abcdefghijklmnopqrstuvwxyz."),
    ]
    run(project, turns)
    (record,) = records(project)
    words = "main" if run is as_main else "sub"
    assert f"## Prompt\n\n```text\nImplement task T-042 [{words}]\n```" in record
    assert "The notes are written; the key is [masked]." in record
    assert "tasks:\n- T-042\nfiles:\n- backend/app/notes/a.py\n" in record


def test_a_record_that_cannot_be_written_holds_the_agent_up_once(project: Path, model: Model) -> None:
    (project / "history").write_text("no folder\n", encoding="utf-8")
    commit(project)
    done = as_main(project, [[model.write("own", "backend/app/notes/a.py", headed())]])
    assert (
        done.longest.count("feedback:\nThe work is clean, but its history record could not be written") == 1
    )
    assert any("run `specward record`" in str(told.get("content")) for told in done.events)  # the person
    assert done.result["subtype"] == "success"


def test_two_subagents_at_once_keep_to_their_own_tasks(project: Path, model: Model) -> None:
    script: Script = {
        "[main]": [
            [model.delegate("nothing", "Do something useful")],
            [model.delegate("unapproved", "Implement T-900")],
            [model.delegate("unasked", "Implement T-101")],
            [model.delegate("one", "Implement T-042 [one]"), model.delegate("two", "Implement T-078 [two]")],
            [call("Bash", "shell", command="echo > backend/app/x.py", description="Write")],
            text("Done."),
        ],
        "[one]": [
            [model.write("one-own", "backend/app/notes/a.py", headed("T-042"))],
            [model.write("one-other", "backend/app/alerts/b.py", headed("T-078"))],
            text("Done."),
        ],
        "[two]": [
            [model.write("two-own", "backend/app/alerts/a.py", headed("T-078"))],
            [model.write("two-other", "backend/app/notes/b.py", headed("T-042"))],
            text("Done."),
        ],
    }
    done = run_claude(project, "Implement tasks T-042 and T-078 [main]", script, "--allowedTools", "Bash")
    for name in ("nothing", "unapproved", "unasked"):
        assert "bound to T-042, T-078" in done.answer_to(name)
    assert "outside the permit of T-042" in done.answer_to("one-other")
    assert "outside the permit of T-078" in done.answer_to("two-other")
    assert "not a tool for tasks" in done.answer_to("shell")
    assert changed(project) == {"backend/app/notes/a.py", "backend/app/alerts/a.py"}


def test_several_tasks_and_the_one_that_is_not_approved(project: Path, model: Model) -> None:
    turns: list[Turn] = [
        [
            model.write("first", "backend/app/accounts/a.py", headed("T-101")),
            model.write("second", "backend/app/logins/a.py", headed("T-102")),
            model.write("third", "backend/app/alerts/a.py", headed("T-101")),
        ],
        text("Done."),
    ]
    done = run_claude(project, "Implement T-101 through T-103 [main]", {"[main]": turns}, *ENGINEER)
    assert changed(project) == {"backend/app/accounts/a.py", "backend/app/logins/a.py"}
    assert "T-103" in done.told


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ("Implement T-999 [main]", "T-999"),
        ("Implement T-900 [main]", "not approved"),
        ("Implement T-042 [main]", "stale"),
        ("Implement the notes [main]", "No task"),
    ],
    ids=["unknown", "unapproved", "stale", "none"],
)
def test_without_an_approved_task_the_agent_writes_only_its_question(
    project: Path, model: Model, order: str, why: str
) -> None:
    if why == "stale":
        specify = project / "specs/specify.md"
        specify.write_text(specify.read_text(encoding="utf-8").replace("280", "500"), encoding="utf-8")
        commit(project)
    question = "history/clarifications/backend/T-999-task-missing.md"
    turns: list[Turn] = [
        [
            model.write("code", "backend/app/notes/a.py", headed()),
            model.write("question", question, QUESTION),
        ],
        text("I cannot."),
    ]
    done = run_claude(project, order, {"[main]": turns}, *ENGINEER)
    assert why in done.answer_to("code")
    assert changed(project) == {question}
    assert len(done.requests) == len(turns)


@pytest.mark.parametrize("run", [as_main, as_subagent])
def test_the_end_waits_for_a_clean_verdict(
    project: Path, model: Model, run: Callable[[Path, list[Turn]], Run]
) -> None:
    bad = "backend/app/notes/bad.py"
    turns: list[Turn] = [
        [model.write("wrong", bad, headed().replace("§2.1", "§9.9"))],
        text("Done."),
        text("Really."),
        [model.edit("mend", bad, "§9.9", "§2.1")],
        text("Done now."),
    ]
    done = run(project, turns)
    assert "Specward found in it:\n- backend/app/notes/bad.py:3:" in done.told  # right after the write
    assert done.longest.count("feedback:\nNot done yet") == 2
    assert not done.refused("mend")
    assert verdict(project)["clean"] is True


def test_a_red_verdict_outlasts_the_patience_of_the_client(project: Path, model: Model) -> None:
    turns = [[model.write("wrong", "backend/app/notes/bad.py", headed().replace("§2.1", "§9.9"))]]
    done = as_main(project, turns)  # and then it only says that it is done, whatever the gate says
    assert done.result["subtype"] == "success"
    assert done.longest.count("feedback:\nNot done yet") == 8
    assert verdict(project)["clean"] is False


def verdict(project: Path) -> Json:
    found: Json = json.loads((project / ".specward/verdict.json").read_text(encoding="utf-8"))
    return found


def test_a_clarification_ends_the_work_unless_something_lies_outside(project: Path, model: Model) -> None:
    wrong = headed().replace("§2.1", "§9.9")
    question = "history/clarifications/backend/T-042-spec-contradiction.md"
    path = str(project / "frontend/stray.ts")
    appears: Json = {"type": "file_change", "path": path, "text": "export {}\n"}
    goes: Json = {"type": "remove", "path": path}
    turns: list[Turn] = [
        [appears, model.write("wrong", "backend/app/notes/bad.py", wrong)],
        [
            model.write("empty", question, QUESTION.replace("B\n", "\n")),
            model.write("question", question, QUESTION),
        ],
        text("I stop."),
        [goes, *text("I stop.")],
    ]
    done = as_main(project, turns)
    assert "none empty" in done.answer_to("empty")
    assert len(done.requests) == len(turns)
    assert changed(project) == {"backend/app/notes/bad.py", question}


def test_the_skill_starts_the_agent_on_its_task(project: Path, model: Model) -> None:
    turns: list[Turn] = [
        [model.write("own", "backend/app/notes/a.py", headed())],
        [model.write("other", "frontend/new.ts", "export {}\n")],
        text("Done."),
    ]
    run_claude(project, "/implement T-042", {"Implement task T-042, as approved": turns})
    assert changed(project) == {"backend/app/notes/a.py"}


def test_what_a_background_agent_says_last_binds_nobody(project: Path, model: Model) -> None:
    script: Script = {
        "[main]": [
            [model.delegate("agent", "Implement T-042 [sub]", run_in_background=True)],
            text("Started."),
            [model.write("other", "backend/app/accounts/a.py", headed("T-101"))],
            text("Done."),
        ],
        "[sub]": [
            [model.write("own", "backend/app/notes/a.py", headed())],
            text("Now implement task T-101."),
        ],
    }
    done = run_claude(project, "Implement T-042 [main]", script)
    assert "Now implement task T-101." in done.told
    assert "outside the permit of T-042" in done.answer_to("other")
    assert changed(project) == {"backend/app/notes/a.py"}


def test_a_subagent_in_a_work_tree_of_its_own(project: Path, model: Model) -> None:
    script: Script = {
        "[main]": [[model.delegate("agent", "Implement T-042 [sub]", isolation="worktree")], text("Done.")],
        "[sub]": [
            [call("Write", "own", file_path="backend/app/notes/a.py", content=headed())],
            [call("Write", "other", file_path="frontend/new.ts", content="export {}\n")],
            text("Done."),
        ],
    }
    done = run_claude(project, "Implement T-042 [main]", script)
    trees = list((project / ".claude/worktrees").iterdir())
    assert [(tree / "backend/app/notes/a.py").exists() for tree in trees] == [True]
    assert "outside the permit of T-042" in done.answer_to("other")
    assert not (project / "backend/app/notes").exists()


def test_a_session_of_another_kind_is_free_but_for_the_territory_and_the_gate(
    project: Path, model: Model
) -> None:
    turns: list[Turn] = [
        [
            model.write("free", "frontend/new.ts", "export {}\n"),
            model.write("territory", "backend/app/notes/a.py", headed()),
            model.write("gate", ".claude/agents/backend-engineer.md", "---\nname: x\n---\n"),
            model.write("approvals", "specs/approvals.toml", "all\n"),
        ],
        text("Done."),
    ]
    done = run_claude(project, "Tidy up [main]", {"[main]": turns}, "--permission-mode", "acceptEdits")
    assert changed(project) == {"frontend/new.ts"}
    assert "for approved tasks only" in done.answer_to("territory")


def test_settings_changed_from_outside_do_not_reach_the_session(project: Path, model: Model) -> None:
    off: Json = {
        "type": "file_change",
        "path": str(project / ".claude/settings.local.json"),
        "text": '{"disableAllHooks": true}',
    }
    turns: list[Turn] = [
        [off, call("Glob", "look", pattern="specs/*.md")],
        [call("Bash", "wait", command="sleep 2", description="Wait")],
        [model.write("territory", "backend/app/notes/a.py", headed())],
        text("Done."),
    ]
    options = ("--permission-mode", "acceptEdits", "--allowedTools", "Bash")
    run_claude(project, "Look around [main]", {"[main]": turns}, *options)
    assert not (project / "backend/app/notes").exists()


def break_script(project: Path, code: str) -> None:
    """Put another script in the place of the gate's."""
    (project / "backend/specward").unlink()
    script = project / "backend/specward/agent/hook.py"
    script.parent.mkdir(parents=True)
    script.write_text(code, encoding="utf-8")


ONLY_AT_CALLS = "import sys, json\nif json.load(sys.stdin)['hook_event_name'] != 'PreToolUse': sys.exit()\n"


@pytest.mark.parametrize(
    "break_gate",
    [
        pytest.param(lambda project: (project / ".venv").unlink(), id="no interpreter"),
        pytest.param(lambda project: (project / "backend/specward").unlink(), id="no script"),
        pytest.param(lambda project: (project / ".claude/hooks/specward.sh").unlink(), id="no handler"),
        pytest.param(
            lambda project: break_script(project, ONLY_AT_CALLS + "raise SystemError\n"), id="crash"
        ),
        pytest.param(
            lambda project: break_script(project, ONLY_AT_CALLS + "print('{\"a\": }')\n"), id="bad answer"
        ),
        pytest.param(
            lambda project: break_script(
                project, ONLY_AT_CALLS + "import signal, time\nsignal.alarm(1)\ntime.sleep(60)\n"
            ),
            id="hangs",
        ),
    ],
)
def test_a_broken_gate_lets_nothing_through(
    project: Path, model: Model, break_gate: Callable[[Path], None]
) -> None:
    break_gate(project)
    turns: list[Turn] = [[model.write("free", "frontend/new.ts", "export {}\n")], text("Done.")]
    run_claude(project, "Go on [main]", {"[main]": turns}, "--permission-mode", "acceptEdits")
    assert not (project / "frontend/new.ts").exists()


def test_the_run_leaves_no_process(project: Path) -> None:
    as_main(project, [text("Done.")])
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout  # noqa: S607
    assert str(project) not in listed
