"""The gate's own tools for the agent: its brief, the checks, the tests of its tasks, and the question.

A tool does not know who calls. The gate's hook does, and writes it into the call as `caller`; so a call that
did not pass the hook gets no answer.
"""

from collections.abc import Mapping
from pathlib import Path

from specward.agent.bindings import caller_record, session_tasks
from specward.agent.clarifications import KINDS, SECTIONS, file_clarification
from specward.agent.permission import brief_of, compile_record, tests_of
from specward.agent.policy import CALLER
from specward.agent.record import Caller
from specward.agent.rpc import Tool
from specward.agent.standing import outstanding
from specward.agent.testing import run_tests
from specward.agent.verdicts import report
from specward.errors import CouldNotRunError
from specward.specs.ids import squash

_TASK = "a task's id, as T-042; without it, the tasks you work on"


def brief(arguments: Mapping[str, object]) -> str:
    """Give the brief of a task, or of all that the caller is bound to."""
    caller, asked = _caller(arguments), _asked(arguments)
    record = compile_record(caller.project, asked) if asked else caller_record(caller)
    text = brief_of(caller.project, record.keys or asked)
    return "\n\n".join(filter(None, (record.missing, text)))


def check(arguments: Mapping[str, object]) -> str:
    """Give the verdict on the work as it would be at its end."""
    caller = _caller(arguments)
    tasks = session_tasks(caller)
    work = outstanding(caller, tasks)
    about = ", ".join(tasks) or "the tree"
    if work.errors:
        return report(work.errors, f"Not clean yet. The verdict on {about} is red:")
    before = f" What was wrong before the work began ({work.before}) is not yours." if work.before else ""
    return f"Clean: no finding about {about}.{before}"


def test(arguments: Mapping[str, object]) -> str:
    """Run the tests that the caller's tasks permit."""
    caller, asked = _caller(arguments), _asked(arguments)
    own = caller_record(caller)
    wanted = [_bare(name) for name in asked] or [_bare(key) for key in own.keys]
    keys = tuple(key for key in own.keys if _bare(key) in wanted)
    if not keys:
        raise CouldNotRunError(
            own.missing or f"{', '.join(asked)} is not your task: you work on {', '.join(own.tasks)}."
        )
    return run_tests(Path(caller.root), keys, tests_of(caller.project, keys))


def clarify(arguments: Mapping[str, object]) -> str:
    """File a clarification about a task."""
    caller = _caller(arguments)
    task, kind, *said = (str(arguments[name]).strip() for name in _QUESTION)
    found = compile_record(caller.project, (task,))
    feature = next((key.rpartition("/")[0] for key in found.keys), "")
    path = file_clarification(Path(caller.root), feature, task.rpartition("/")[2], kind, said)
    return f"{path} is filed. Undo what is outside the permit, and end your turn with its statements."


def _caller(arguments: Mapping[str, object]) -> Caller:
    """Return who calls, as the hook wrote it into the call."""
    event = arguments.get(CALLER)
    if not isinstance(event, dict):
        raise CouldNotRunError(
            "This call did not pass the gate's hook, so its session is unknown. The hooks are wired by "
            "`specward init`; `specward check` says what is wrong with them."
        )
    return Caller(event)


def _asked(arguments: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(filter(None, (str(arguments.get("task", "")).strip(),)))


def _bare(name: str) -> str:
    return squash(name.rpartition("/")[2])


_QUESTION = {
    "task": "the id as you were given it",
    "kind": f"one of {', '.join(KINDS)}",
    "missing": "the one fact or decision without which you would have to guess",
    "consulted": "each section and file you read for it",
    "needed": "the answer you need: the options, and what each would mean",
}
TOOLS = (
    Tool("brief", "Everything that a task cites, in full, with its permit.", {"task": _TASK}, (), brief),
    Tool("check", "The gate's verdict on the work so far, as it will be given at the end.", {}, (), check),
    Tool("test", "Run the tests of your tasks.", {"task": _TASK}, (), test),
    Tool(
        "clarify",
        f"File a question to the people who own the specification: {', '.join(SECTIONS).lower()}.",
        _QUESTION,
        tuple(_QUESTION),
        clarify,
    ),
)
