"""`specs/approvals.toml`: one stamp per task, kept in an order that people and diffs can read."""

import json
from pathlib import Path
from typing import NamedTuple

from specward.approvals.written import Written, read_written
from specward.code.cache import Cache, digest
from specward.errors import CouldNotRunError
from specward.specs.model import TaskKey
from specward.storage import refuse_link, write_atomically
from specward.toml import read_toml

PATH = "specs/approvals.toml"
_HEAD = """\
# One stamp per task, given by a person with `specward approve`. A stamp holds for the words it was given on:
# when the task, or anything it cites, says something else, the approval is stale.
"""
_MEND = f"Restore {PATH} from git, or approve anew."


class Stamp(NamedTuple):
    """A person's approval of one task, as it stood that day."""

    task: TaskKey
    digest: str  # SHA-256 over the parts
    parts: dict[str, str]  # name -> SHA-256, to tell which part has changed
    approver: str  # "Name <address>"; may be empty
    date: str  # ISO 8601
    signature: str = ""  # OpenSSH's, without its armour; empty where nobody signed


Approvals = dict[TaskKey, Stamp]


def load_approvals(root: Path, cache: Cache | None = None) -> Approvals:
    """Read the stamps of a repository; none where there is no file.

    Args:
        root: the repository root.
        cache: keeps what was read between runs.

    Raises:
        CouldNotRunError: the file cannot be read, lies elsewhere or is not what `approve` writes.
    """
    refuse_link(root, PATH)
    try:
        text = (root / PATH).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise CouldNotRunError(f"{PATH} cannot be read: {error}. {_MEND}") from error
    return parse_approvals(text) if cache is None else _remembered(text, cache)


def _remembered(text: str, cache: Cache) -> Approvals:
    key = digest(text.encode())
    known = cache.get(key)
    if not isinstance(known, list):
        known = [[*stamp] for stamp in parse_approvals(text).values()]
        cache.put(key, known)
    cache.save()
    stamps = (Stamp(TaskKey(*task), *rest) for task, *rest in known)
    return {stamp.task: stamp for stamp in stamps}


def parse_approvals(text: str) -> Approvals:
    """Read stamps from the text of an approvals file.

    Raises:
        CouldNotRunError: it is not what `approve` writes.
    """
    written = read_written(text) or _read_tables(text)
    stamps = (_stamp(name, fields) for name, fields in written.items())
    return {stamp.task: stamp for stamp in stamps}


def write_approvals(root: Path, approvals: Approvals) -> None:
    """Write the stamps, sorted by task; a reader meets the old file or the new one, never a part.

    Raises:
        CouldNotRunError: the file cannot be written.
    """
    stamps = (_render(approvals[key]) for key in sorted(approvals))
    write_atomically(root / PATH, "\n".join((_HEAD, *stamps)))


def _read_tables(text: str) -> dict[str, Written]:
    try:
        return {name: _fields(name, table) for name, table in read_toml(text).items()}
    except ValueError as error:
        raise CouldNotRunError(f"{PATH} is not valid TOML: {error}. {_MEND}") from error


def _fields(name: str, table: object) -> Written:
    values = table if isinstance(table, dict) else {}
    texts = [values.get(field) for field in ("digest", "approver", "date")] + [values.get("signature", "")]
    parts = values.get("parts")
    if (
        not isinstance(parts, dict)
        or not all(isinstance(text, str) for text in texts)
        or not all(isinstance(digest, str) for digest in parts.values())
    ):
        raise _no_stamp(name)
    digest, approver, date, signature = map(str, texts)
    return Written(digest, parts, approver, date, signature)


def _stamp(name: str, fields: Written) -> Stamp:
    feature, _, task_id = name.rpartition("/")
    if not (feature and task_id):
        raise _no_stamp(name)
    return Stamp(TaskKey(feature, task_id), *fields)


def _no_stamp(name: str) -> CouldNotRunError:
    return CouldNotRunError(f'{PATH}: ["{name}"] is no stamp that `specward approve` wrote. {_MEND}')


def _render(stamp: Stamp) -> str:
    name = _quoted(str(stamp.task))
    lines = [
        f"[{name}]",
        f"digest = {_quoted(stamp.digest)}",
        f"approver = {_quoted(stamp.approver)}",
        f"date = {_quoted(stamp.date)}",
        *([f"signature = {_quoted(stamp.signature)}"] if stamp.signature else ()),
        f"[{name}.parts]",
        *(f"{_quoted(part)} = {_quoted(digest)}" for part, digest in stamp.parts.items()),
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Quote a text for TOML, whose basic strings are JSON's but for one control character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
