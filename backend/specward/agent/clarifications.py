"""The record an agent leaves when it must stop: what is missing, what was consulted, what is needed.

It is a file, `history/clarifications/<feature>/<TASK>-<kind>.md`, so that it outlives the conversation. The
five kinds are the seed's failure modes; its three statements are the sections.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from specward.code.diff import read_changes
from specward.code.git import is_repository
from specward.config import load_config
from specward.errors import CouldNotRunError
from specward.patterns import pattern
from specward.specs.ids import TASK_ID, squash
from specward.storage import write_atomically

FOLDER = "history/clarifications"
KINDS = ("jwt-unclear", "ownership-ambiguous", "task-missing", "spec-contradiction", "security-implication")
SECTIONS = ("What is missing", "What was consulted", "What is needed")

_PATH = pattern(
    rf"{FOLDER}/(?P<feature>[A-Za-z0-9][\w.-]*)/(?P<task>{TASK_ID})-(?P<kind>{'|'.join(KINDS)})\.md"
)
_HEADING = pattern(r"##\s+(?P<title>.*?)\s*#*\s*")
_FENCE = pattern(r"\s{0,3}(?P<sign>```+|~~~+)")


class Clarification(NamedTuple):
    """One question to the people who own the specification."""

    path: str
    feature: str
    task: str
    kind: str
    missing: str
    consulted: str
    needed: str


class ClarificationError(ValueError):
    """A clarification that cannot be filed; the text says what it lacks."""


def parse_clarification(path: str, text: str) -> Clarification:
    """Read a clarification.

    Args:
        path: where it is, or is to be, filed, relative to the repository's root.
        text: its Markdown.

    Raises:
        ClarificationError: the path or a section is not as it has to be.
    """
    place = _PATH.fullmatch(path)
    if place is None:
        raise ClarificationError(
            f"A clarification is filed as {FOLDER}/<feature>/<TASK>-<kind>.md, and the kinds are "
            f"{', '.join(KINDS)}."
        )
    said: list[str] = []
    for title in SECTIONS:
        bodies = [body for heading, body in _sections(text) if heading.casefold() == title.casefold()]
        if len(bodies) != 1 or not bodies[0]:
            raise ClarificationError(
                f"A clarification has the sections {', '.join(SECTIONS)} (## headings), each "
                f'once and none empty; "{title}" is not so.'
            )
        said += bodies
    return Clarification(path, place["feature"], place["task"], place["kind"], *said)


def file_clarification(root: Path, feature: str, task: str, kind: str, said: Sequence[str]) -> str:
    """Write a clarification and return its path, relative to the root.

    Args:
        root: the tree it belongs to.
        feature: the task's; empty where it is not known, and the project's own stands for it.
        task: the id.
        kind: one of `KINDS`.
        said: what is missing, what was consulted, what is needed.

    Raises:
        CouldNotRunError: it would not be valid, or its place leads elsewhere.
    """
    path = f"{FOLDER}/{feature or load_config(root).feature}/{task}-{kind}.md"
    parts = (f"## {title}\n\n{text}\n" for title, text in zip(SECTIONS, said, strict=True))
    text = "\n".join((f"# {task}: {kind}\n", *parts))
    try:
        parse_clarification(path, text)
    except ClarificationError as error:
        raise CouldNotRunError(str(error)) from error
    if (root / path).resolve() != root.resolve() / path:
        raise CouldNotRunError(f"{path} leads elsewhere, through a link: a person has to remove it.")
    write_atomically(root / path, text)
    return path


def filed(root: Path, tasks: Sequence[str]) -> tuple[Clarification, ...]:
    """Return the valid clarifications about these tasks that wait for an answer.

    One waits while it is not committed: whoever answers it commits the answer with it, or takes it away.
    """
    wanted = {squash(task.rpartition("/")[2]) for task in tasks}
    return tuple(found for found in _waiting(root) if squash(found.task) in wanted)


def _waiting(root: Path) -> Iterator[Clarification]:
    changed = read_changes(root) if is_repository(root) else ()
    for change in changed:
        file = root / change.path
        if change.path.startswith(f"{FOLDER}/") and file.is_file() and not file.is_symlink():
            try:
                yield parse_clarification(change.path, file.read_text(encoding="utf-8"))
            except ValueError:  # not valid, or not even text: it does not count
                continue


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Give every second-level section with its text, blind inside fences."""
    title, body, fence = "", list[str](), ""
    for line in text.splitlines():
        sign = _FENCE.match(line)
        if sign and (not fence or sign["sign"].startswith(fence)):
            fence = "" if fence else sign["sign"]
        heading = None if fence else _HEADING.fullmatch(line)
        if heading:
            if title:
                yield title, "\n".join(body).strip()
            title, body = heading["title"], []
        else:
            body.append(line)
    if title:
        yield title, "\n".join(body).strip()
