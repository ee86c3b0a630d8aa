"""Whole projects: each as it should be, and the faults that can be made in it, one at a time.

A file of `projects/` holds one: `=== PATH` begins a file of it, `##### FUNCTIONS | WHAT` a fault, as a
unified difference. A finding is due on the way through any of the functions. The project itself has none.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_HERE = Path(__file__).parent / "projects"
_BLOCK = re.compile(r"^(===|#####) (.+)\n", re.MULTILINE)
_FILE = re.compile(r"^--- .+\n\+\+\+ b/(.+)\n", re.MULTILINE)
_HUNK = re.compile(r"^@@ -(\d+).*\n", re.MULTILINE)


class Fault(NamedTuple):
    """What somebody may have forgotten."""

    what: str
    functions: frozenset[str]
    difference: str


class Whole:
    """A project.

    Args:
        path: The file that holds it.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self.held_back = path.parent.name == "held_back"
        self.files: dict[str, str] = {}
        self.faults: list[Fault] = []
        for (kind, title), text in _blocks(_BLOCK, path.read_text(encoding="utf-8")):
            if kind == "===":
                self.files[title] = text
            else:
                functions, _, what = title.partition(" | ")
                self.faults.append(Fault(what, frozenset(functions.split()), text))

    def with_fault(self, fault: Fault) -> dict[str, str]:
        """Its files after the fault was made."""
        files = dict(self.files)
        for (path,), hunks in _blocks(_FILE, fault.difference):
            lines = files[path].splitlines()
            for (line,), hunk in reversed([*_blocks(_HUNK, hunks)]):
                _change(lines, int(line) - 1, hunk.splitlines())
            files[path] = "\n".join([*lines, ""])
        return files


def load_projects() -> list[Whole]:
    """All projects, in the order of their names."""
    return [Whole(path) for path in sorted(_HERE.glob("*/*.txt"), key=lambda path: path.name)]


def _blocks(head: re.Pattern[str], text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """What each head says, and the text below it."""
    found = list(head.finditer(text))
    for match, following in zip(found, [*found[1:], None], strict=True):
        end = following.start() if following is not None else len(text)
        yield match.groups(), text[match.end() : end]


def _change(lines: list[str], start: int, hunk: list[str]) -> None:
    """Make the changes of a hunk.

    Raises:
        ValueError: the lines are not those that it was made for.
    """
    before = [line[1:] for line in hunk if line[:1] in {" ", "-", ""}]
    after = [line[1:] for line in hunk if line[:1] in {" ", "+", ""}]
    if lines[start : start + len(before)] != before:
        raise ValueError(f"line {start + 1} is not what the difference says: {before}")
    lines[start : start + len(before)] = after
