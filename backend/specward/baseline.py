"""What was wrong before the gate was adopted: a file that a person commits, and that only ever shrinks."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from specward.errors import CouldNotRunError
from specward.findings import Finding
from specward.storage import write_atomically

PATH = "specs/specward-baseline.json"
_VERSION = 1
_OF_THE_PLACE = frozenset({"SW704"})  # what is found of the environment that the gate runs in


class Entry(NamedTuple):
    """One known finding: a rule, a file, and the line's text, which outlives the line's number."""

    path: str
    code: str
    fingerprint: str


Baseline = Counter[Entry]


def entry_of(finding: Finding, text: str) -> Entry:
    """Name a finding by what it is about; `text` is that of its file."""
    lines = text.split("\n", finding.place.line)
    line = lines[finding.place.line - 1] if finding.place.line <= len(lines) else ""
    content = " ".join(line.split()) or finding.message
    return Entry(
        finding.place.path, finding.code, sha256(content.encode("utf-8", "replace")).hexdigest()[:16]
    )


def of(findings: Iterable[Finding], text_of: Callable[[str], str]) -> Baseline:
    """List findings as what was wrong before; that a tool is not there is no debt of the code."""
    debts = (finding for finding in findings if finding.code not in _OF_THE_PLACE)
    return Counter(entry_of(finding, text_of(finding.place.path)) for finding in debts)


def read_baseline(root: Path) -> Baseline | None:
    """Read the project's baseline; None where it has none.

    Raises:
        CouldNotRunError: the file is not a baseline.
    """
    try:
        text = (root / PATH).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise CouldNotRunError(f"{PATH} cannot be read: {error}.") from error
    return parse_baseline(text)


def parse_baseline(text: str) -> Baseline:
    """Read a baseline's text.

    Raises:
        CouldNotRunError: it is not one.
    """
    try:
        stored = json.loads(text)
        if stored["version"] != _VERSION:
            raise CouldNotRunError(
                f"{PATH} is of version {stored['version']}, which this Specward does not read."
            )
        return Counter({Entry(*map(str, entry[:3])): int(entry[3]) for entry in stored["findings"]})
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError) as error:
        raise CouldNotRunError(
            f"{PATH} is not a baseline. Restore it from git, or delete it and use --write-baseline."
        ) from error


def render(baseline: Baseline) -> str:
    """Give a baseline's text, one finding a line, so that a person sees in a diff what went."""
    rows = ",\n".join(f"    {json.dumps([*entry, count])}" for entry, count in sorted(baseline.items()))
    return f'{{\n  "version": {_VERSION},\n  "findings": [\n{rows}\n  ]\n}}\n'


def write_baseline(root: Path, baseline: Baseline) -> None:
    """Write a baseline where it belongs."""
    write_atomically(root / PATH, render(baseline))


def part(
    findings: Iterable[Finding], baseline: Baseline, text_of: Callable[[str], str]
) -> tuple[list[Finding], Baseline]:
    """Part findings into those that are new and the part of the baseline that is still true.

    What is wrong with the baseline itself is always new: it would be a baseline that permits itself.
    """
    if not baseline:
        return list(findings), Baseline()
    left, met = Counter(baseline), Baseline()
    new: list[Finding] = []
    for finding in findings:
        entry = entry_of(finding, text_of(finding.place.path))
        if left[entry] > 0 and entry.path != PATH:
            left[entry] -= 1
            met[entry] += 1
        else:
            new.append(finding)
    return new, met
