"""What the model is told before it works: what the gate is, which tasks it is bound to, and their brief.

The client cuts each string of a hook's answer at 10,000 characters (2.1.330), so a brief is given in parts:
the same handler is registered `PARTS` times, each with its number. What is longer still is read from a file.
"""

import os
from pathlib import Path

from specward.agent import wiring
from specward.agent.bindings import bind_session, forget, is_order, keep_words, session_record, starting_tasks
from specward.agent.orders import ordered
from specward.agent.permission import brief_of, compile_record
from specward.agent.record import Caller, Record
from specward.brief import pieces

PARTS = 6
PART_LENGTH = 9_500  # characters, below the client's 10,000


def at_start(_event: dict[str, object], caller: Caller, _part: int) -> str:
    """Say what the gate is and what is bound, in a few lines."""
    forget(caller)
    record = session_record(caller)
    about = (
        f"Specward guards this repository: {', '.join(record.territory)} is written for approved tasks only, "
        "within their permit. The gate itself, approvals, history and the build are for people."
    )
    bound = _binding(record) if record.asked else 'A task is bound by naming it: "Implement task T-042".'
    # A plugin's hooks need nothing in the project; the client tells them apart by this variable.
    problems = () if os.environ.get("CLAUDE_PLUGIN_ROOT") else wiring.problems(Path(caller.project))
    broken = [f"The gate is incomplete: {problem}" for problem in problems]
    return "\n".join([about, bound, *broken])


def at_prompt(event: dict[str, object], caller: Caller, part: int) -> str:
    """Bind the session to the tasks that the prompt orders, and give a part of their brief."""
    prompt = str(event.get("prompt", ""))
    if not is_order(prompt):
        return ""
    asked = ordered(prompt, always=caller.engineer)
    if asked:
        if part > 1:
            return _part(compile_record(caller.project, asked), caller, part)
        keep_words(caller, prompt)
        record = bind_session(caller, asked)
        return _part(record, caller, part)
    record = session_record(caller)
    return _binding(record) if caller.engineer and not record.tasks and part == 1 else ""


def at_delegation(_event: dict[str, object], caller: Caller, part: int) -> str:
    """Give a sub-agent the brief of the tasks it may be meant for."""
    if not caller.engineer:
        return ""
    asked = starting_tasks(caller)
    text = _part(compile_record(caller.project, asked), caller, part)
    if part == 1 and len(asked) > 1:
        return f"Several tasks are under way: yours are those that your prompt names.\n{text}"
    return text


def _part(record: Record, caller: Caller, part: int) -> str:
    """Give one part of what the model is told about its tasks; what the parts cannot hold, as a file."""
    text = "\n\n".join(filter(None, (_binding(record), brief_of(caller.project, record.keys))))
    parts = pieces(text, PART_LENGTH)
    if part > min(len(parts), PARTS):
        return ""
    head = f"(Specward, part {part} of {len(parts)})\n\n" if len(parts) > 1 else ""
    tail = ""
    if part == PARTS < len(parts):
        file = Path(f"{caller.home}.brief.md")
        file.write_text(text, encoding="utf-8")
        tail = f"\n\nThe brief continues. Read the rest of it, from the words above, in {file}."
    return head + parts[part - 1] + tail


def _binding(record: Record) -> str:
    """Say in a few lines what is bound, what may be written, and what stands in the way."""
    lines: list[str] = []
    if record.tasks:
        lines.append(f"Specward bound this work to {', '.join(record.tasks)}. It may write")
        lines += (f"- {path}" for path in record.paths)
        lines.append(
            "and nothing else; it has no shell. The gate runs the checks, at each write and at the end."
        )
    if record.missing:
        lines.append(record.missing)
    if not record.tasks:
        lines.append("Nothing can be written: say what is missing, or file a clarification (task-missing).")
    return "\n".join(lines)
