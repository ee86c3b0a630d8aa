"""What the gate says about the work itself: on one file after a write, on the whole tree at the end."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from specward.agent.bindings import caller_record, session_tasks
from specward.agent.paths import joined, real, relative
from specward.agent.policy import WRITES
from specward.agent.record import Caller
from specward.errors import CouldNotRunError
from specward.findings import Finding, Severity
from specward.permits.globs import matches_any
from specward.verify import verify

if TYPE_CHECKING:
    from specward.agent.standing import Outstanding

LENGTH = 9_000  # characters; the client cuts a reason at 10,000
# What to mend first: what must not be there at all, then what endangers users, then the rest.
IMPORTANCE = ("SW3", "SW2", "SW6", "SW4", "SW5", "SW1")
SCOPE = "SW3"
ADVICE = (
    "\n\nFix these and finish again. If a specification is in the way, undo what is outside the permit, "
    "file a clarification under history/clarifications/, and stop."
)


def after_write(event: dict[str, object], caller: Caller) -> str:
    """Return what is wrong with the file just written, to be told at once; empty: nothing."""
    given = event["tool_input"]
    if not isinstance(given, dict):
        raise TypeError("tool_input is no object")
    written = str(given[WRITES[str(event["tool_name"])]])
    path = relative(real(joined(str(event["cwd"]), written)), caller.root)
    record = caller_record(caller)
    if path is None or not matches_any(record.territory, path.casefold()):
        return ""
    findings = verify(Path(caller.root), tasks=record.keys, paths=[path]).findings
    return report(findings, f"{path} is written. Specward found in it:") if findings else ""


class End(NamedTuple):
    """What the gate says when somebody wants to end."""

    objection: str = ""  # why the work is not done; empty: it may end
    notice: str = ""  # what the person should know then


def at_the_end(event: dict[str, object], caller: Caller) -> End:
    """Judge the work, and write its history record where it is clean.

    It ends, too, where it waits for an answer, or is nobody's task.
    """
    if event["hook_event_name"] == "SubagentStop" and not caller.engineer:
        return End()  # a helper of another kind; the session's own end judges what it did
    tasks = session_tasks(caller)
    if not tasks or _runs_on(event):
        return End()
    from specward.agent.clarifications import filed  # noqa: PLC0415  # no write needs either
    from specward.agent.standing import outstanding  # noqa: PLC0415

    root = Path(caller.root)
    work = outstanding(caller, tasks)
    errors = work.errors
    if not errors:
        return _recorded(event, caller, work)
    outside = [finding for finding in errors if finding.code.startswith(SCOPE)]
    if filed(root, tasks) and not outside:
        return End()
    return End(report(errors, f"Not done yet. The verdict on {', '.join(tasks)} is red:") + ADVICE)


def _recorded(event: dict[str, object], caller: Caller, work: "Outstanding") -> End:
    """Write the record. Without one the work is not done; an agent that cannot mend that is held up once."""
    from specward.agent.recording import record_session  # noqa: PLC0415  # 40 ms that no write needs

    try:
        record_session(event, caller, work)
    except CouldNotRunError as error:
        trouble = f"The work is clean, but its history record could not be written: {error}"
        if event.get("stop_hook_active"):
            return End(notice=f"{trouble} Fix it, and run `specward record`.")
        return End(f"{trouble} If that is in a file of the task, fix it; else say so and finish.")
    return End()


def report(findings: Iterable[Finding], head: str) -> str:
    """Write findings for a model: the most important first, whole lines, within the client's limit."""
    lines = [head]
    ordered = sorted(findings, key=lambda finding: (_importance(finding), finding.order))
    for shown, finding in enumerate(ordered):
        place = finding.place
        line = f"- {place.path}:{place.line}:{place.column} {finding.code} {finding.message} {finding.hint}"
        if sum(map(len, lines)) + len(lines) + len(line) > LENGTH:
            lines.append(f"- and {len(ordered) - shown} more, shown when these are fixed.")
            break
        lines.append(line)
    return "\n".join(lines)


def _importance(finding: Finding) -> tuple[bool, int]:
    family = finding.code[:3]
    return (
        finding.severity is not Severity.ERROR,
        IMPORTANCE.index(family) if family in IMPORTANCE else len(IMPORTANCE),
    )


def _runs_on(event: dict[str, object]) -> bool:
    """Tell whether sub-agents still run in the background: the client stops again when they are done."""
    tasks = event.get("background_tasks")
    running = tasks if isinstance(tasks, list) else []
    return any(task.get("type") == "subagent" and task.get("status") == "running" for task in running)
