"""A task's state in its document: no part of what was approved, so it may change and the approval stands."""

from specward.patterns import pattern
from specward.specs.model import Task

_STATUS = pattern(r"(?P<head>[ \t]*(?:[-*][ \t]+)?\*\*Status[*:]*[ \t]*)(?:.*?)(?P<tail>\s*)")
_BOX = pattern(r"(?P<head>[ \t]*[-*+][ \t]+)\[ \]")


def marked_done(text: str, task: Task) -> str | None:
    """Return a task list with one task done, in its `Status` or its box; None where it has neither.

    Args:
        text: the document as it is.
        task: as read from that document; a task that is done already changes nothing.
    """
    if task.done:
        return text
    lines = text.split("\n")
    first = task.place.line - 1
    for index in range(first, min(len(lines), first + task.text.count("\n") + 3)):
        box = _BOX.match(lines[index]) if index == first else None
        status = _STATUS.fullmatch(lines[index])
        if box:
            lines[index] = f"{box['head']}[X]{lines[index][box.end() :]}"
        elif status:
            lines[index] = f"{status['head']}done{status['tail']}"
        else:
            continue
        return "\n".join(lines)
    return None
