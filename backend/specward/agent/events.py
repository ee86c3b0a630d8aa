"""What the gate answers to each event of the client, once everything installed is at hand.

Each event imports what it needs alone: the agent waits for the answer after every write.
"""

import json
import signal
import sys
from typing import TYPE_CHECKING

from specward.agent.alarm import OutOfTimeError, give_up_in_order
from specward.agent.answers import answer
from specward.agent.bindings import caller_record
from specward.agent.policy import ALLOW, OWN, UNDECIDED, decide
from specward.agent.record import Caller
from specward.errors import CouldNotRunError

if TYPE_CHECKING:
    from specward.agent.verdicts import End

CONTEXT = ("SessionStart", "UserPromptSubmit", "SubagentStart")
CLOSING = ("Stop", "SubagentStop")
TIME_TO_TELL, TIME_TO_CLOSE = 52, 52  # seconds; the client gives these events 60
TO_PUT_DOWN, TO_PUT_DOWN_ALL = 0.8, 6.0  # seconds to keep what is known, of the 10 and of the 60
TOO_LITTLE_TIME = (
    "Specward had too little time to check this, so it is refused. Its progress is kept: do the same "
    "again, and it continues from there.\n"
)
SETTINGS = ("project_settings", "local_settings")


def respond(event: dict[str, object], part: int) -> int:
    """Answer one event on standard output; returns the exit code.

    Args:
        event: as the client sends it.
        part: which part of a long context this process gives, from 1.
    """
    give_up_in_order(TO_PUT_DOWN)
    try:
        sys.stdout.write(_answer(event, part))
    except OutOfTimeError:
        sys.stderr.write(TOO_LITTLE_TIME)
        return 2
    except CouldNotRunError as error:
        sys.stderr.write(f"Specward could not check this, so it is refused: {error}\n")
        return 2
    return 0


def _answer(event: dict[str, object], part: int) -> str:
    name = str(event["hook_event_name"])
    caller = Caller(event)
    if name == "PreToolUse":
        return _permission(event, caller)
    if name in CONTEXT:
        _take_time(TIME_TO_TELL)
        return _context(name, event, caller, part)
    if name == "PostToolUse":
        from specward.agent.verdicts import after_write  # noqa: PLC0415

        return _block(after_write(event, caller))
    if name in CLOSING:
        from specward.agent.verdicts import at_the_end  # noqa: PLC0415

        _take_time(TIME_TO_CLOSE)
        return _end(at_the_end(event, caller))
    if name == "ConfigChange" and event.get("source") in SETTINGS:
        return _block("The settings that wire in the gate cannot change within a session. Start a new one.")
    return ""


def _take_time(seconds: int) -> None:
    """Go on for longer than every event may at first: all specifications may have to be read."""
    give_up_in_order(TO_PUT_DOWN_ALL)
    signal.alarm(seconds)


def _permission(event: dict[str, object], caller: Caller) -> str:
    from specward.agent.judgement import judge, with_caller  # noqa: PLC0415

    record = caller_record(caller)
    decision, reason = decide(event, caller, record)
    if str(event["tool_name"]).startswith(OWN):
        return answer(ALLOW, "It is a tool of the gate's own.", json.dumps(with_caller(event)))
    if decision == UNDECIDED:
        decision, reason = judge(event, caller, record)
    return answer(decision, reason)


def _context(name: str, event: dict[str, object], caller: Caller, part: int) -> str:
    from specward.agent.context import at_delegation, at_prompt, at_start  # noqa: PLC0415

    respond_to = {"SessionStart": at_start, "UserPromptSubmit": at_prompt, "SubagentStart": at_delegation}
    text = respond_to[name](event, caller, part)
    if not text:
        return ""
    return json.dumps({"hookSpecificOutput": {"hookEventName": name, "additionalContext": text}})


def _end(end: "End") -> str:
    return json.dumps({"systemMessage": f"Specward: {end.notice}"}) if end.notice else _block(end.objection)


def _block(reason: str) -> str:
    return json.dumps({"decision": "block", "reason": reason}) if reason else ""
