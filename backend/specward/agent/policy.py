"""What a tool call may do. Part of the fast path: built-in modules only.

Two kinds of caller. The *bound* work on tasks: the backend engineer, as main agent or sub-agent, and any
session that was told to implement one. They may read the repository and write what their permit covers. All
others are free, but for the territory and the control files.
"""

from specward.agent.opening import is_plain
from specward.agent.paths import (
    exists,
    is_same_repository,
    joined,
    names,
    read,
    real,
    relative,
    toplevel,
)
from specward.agent.record import Caller, Record
from specward.agent.secrets import is_secret, may_name_secrets
from specward.permits.globs import matches, matches_any
from specward.permits.steering import is_in_steering_folder, steers

ALLOW, DENY, NOTHING, UNDECIDED = "allow", "deny", "", "undecided"
Answer = tuple[str, str]  # one of the four, and the reason

EDITS = ("Write", "Edit")
WRITES = {"Write": "file_path", "Edit": "file_path", "NotebookEdit": "notebook_path"}
WRITES |= {"MultiEdit": "file_path"}  # of older clients
READS = {"Read": "file_path", "Grep": "path", "Glob": "path"}
# What a bound session, which talks with a person, may use besides: nothing of this touches a file.
TALK = frozenset({"AskUserQuestion", "TodoWrite", "TaskCreate", "TaskUpdate", "TaskList", "TaskGet"})
TALK |= {"ToolSearch", "EnterPlanMode", "ExitPlanMode", "TaskStop", "TaskOutput"}
DELEGATION = frozenset({"Agent", "Task", "Skill"})
OWN = ("mcp__specward__", "mcp__plugin_specward_specward__")  # the gate's server, of a project and a plugin
CALLER = "caller"  # the argument that tells these tools whose call it is; only the hook writes it
LEAVING = ("..", "{/", ",/", "{~", ",~")  # how a glob leads out, alternatives in braces included
DEPENDENCY_FILE = "pyproject.toml"  # what may change in it, only the slow path can tell
SETTINGS = (DEPENDENCY_FILE, "specward.toml")  # the gate's own among others; only the slow path can tell, too
CLARIFICATIONS = "history/clarifications/**"
_CLOSED = "{} holds, or may hold, secrets, and no task needs them: .env.example says what there is to set."
_CONTROL = "{} belongs to the specification, the gate, the history or the build: only people change it."


def decide(event: dict[str, object], caller: Caller, record: Record) -> Answer:
    """Judge one tool call.

    Args:
        event: the PreToolUse event as the client sends it.
        caller: who calls.
        record: the caller's own, fresh.

    Returns:
        ALLOW, DENY or NOTHING (no opinion: the client's own rules decide) with the reason, or UNDECIDED
        where only the slow path can tell.
    """
    tool = str(event["tool_name"])
    given = event["tool_input"]
    if not isinstance(given, dict):
        raise TypeError("tool_input is no object")
    bound = caller.engineer or bool(record.tasks)
    if tool in WRITES:
        return _write(tool, given, event, caller, record)
    if tool.startswith(OWN) or (tool in DELEGATION and not caller.engineer):
        return UNDECIDED, ""
    if not bound:
        return NOTHING, ""
    if tool in READS:
        return _read(given, tool, event, caller)
    if tool in TALK and not caller.engineer:
        return NOTHING, ""
    return DENY, (
        f"{tool} is not a tool for tasks. These are: Read, Grep, Glob, Write and Edit, and the gate's own "
        "brief, check, test and clarify."
    )


def _write(
    tool: str, given: dict[str, object], event: dict[str, object], caller: Caller, record: Record
) -> Answer:
    """Judge a write of anybody."""
    wanted = given.get(WRITES[tool])
    if not isinstance(wanted, str) or not wanted:
        return DENY, f"{tool} needs a `{WRITES[tool]}`: the path of the file to write."
    path = _place(wanted, event, caller)
    if caller.engineer or record.tasks:
        return _bound_write(path, tool, given, caller, record)
    return _free_write(_place_anywhere(wanted, event, caller) if path is None else path, record)


