"""The answers of the tools, read: ruff's JSON, mypy's JSON lines, pyright's JSON."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from specward.quality.model import Remark


class UnreadableError(Exception):
    """The answer is none that is known."""


def read_answer(root: Path, text: str) -> tuple[Remark, ...]:
    """Read an answer, whichever tool gave it.

    Raises:
        UnreadableError: it has none of the known forms.
    """
    try:
        return tuple(_remarks(root, text))
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise UnreadableError(f"{type(error).__name__}: {error}") from error


def _remarks(root: Path, text: str) -> Iterator[Remark]:
    whole = _whole(text)
    if isinstance(whole, list):
        yield from (_ruff(root, item) for item in whole)
    elif isinstance(whole, dict) and "generalDiagnostics" in whole:
        items = whole["generalDiagnostics"]
        yield from (_pyright(root, item) for item in items if item["severity"] == "error")
    else:
        items = (json.loads(line) for line in text.splitlines() if line.strip())
        yield from (_mypy(root, item) for item in items if item["severity"] == "error")


def _whole(text: str) -> object:
    """Return the one JSON value that a text is; None where it is none, or several lines of them."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _ruff(root: Path, item: Mapping[str, Any]) -> Remark:
    location = item["location"] or {"row": 1, "column": 1}
    return Remark(
        _relative(root, item["filename"]),
        max(1, int(location["row"])),
        max(1, int(location["column"])),
        str(item["code"] or "syntax-error"),
        str(item["message"]),
    )


def _mypy(root: Path, item: Mapping[str, Any]) -> Remark:
    place = (max(1, int(item["line"])), max(0, int(item["column"])) + 1)
    return Remark(_relative(root, item["file"]), *place, str(item["code"] or ""), str(item["message"]))


def _pyright(root: Path, item: Mapping[str, Any]) -> Remark:
    start = item["range"]["start"]
    place = (int(start["line"]) + 1, int(start["character"]) + 1)
    return Remark(_relative(root, item["file"]), *place, str(item.get("rule", "")), str(item["message"]))


def _relative(root: Path, path: str) -> str:
    return Path(os.path.relpath(root / path, root)).as_posix()
