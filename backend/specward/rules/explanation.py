"""What a rule says of itself, in text that is Markdown, too: `explain` prints it, SARIF carries it."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from specward.rules.examples import Example, Link
from specward.rules.registry import Entry

_NEAR = 3  # lines that are shown on either side of a difference
_SHORT = 16  # lines of a text that is shown whole all the same


def explanation(entry: Entry) -> str:
    """Return what a rule holds, why, an example of each kind, and how to make an exception."""
    return "\n".join(_lines(entry)) + "\n"


def _lines(entry: Entry) -> Iterator[str]:
    rule = entry.load()
    yield f"{entry.code}: {rule.SUMMARY}"
    yield ""
    yield (rule.__doc__ or "").strip()
    yield ""
    yield from _examples(rule.BAD, rule.GOOD)
    yield "To suppress a finding, give the reason at the line, or at the head of the file:"
    yield ""
    yield f"    # specward: allow {entry.code} -- why this is right here"
    yield ""
    yield f'To turn it off for the whole project, set `ignore = ["{entry.code}"]` under [tool.specward].'


def _examples(bad: Example, good: Example) -> Iterator[str]:
    """Show what differs between the two, each with its own circumstances, and once what they share."""
    shared = [path for path in bad.files if _state(bad, path) == _state(good, path)]
    alike = len(shared) == len(bad.files) == len(good.files)
    yield f"Reported{_circumstances(bad, good)}:"
    yield ""
    yield from _own(bad, good, () if alike else shared)
    yield f"Not reported{_circumstances(good, bad)}:"
    yield ""
    if alike:
        yield "    The files are the same."
        yield ""
        return
    yield from _own(good, bad, shared)
    if shared:
        yield "Both examples also have:"
        yield ""
        for path in shared:
            yield from _file(bad, path, None)


def _own(example: Example, other: Example, shared: Sequence[str]) -> Iterator[str]:
    """The files that only one of the two has; an example may be wrong by what it lacks."""
    own = [path for path in example.files if path not in shared]
    for path in own:
        yield from _file(example, path, other)
    if not own:
        yield "    Only the files below, which both examples have."
        yield ""


def _state(example: Example, path: str) -> tuple[str | None, str | None]:
    before = None if example.before is None else example.before.get(path, "")
    return example.files.get(path), before


def _circumstances(example: Example, other: Example) -> str:
    """What no file shows: the bound task, and whatever the approvals make different."""
    told = [f", in work on {example.task}"] if example.task else []
    if example.approved != other.approved:
        names = " and ".join(example.approved)
        told.append(f", with {names} approved" if names else ", with no task approved")
    if example.approved_before != other.approved_before:
        when = "before the change" if example.approved_before else "by the change itself"
        told.append(f", with {' and '.join(example.approved)} approved {when}")
    return "".join(told)


def _file(example: Example, path: str, other: Example | None) -> Iterator[str]:
    """One file of an example, and what it was before the change; a long one where the other differs."""
    after, before = example.files[path], (example.before or {}).get(path)
    if before is not None and before != after:
        yield from _text(f"{path}, before the change", before, after)
    kind = {None: ", new", after: ", unchanged"}.get(before, "") if example.before is not None else ""
    yield from _text(f"{path}{kind}", after, other and other.files.get(path))


def _text(title: str, text: str, other: str | None) -> Iterator[str]:
    yield f"    {title}"
    if isinstance(text, Link):
        yield f"    │ (a link to {text})"
    else:
        lines = text.rstrip("\n").split("\n")
        near = _near(lines, other) if other and other != text and len(lines) > _SHORT else range(len(lines))
        yield from (f"    │ {line}".rstrip() for line in _shown(lines, set(near)))
    yield ""


def _near(lines: list[str], other: str) -> Iterator[int]:
    """The lines that the other text does not have, those where it has more, and a few around them."""
    matcher = SequenceMatcher(None, lines, other.rstrip("\n").split("\n"), autojunk=False)
    for tag, start, end, _, _ in matcher.get_opcodes():
        if tag != "equal":
            yield from range(max(0, start - _NEAR), min(len(lines), end + _NEAR))


def _shown(lines: list[str], near: set[int]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if number in near:
            yield line
        elif number == 0 or number - 1 in near:
            yield "…"
