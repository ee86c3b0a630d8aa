"""Everything a task says and cites, whole, in one text: for the person who reads it and for the agent."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from specward.approvals.history import told
from specward.approvals.parts import Kind, Part, read_parts
from specward.approvals.signatures import read_signers
from specward.approvals.stamps import Approvals
from specward.approvals.status import Approved, Stale, Status, status
from specward.config import Config
from specward.permits.permit import Permit, as_json, compile_permit
from specward.specs.model import Place, SpecSet, Task, Unresolved

_LIMIT = 10_000  # characters that a hook may hand over at once (Claude Code 2.1.330)
_ENTRIES = ("paths", "tests", "operations", "tables", "dependencies")


class Brief(NamedTuple):
    """A task with all that it cites, as it stands now."""

    task: Task
    status: Status
    changes: tuple[str, ...]  # for a stale approval: what changed, and its words
    permit: Permit
    parts: tuple[Part, ...]  # what it cites, in the order of its words; the task itself is not among them
    missing: tuple[Unresolved, ...]


def gather(
    root: Path, task: Task, spec_sets: tuple[SpecSet, ...], approvals: Approvals, config: Config
) -> Brief:
    """Gather a task's brief.

    Args:
        root: the repository root, whose git history tells the words that a stale approval was given on.
        task: one of the spec sets' tasks.
        spec_sets: everything that was read.
        approvals: the stamps.
        config: the project's settings, for the permit.
    """
    state = status(task, spec_sets, approvals, read_signers(root, config))
    stale = state.changes if isinstance(state, Stale) else ()
    changes = tuple(told(root, change, task.key.feature) for change in stale)
    parts, missing = read_parts(task, spec_sets)
    return Brief(task, state, changes, compile_permit((task,), config), parts[1:], missing)


def brief(
    root: Path, task: Task, spec_sets: tuple[SpecSet, ...], approvals: Approvals, config: Config
) -> str:
    """Write a task's brief as Markdown: approval, permit, the task, and everything it cites, whole."""
    return render(gather(root, task, spec_sets, approvals, config))


def render(gathered: Brief) -> str:
    """Write a gathered brief as Markdown."""
    task = gathered.task
    blocks = [
        f"# {task.key}: {task.title}\n\n" + "\n".join(_standing(gathered)),
        "## Permit\n\n" + "\n".join(_permit(gathered.permit)),
        _block("The task", task.place, task.text),
        *_cited(gathered.parts),
    ]
    if gathered.missing:
        misses = (f"- {miss.citation}: {miss.reason}. {miss.hint}" for miss in gathered.missing)
        blocks.append("## Cited, but missing\n\n" + "\n".join(misses))
    return "\n\n".join(blocks) + "\n"


def brief_json(gathered: Brief) -> dict[str, object]:
    """Give a gathered brief as values that JSON can hold."""
    task = gathered.task
    return {
        "task": str(task.key),
        "title": task.title,
        "done": task.done,
        "place": _at(task.place),
        "text": task.text,
        "approval": {
            "state": type(gathered.status).__name__.lower(),
            "sentences": _standing(gathered),
        },
        "permit": as_json(gathered.permit),
        "preconditions": list(task.preconditions),
        "outputs": task.outputs,
        "done_when": task.done_when,
        "cites": [
            {"kind": part.kind, "name": part.name, "place": _at(part.section.place), "text": _text(part)}
            for part in gathered.parts
        ],
        "unresolved": [
            {"citation": str(miss.citation), "reason": miss.reason, "hint": miss.hint}
            for miss in gathered.missing
        ],
    }


def pieces(text: str, limit: int = _LIMIT) -> tuple[str, ...]:
    """Cut a text into pieces of at most `limit` characters that join to the same text again.

    Cuts fall before a section where they can, else behind a line, else inside one.
    """
    found = []
    while len(text) > limit:
        end = _cut(text, limit)
        found.append(text[:end])
        text = text[end:]
    return (*found, text)


def _cut(text: str, limit: int) -> int:
    section = text.rfind("\n## ", 1, limit)
    line = text.rfind("\n", 0, limit)
    if section >= limit // 2:
        return section + 1
    return line + 1 if line >= limit // 2 else limit


def _standing(gathered: Brief) -> list[str]:
    state = gathered.status
    if isinstance(state, Approved):
        return [f"Approved by {state.stamp.approver or 'an unnamed person'} on {state.stamp.date}."]
    if isinstance(state, Stale):
        changes = (f"- {change}" for change in gathered.changes)
        return [f"STALE: it is not what was approved on {state.stamp.date}.", "", *changes]
    asked = f"A person runs `specward approve {gathered.task.key}` at a terminal."
    return [f"NOT APPROVED: {state.reason} {asked}"]


def _permit(permit: Permit) -> Iterator[str]:
    values = as_json(permit)
    for name in _ENTRIES:
        listed = ", ".join(f"`{value}`" for value in values[name])
        yield f"- {name.capitalize()}: {listed or 'none'}"
    yield from (f"- {problem}" for problem in values["problems"])


def _cited(parts: tuple[Part, ...]) -> Iterator[str]:
    """Write each section once: a task may cite a section, and the table that it describes."""
    shown: dict[Place, str] = {}
    for part in parts:
        place = part.section.place
        if place in shown:
            yield f"## {part.name}\n\nIt is {shown[place]}, above."
        else:
            shown[place] = part.name
            yield _block(part.name, place, _text(part))


def _block(title: str, place: Place, text: str) -> str:
    return f"## {title} ({_at(place)})\n\n{text}"


def _text(part: Part) -> str:
    if part.kind is not Kind.OPERATION:
        return part.section.text
    import yaml  # noqa: PLC0415  # costs 15 ms, and many tasks have no operation

    body = yaml.safe_dump(json.loads(part.section.text), sort_keys=False, allow_unicode=True, width=100)
    return f"```yaml\n{body}```"


def _at(place: Place) -> str:
    return f"{place.path}:{place.line}"
