"""Read an event, answer what can be answered at once, and hand the rest to the slow path.

PreToolUse comes before every tool call, so its usual answer costs little more than starting the interpreter:
only built-in modules are imported here and below (a test holds this), and the permit was compiled before.
"""

import _json
import _signal  # type: ignore[import-not-found] # typeshed knows only `signal`, which imports enum
import sys

from specward.agent.answers import answer
from specward.agent.policy import UNDECIDED, decide
from specward.agent.record import Caller, load

LIMIT = 10_000_000  # bytes of one event
TIME = 9  # seconds; the client gives 10, and an old one would take its own time-out for consent


class _Strict:
    """How JSON is read: the attributes that `_json.make_scanner` asks of its context."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float
    memo: dict[str, str] = {}  # noqa: RUF012 (one process, one event)


def main(arguments: list[str]) -> int:
    """Answer the event on standard input; returns the exit code, or ends with it.

    Args:
        arguments: at most one, the number of the part of a long answer that this process gives.
    """
    _signal.alarm(TIME)
    event = parse(sys.stdin.buffer.read(LIMIT + 1))
    if event["hook_event_name"] == "PreToolUse":
        caller = Caller(event)
        record = load(caller.path)
        if record and record.fresh:
            decision, reason = decide(event, caller, record)
            if decision != UNDECIDED:
                sys.stdout.write(answer(decision, reason))
                return 0
    return _slow(event, arguments)


def parse(data: bytes) -> dict[str, object]:
    """Read one event.

    Raises:
        ValueError: it is too long, no UTF-8, no JSON, or no object.
    """
    if len(data) > LIMIT:
        raise ValueError(f"the event is longer than {LIMIT} bytes")
    text = data.decode()
    try:
        event, end = _json.make_scanner(_Strict)(  # type: ignore[arg-type] # any object with these attributes does
            text.lstrip(), 0
        )
    except (StopIteration, SystemError):  # the C scanner's two ways of giving up
        raise ValueError("the event is not JSON") from None
    if text.lstrip()[end:].strip() or not isinstance(event, dict):
        raise ValueError("the event is not a JSON object")
    return event


def _slow(event: dict[str, object], arguments: list[str]) -> int:
    """Answer with everything installed at hand, and end; `-S` left the environment's packages out."""
    import gc  # noqa: PLC0415 (the slow path only)
    import site  # noqa: PLC0415

    gc.disable()  # as in `check`: a short run with many values and hardly a cycle
    site.main()
    from specward.agent.events import respond  # noqa: PLC0415
    from specward.leaving import leave  # noqa: PLC0415

    return leave(respond(event, int(arguments[0]) if arguments else 1))