def text_after(tool: str, given: dict[str, object], path: str) -> str | None:
    """Return what the file would hold after a Write or an Edit; None where the edit does not fit it."""
    if tool == "Write":
        return str(given["content"])
    old, new = str(given["old_string"]), str(given["new_string"])
    text = read(path) if exists(path) else ""
    if not old:
        return None if text else new
    count = text.count(old)
    if not count or (count > 1 and not given.get("replace_all")):
        return None
    return text.replace(old, new)


def is_control(path: str, record: Record) -> bool:
    """Tell whether a path, in any case of letters, is one that steers the gate or the build."""
    return is_in_steering_folder(path) or matches_any(record.control, path.casefold())


def _bound_write(
    path: str | None, tool: str, given: dict[str, object], caller: Caller, record: Record
) -> Answer:
    """Judge a write of a caller that is bound, or should be."""
    if path is not None and matches(CLARIFICATIONS, path) and tool in EDITS:
        return UNDECIDED, ""
    refusal = _refusal(path, record)
    if path is None or refusal:
        return DENY, refusal
    if names(f"{caller.root}/{path}") > 1:
        return DENY, (
            f"{path} has another name (a hard link), which may be outside the permit. Ask a person to "
            "replace it by a separate file."
        )
    text = text_after(tool, given, f"{caller.root}/{path}") if tool in EDITS else None
    if text is None or path == DEPENDENCY_FILE or not is_plain(text, record.tasks):
        return UNDECIDED, ""
    return ALLOW, f"{path} is within the permit of {', '.join(record.tasks)}."


def _refusal(path: str | None, record: Record) -> str:
    """Say why the path is not the caller's to write, whatever would be written; empty: it is."""
    if path is None:
        return "That path leads out of the repository."
    if is_control(path, record):
        return _CONTROL.format(path)
    if not record.tasks:
        return record.missing
    if not matches_any(record.paths, path):
        return (
            f"{path} is outside the permit of {', '.join(record.tasks)}, which covers "
            f"{', '.join(record.paths)}. If the task cannot be done without it, file a clarification "
            "(spec-contradiction) and stop."
        )
    if steers(path) and path not in record.paths:
        return f"{path} controls agents or tools: only people write it, unless a task names it."
    return ""


def _free_write(path: str | None, record: Record) -> Answer:
    """Judge a write of a session that works on no task."""
    if path is not None and is_control(path, record):
        return DENY, _CONTROL.format(path)
    if path is not None and path.casefold() in SETTINGS:
        return UNDECIDED, ""
    if path is not None and matches_any(record.territory, path.casefold()):
        return DENY, (
            f"{path} is written for approved tasks only. {record.missing} "
            'Ask the user to name one: "Implement task T-...".'
        )
    return NOTHING, ""


def _read(given: dict[str, object], tool: str, event: dict[str, object], caller: Caller) -> Answer:
    """Judge a reading of a bound caller; a glob may leave the repository as well as a path."""
    pattern = str(given.get("pattern", "")) if tool == "Glob" else ""
    wanted = str(given.get(READS[tool]) or event["cwd"])
    if pattern.startswith(("/", "~")):
        wanted = pattern.partition("*")[0]
    place = _place(wanted, event, caller)
    if any(sign in pattern for sign in LEAVING) or place is None:
        return DENY, f"{pattern or wanted} leads out of the repository."
    if tool != "Glob" and is_secret(place):
        return DENY, _CLOSED.format(place)
    if tool == "Grep" and may_name_secrets(str(given.get("glob") or "")):
        return DENY, _CLOSED.format(
            given["glob"]
        ) + " End the glob in the extension of what you look for: *.py."
    return ALLOW, "Reading inside the repository is free."


def _place(path: object, event: dict[str, object], caller: Caller) -> str | None:
    """Return where a path really leads, relative to the caller's root; None outside."""
    if str(path).startswith("~"):  # the client may take it for somebody's home
        return None
    return relative(real(joined(str(event["cwd"]), str(path))), caller.root)


def _place_anywhere(path: str, event: dict[str, object], caller: Caller) -> str | None:
    """Return where a path outside leads in another work tree of the same repository; None in none."""
    there = real(joined(str(event["cwd"]), path))
    top = toplevel(there.rpartition("/")[0])
    return relative(there, top) if is_same_repository(top, caller.project) else None
