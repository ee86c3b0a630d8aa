"""The statements of a prompt: paragraphs, list items, table rows, fenced blocks, each under its headings."""

from collections.abc import Iterator

from specward.patterns import pattern

_HEADING = pattern(r"(?P<level>#{1,6})[ \t]+(?P<title>.+)")
_ITEM = pattern(r"[ \t]*(?:[-*+]|\d+[.)]|[✅❌])[ \t]*\S|[ \t]*\|")
_FENCE = pattern(r"[ \t]*(?:```|~~~)")
_LEAD = 7  # a paragraph that ends in a colon stands above what follows, below every heading


def statements(text: str) -> tuple[str, ...]:
    """Split a prompt into its statements, each with the headings above it, on one line."""
    return tuple(" ".join(statement.split()) for statement in _statements(text))


def _statements(text: str) -> Iterator[str]:
    trail: list[tuple[int, str]] = []
    for kind, lines in _blocks(text):
        heading = _HEADING.fullmatch(lines[0].rstrip()) if kind == "heading" else None
        level = len(heading["level"]) if heading else _LEAD
        if kind != "item":
            trail = [(above, title) for above, title in trail if above < level]
        if heading:
            trail.append((level, heading["title"]))
            continue
        yield "\n".join([*(title for _, title in trail), *lines])
        if kind == "paragraph" and lines[-1].rstrip().endswith(":"):
            trail.append((_LEAD, "\n".join(lines)))


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """Give each block with its kind: heading, item (a fenced block counts as one), or paragraph."""
    kind, block, fenced = "", list[str](), False
    for line in text.split("\n"):
        is_fence = bool(_FENCE.match(line))
        starts = "" if fenced or is_fence else _starts(line)
        if starts or is_fence or (not fenced and not line.strip()):
            if block:
                yield kind, block
            kind, block = starts or "item", []
        fenced ^= is_fence
        if line.strip() and not is_fence:
            kind = kind if block or starts or fenced else "paragraph"
            block.append(line)
    if block:
        yield kind, block


def _starts(line: str) -> str:
    if _HEADING.fullmatch(line.rstrip()):
        return "heading"
    return "item" if _ITEM.match(line) else ""
