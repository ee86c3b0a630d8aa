"""Lines of Markdown, told apart: prose, and what only looks like it in code, comments and front matter.

A line scanner and no Markdown parser: a task list of 2 MB takes it some 30 ms, and a parser seconds.
"""

from typing import NamedTuple

from specward.patterns import pattern

_FENCE = pattern(r"[ \t]*(`{3,}(?=[^`]*$)|~{3,})")
_LIST_ITEM = pattern(r"([ \t]*)(?:[-*+]|\d{1,9}[.)])([ \t]+)\S")
_BLOCK = pattern(r"[ \t]*(?:#{1,6}(?:[ \t]|$)|<!--|`{3,}[^`]*$|~{3,})")  # what is no paragraph
_SPAN = pattern(r"`+[^`]*`+")
_REMARK = pattern(r"`+[^`]*`+|<!--.*?-->")
_LOOK_BACK = 200  # lines in which a fence looks for its list item; further up it is held to be none


class Text(NamedTuple):
    """A document as lines; `prose` has an empty line wherever `lines` holds code, comment or front matter."""

    lines: list[str]
    prose: list[str]


class _Fence(NamedTuple):
    marker: str
    base: int  # columns that the list item around it takes


def decode(raw: bytes) -> str:
    """Turn a document's bytes into text: any bytes, any line ends. What is not UTF-8 becomes U+FFFD."""
    text = raw.decode("utf-8", errors="replace").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def split(text: str) -> Text:
    """Split a document into lines and tell prose from the rest. Line numbers count from 0 here."""
    lines = text.split("\n")
    prose = lines.copy()
    fence: _Fence | None = None
    comment = False
    index = _blank_front_matter(prose)
    while index < len(lines):
        line = lines[index]
        if fence:
            if not _leaves(line, fence):
                prose[index] = ""
                fence = None if _closes(line, fence) else fence
                index += 1
                continue
            fence = None
        start = line.lstrip()[:3]
        if comment or start == "<!-":
            comment = "-->" not in line
            prose[index] = ""
        elif "<!--" in line:
            prose[index], comment = _without_remarks(lines, index)
        elif start in ("```", "~~~") and (fence := _opens(lines, prose, index)):
            prose[index] = ""
        index += 1
    return Text(lines, prose)


def _without_remarks(lines: list[str], index: int) -> tuple[str, bool]:
    """Return a line with blanks for the comments in it, and whether the last one goes on in the next line."""
    seen = _REMARK.sub(lambda part: part[0] if part[0].startswith("`") else " " * len(part[0]), lines[index])
    head, mark, _ = _SPAN.sub(lambda part: "`" * len(part[0]), seen).partition("<!--")
    goes_on = bool(mark) and _ends_below(lines, index)
    return (seen[: len(head)] if goes_on else seen), goes_on


def _ends_below(lines: list[str], index: int) -> bool:
    """Whether a comment that a line opens is closed in the same paragraph; else it is none."""
    for line in lines[index + 1 : index + _LOOK_BACK]:
        if not line.strip():
            return False
        if "-->" in line:
            return True
    return False


def indent(line: str) -> int:
    """Count the columns of white space a line starts with."""
    return _columns(line) if "\t" in line else len(line) - len(line.lstrip())


def block(lines: list[str], start: int, end: int) -> str:
    """Join lines [start, end) without the empty ones that trail."""
    return "\n".join(lines[start:end]).rstrip()


def _columns(line: str) -> int:
    expanded = line.expandtabs(4)
    return len(expanded) - len(expanded.lstrip())


def _blank_front_matter(prose: list[str]) -> int:
    if prose[0].rstrip() != "---":
        return 0
    for end in range(1, len(prose)):
        if prose[end].rstrip() == "---":
            prose[: end + 1] = [""] * (end + 1)
            return end + 1
    return 0


def _opens(lines: list[str], prose: list[str], index: int) -> _Fence | None:
    match = _FENCE.match(lines[index])
    if match is None:
        return None
    column = indent(lines[index])
    base = 0 if column < 2 else _container(lines, prose, index, column)  # noqa: PLR2004  # "- " is the narrowest item
    return _Fence(match[1], base) if column - base < 4 else None  # noqa: PLR2004  # four columns make code


def _container(lines: list[str], prose: list[str], index: int, column: int) -> int:
    """Find the content column of the innermost list item around a line; 0 outside lists."""
    for above in range(index - 1, max(-1, index - _LOOK_BACK), -1):
        line = lines[above]
        if not line.strip():
            continue
        item = _LIST_ITEM.match(prose[above])
        if item and (content := indent(line) + len(item[0].lstrip()) - 1) <= column:
            return content
        if not item and indent(line) == 0 and not _continues(prose, above):
            return 0
    return 0


def _continues(prose: list[str], index: int) -> bool:
    """Tell whether a line goes on with the paragraph above it, which it may even left of a list item."""
    paragraph = prose[max(0, index - 1) : index + 1]
    return len(paragraph) > 1 and all(line.strip() and not _BLOCK.match(line) for line in paragraph)


def _leaves(line: str, fence: _Fence) -> bool:
    return bool(fence.base and line.strip()) and indent(line) < fence.base


def _closes(line: str, fence: _Fence) -> bool:
    bare = line.strip()
    return (
        bare.startswith(fence.marker) and not bare.strip(fence.marker[0]) and indent(line) - fence.base < 4  # noqa: PLR2004  # as above
    )
