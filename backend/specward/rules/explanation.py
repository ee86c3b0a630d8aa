"""What a rule says of itself, in text that is Markdown, too: `explain` prints it, SARIF carries it."""

from collections.abc import Iterator

from specward.rules.examples import Example, Link
from specward.rules.registry import Entry


def explanation(entry: Entry) -> str:
    """Return what a rule holds, why, an example of each kind, and how to make an exception."""
    return "\n".join(_lines(entry)) + "\n"


def _lines(entry: Entry) -> Iterator[str]:
    rule = entry.load()
    yield f"{entry.code}: {rule.SUMMARY}"
    yield ""
    yield (rule.__doc__ or "").strip()
    yield ""
    yield "Found here:"
    yield from _example(rule.BAD)
    yield "Not here:"
    yield from _example(rule.GOOD)
    yield "To make an exception, give your reason at the line, or at the head of the file:"
    yield ""
    yield f"    # specward: allow {entry.code} -- why this is right here"


def _example(example: Example) -> Iterator[str]:
    yield ""
    for path, text in example.files.items():
        yield f"    {path}"
        if isinstance(text, Link):
            yield f"    │ (a link to {text})"
            continue
        yield from (f"    │ {line}".rstrip() for line in text.rstrip("\n").split("\n"))
        yield ""
