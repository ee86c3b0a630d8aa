"""The citable parts of a document: the whole, headings with their text, and items with ids such as FR-003."""

from collections.abc import Iterator

from specward.patterns import pattern
from specward.specs.citations import ITEM_ID
from specward.specs.model import Place, Section
from specward.specs.text import Text, block, indent

_NUMBER = pattern(r"§?\s*(\d+(?:\.\d+)*|[IVX]+(?=[.:)]))[.:)]?\s+(?=\S)")
_NAMED = pattern(rf"(?:User Story (?P<story>\d+)|(?P<id>{ITEM_ID}))(?=\W|$)")
_PHASE = pattern(r"(?:Phase|Part|Step|Chapter|Section|Appendix) (?:\d+(?:\.\d+)*|[A-Z])\b")
# An item is marked by more than standing first in a line: emphasis, or what divides an id from its text.
_ITEM = pattern(
    r"[ \t]{0,24}(?:(?:[-*+]|\d{1,9}[.)])[ \t]+|\|[ \t]*)?(?:\[[ xX]\][ \t]+)?"
    rf"[*_`\[]*(?P<id>{ITEM_ID})(?=[\]*_`]|\s*[:|)\u2013\u2014]|\.?\s+-\s|\.\s)"
)
_DEEPEST, _MOST_INDENTED = 6, 3  # of a heading, by CommonMark 4.2
_BLOCK = pattern(r"[ \t]*(?:[-*+]\s|\d{1,9}[.)]\s|#{1,6}\s|>|\||```|~~~|<)")
_MARKUP = pattern(r"\*\*|`|(?<![\w*])[*_]{1,2}(?=\w)|(?<=\w)[*_]{1,2}(?![\w*.])")


def read_sections(
    text: Text, role: str, path: str, skip: frozenset[int] = frozenset()
) -> tuple[Section, ...]:
    """Read every section of a document.

    The first is the document itself, whose anchor is empty. Code, comments and front matter hold no sections.

    Args:
        text: the document, split.
        role: what the document is ("specify", "plan", ...).
        path: where it stands, relative to the repository root.
        skip: lines (from 0) that are tasks, which are cited as tasks and not as sections.
    """
    title = path.rsplit("/", 1)[-1]
    whole = Section(role, ("",), title, block(text.lines, 0, len(text.lines)), Place(path))
    parts = [*_headings(text, role, path, skip), *_items(text, role, path, skip)]
    return (whole, *sorted(parts, key=lambda section: section.place))


def heading_title(line: str) -> tuple[int, str] | None:
    """Give a heading's level and its title without markup, or nothing where the line is no heading."""
    bare = line.strip()
    title = bare.lstrip("#")
    level = len(bare) - len(title)
    if not 1 <= level <= _DEEPEST or (title and title[0] not in " \t") or indent(line) > _MOST_INDENTED:
        return None
    unclosed = title.rstrip("#")
    return level, plain(unclosed if not unclosed or unclosed[-1] in " \t" else title)


def plain(text: str) -> str:
    """Drop Markdown's emphasis and code marks from a line."""
    return _MARKUP.sub("", text).strip()


def _headings(text: Text, role: str, path: str, skip: frozenset[int]) -> Iterator[Section]:
    found = [
        (number, *heading)
        for number, line in enumerate(text.prose)
        if line and line.lstrip()[:1] == "#" and (heading := heading_title(line))
    ]
    ends = _ends([(number, level) for number, level, _ in found], len(text.lines))
    for (number, _, title), end in zip(found, ends, strict=True):
        if number not in skip and title:
            place = Place(path, number + 1, indent(text.lines[number]) + 1)
            yield Section(role, _anchors(title), title, block(text.lines, number, end), place)


def _ends(headings: list[tuple[int, int]], last: int) -> list[int]:
    """Find where each heading's text ends: at the next heading that is not below it."""
    ends = [last] * len(headings)
    open_: list[int] = []
    for index, (number, level) in enumerate(headings):
        while open_ and headings[open_[-1]][1] >= level:
            ends[open_.pop()] = number
        open_.append(index)
    return ends


def _anchors(title: str) -> tuple[str, ...]:
    """Name a heading: its ids first, then its number, then its title with and without the number."""
    number = _NUMBER.match(title)
    bare = title[number.end() :] if number else title
    named = _NAMED.match(bare)
    phase = _PHASE.match(bare)
    anchors = (
        (f"US{named['story']}" if named["story"] else named["id"]) if named else None,
        number[1] if number else None,
        phase[0] if phase else None,
        bare,
        title,
    )
    return tuple(dict.fromkeys(anchor for anchor in anchors if anchor))


def _items(text: Text, role: str, path: str, skip: frozenset[int]) -> Iterator[Section]:
    for number, line in enumerate(text.prose):
        if not line or line[0] == "#" or number in skip:
            continue
        match = _ITEM.match(line)
        if match:
            end = item_end(text, number)
            place = Place(path, number + 1, match.start("id") + 1)
            title = plain(line[match.end() :].lstrip(" \t|:*_`]).\u2013\u2014-").rstrip(" |"))
            yield Section(role, (match["id"],), title, block(text.lines, number, end), place)


def item_end(text: Text, start: int) -> int:
    """Find the line after an item, as Markdown renders it: deeper and lazy lines belong to it."""
    opener = text.lines[start].lstrip()[:1]
    if opener == "|":
        return start + 1
    depth, in_list, after_blank = indent(text.lines[start]), opener in "-*+0123456789", False
    for number in range(start + 1, len(text.lines)):
        line = text.lines[number]
        if not line.strip():
            after_blank = True
        elif in_list and indent(line) > depth:
            after_blank = False
        elif after_blank or _BLOCK.match(line) or _ITEM.match(line):
            return number
    return len(text.lines)
