"""Read a record whatever state it is in: one in twenty in public is not even valid YAML."""

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from specward.frontmatter import FrontMatter, read_front_matter
from specward.history.model import LINKS, SECTIONS, Record, StoredRecord
from specward.patterns import pattern

# Names that records carry because a template's placeholder name was taken for the key.
_OTHER_KEYS = {"date": "date_iso", "files": "files_yaml", "tests": "tests_yaml", "labels": "labels_yaml"}
_OTHER_HEADINGS = {
    "prompt_text": SECTIONS[0],
    "response_text": SECTIONS[1],
    "response": SECTIONS[1],
    "evaluation notes": SECTIONS[3],
}
_HEADING = pattern(r"##[ \t]+(?P<title>.+?)[ \t#]*")
_FENCE = pattern(r" {0,3}(?P<mark>`{3,}|~{3,})(?P<info>[^`]*)")


def read_record(path: str, text: str) -> StoredRecord:
    """Read one record. Never raises; what cannot be made out is empty, and `defect` says why.

    Args:
        path: relative to the repository root.
        text: the whole file.
    """
    text = text.replace("\r\n", "\n")
    head = read_front_matter(text)
    record = Record(
        **{key: head.text(_key(head, key)) for key in _TEXTS},
        labels=head.items(_key(head, "labels")),
        links={key: value for key, value in head.mapping("links").items() if key in LINKS},
        tasks=head.items("tasks"),
        files=head.items(_key(head, "files")),
        tests=head.items(_key(head, "tests")),
        sections=dict(_sections(head.body)),
    )
    return StoredRecord(path, record, text, _lines(head), head.defect)


Kept: TypeAlias = tuple[list[object], dict[str, int], str]  # record, lines and defect, as JSON has them


def kept(text: str) -> Kept:
    """Return what a record's text says, for the cache."""
    stored = read_record("", text)
    return [*stored.record], dict(stored.lines), stored.defect


def recalled(path: str, text: str, known: Kept) -> StoredRecord:
    """Return the record of which that was kept."""
    fields, lines, defect = known
    record = Record._make(tuple(value) if isinstance(value, list) else value for value in fields)
    return StoredRecord(path, record, text.replace("\r\n", "\n"), lines, defect)


def lines_of_prose(text: str) -> Iterator[tuple[int, str]]:
    """Give the lines that stand outside fenced blocks, with their number: what people quote is fenced."""
    fence = ""
    for number, line in enumerate(text.split("\n"), start=1):
        match = _FENCE.fullmatch(line)
        if fence:
            if match and _closes(match, fence):
                fence = ""
        elif match:
            fence = match["mark"]
        else:
            yield number, line


_TEXTS = ("id", "title", "stage", "date", "surface", "model", "feature", "branch", "user", "command")


def _key(head: FrontMatter, key: str) -> str:
    return key if key in head.values else _OTHER_KEYS.get(key, key)


def _lines(head: FrontMatter) -> Mapping[str, int]:
    lines = dict(head.lines)
    for key, other in _OTHER_KEYS.items():
        if other in lines:
            lines.setdefault(key, lines[other])
    return lines


def _sections(body: str) -> Iterator[tuple[str, str]]:
    """Give each section with its text; one whose whole text is a fenced block gives what is inside."""
    lines = body.split("\n")
    starts = [
        (number, match["title"])
        for number, line in lines_of_prose(body)
        if (match := _HEADING.fullmatch(line.rstrip()))
    ]
    ends = (*(number - 1 for number, _ in starts[1:]), len(lines))
    for (start, title), end in zip(
        starts, ends, strict=False
    ):  # a body without headings has one end too many
        yield _OTHER_HEADINGS.get(title.lower(), title), _unfenced(lines[start:end])


def _unfenced(lines: list[str]) -> str:
    text = "\n".join(lines).strip("\n")
    inner = text.split("\n")
    first, last = _FENCE.fullmatch(inner[0]), _FENCE.fullmatch(inner[-1])
    if (
        len(inner) > 1
        and first
        and last
        and _closes(last, first["mark"])
        and not any((mark := _FENCE.fullmatch(line)) and _closes(mark, first["mark"]) for line in inner[1:-1])
    ):
        return "\n".join(inner[1:-1])
    return text.strip()


def _closes(line: re.Match[str], fence: str) -> bool:
    mark = line["mark"]
    return mark[0] == fence[0] and len(mark) >= len(fence) and not line["info"].strip()
