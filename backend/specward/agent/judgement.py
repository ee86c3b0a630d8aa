"""The calls that only the slow path judges: delegations, clarifications, settings, headers not plain."""

from specward.agent.bindings import bind_call, bind_session, session_record
from specward.agent.clarifications import ClarificationError, parse_clarification
from specward.agent.dependencies import refusal
from specward.agent.orders import ordered
from specward.agent.paths import exists, joined, read, real, relative
from specward.agent.policy import (
    ALLOW,
    CALLER,
    CLARIFICATIONS,
    DELEGATION,
    DENY,
    DEPENDENCY_FILE,
    EDITS,
    NOTHING,
    WRITES,
    Answer,
    text_after,
)
from specward.agent.record import Caller, Record
from specward.code.sources import read_source
from specward.config import parse_config
from specward.errors import CouldNotRunError
from specward.permits.globs import matches
from specward.specs.ids import squash

SKILL = "implement"
_IDENTITY = ("session_id", "agent_id", "agent_type", "cwd", "transcript_path")  # what `Caller` reads


def judge(event: dict[str, object], caller: Caller, record: Record) -> Answer:
    """Judge a call that `policy.decide` left open; the arguments are the same."""
    tool, given = str(event["tool_name"]), event["tool_input"]
    if not isinstance(given, dict):
        raise TypeError("tool_input is no object")
    if tool in DELEGATION:
        return _delegation(tool, given, str(event["tool_use_id"]), caller)
    place = real(joined(str(event["cwd"]), str(given[WRITES[tool]])))
    if tool not in EDITS:
        return DENY, "A notebook has no reference header, so no task may use one."
    if not (caller.engineer or record.tasks):
        return _settings(place, text_after(tool, given, place))
    return _work(relative(place, caller.root), text_after(tool, given, place), caller, record)


def _work(path: str | None, text: str | None, caller: Caller, record: Record) -> Answer:
    """Judge what a task's work makes of a file that its permit covers."""
    if path is None or text is None:
        return (
            DENY,
            f"The result of this edit to {path} is unclear: read the file again, and quote it exactly.",
        )
    if matches(CLARIFICATIONS, path):
        return _clarification(path, text)
    if path == DEPENDENCY_FILE:
        why = refusal(read(f"{caller.root}/{path}"), text, record.dependencies)
        return (DENY, why) if why else (ALLOW, "The permit allows these dependencies.")
    return _header(path, text, record)


def with_caller(event: dict[str, object]) -> dict[str, object]:
    """Return the input of a call to the gate's own server, with who calls written into it."""
    given = event["tool_input"]
    if not isinstance(given, dict):
        raise TypeError("tool_input is no object")
    return {**given, CALLER: {name: event.get(name) for name in _IDENTITY}}


def _delegation(tool: str, given: dict[str, object], call: str, caller: Caller) -> Answer:
    """Bind the call to the tasks its prompt names, or refuse it; agents of other kinds are free."""
    if tool == "Skill":
        return _skill(given, caller)
    if str(given.get("subagent_type")).rpartition(":")[2] != "backend-engineer":
        return NOTHING, ""
    asked = ordered(str(given.get("prompt", "")), always=True)
    own = session_record(caller)
    if own.tasks:
        asked = tuple(name for name in asked if _bare(name) in map(_bare, own.asked))
        if not asked:
            return (
                DENY,
                f"This session is bound to {', '.join(own.tasks)}, and the prompt names none of them.",
            )
    record = bind_call(caller, call, asked)
    if record.tasks:
        return NOTHING, ""
    return DENY, f"The backend engineer starts with an approved task in its prompt. {record.missing}"


def _skill(given: dict[str, object], caller: Caller) -> Answer:
    """A model that starts the skill itself names the tasks in its arguments."""
    if str(given.get("skill")).rpartition(":")[2] != SKILL or session_record(caller).tasks:
        return NOTHING, ""
    record = bind_session(caller, ordered(str(given.get("args", "")), always=True))
    return (NOTHING, "") if record.tasks else (DENY, record.missing)


def _settings(place: str, text: str | None) -> Answer:
    """Judge what a session without a task makes of a file that holds the gate's settings among others."""
    name = place.rpartition("/")[2].casefold()
    try:
        before = parse_config(read(place) if exists(place) else "", name)
    except CouldNotRunError:
        return NOTHING, ""  # the gate permits nothing until it is mended
    try:
        if text is None or parse_config(text, name) == before:
            return NOTHING, ""
    except CouldNotRunError as error:
        return DENY, str(error)
    return DENY, f"{name} has settings of the gate: only people change them."


def _clarification(path: str, text: str) -> Answer:
    try:
        found = parse_clarification(path, text)
    except ClarificationError as error:
        return DENY, str(error)
    return ALLOW, f"A clarification about {found.task}: {found.kind}."


def _header(path: str, text: str, record: Record) -> Answer:
    """Hold the file's own header against the permit; what it cites is judged after the write."""
    tasks, source = ", ".join(record.tasks), read_source(path, text)
    form = f'It opens with "[Task]: {tasks}", "[From]: ..." and "[Description]: ...", each on its own line.'
    header = source.header
    if source.trouble and source.is_traceable:
        return DENY, f"{path} could not be checked: {source.trouble}. Save it as UTF-8."
    if not source.needs_header:
        return ALLOW, f"{path} is within the permit of {tasks}."
    if header is None:
        return DENY, f"{path} has no reference header. {form}"
    if not {_bare(task.text[0]) for task in header.tasks} & set(map(_bare, record.tasks)):
        named = ", ".join(task.text[0] for task in header.tasks) or "no task"
        return DENY, f"The header of {path} names {named}, and this work is bound to {tasks}. {form}"
    if not header.sections or not header.description:
        return DENY, f"The header of {path} lacks its sections or its description. {form}"
    return ALLOW, f"{path} is within the permit of {tasks}."


def _bare(name: str) -> str:
    """Return a task's id without its feature, in the spelling that all of its spellings share."""
    return squash(name.rpartition("/")[2])
