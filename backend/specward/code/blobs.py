"""What files held at a revision, many of them in one question."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from specward.code.git import GitError, git


def read_blobs(root: Path, revision: str, paths: Iterable[str]) -> Mapping[str, bytes | None]:
    """Return the content of files at a revision, by path; None where there was none."""
    wanted = tuple(dict.fromkeys(paths))
    named = [path for path in wanted if "\n" not in path]
    questions = b"".join(os.fsencode(f"{revision}:{path}\n") for path in named)
    try:
        found = dict(zip(named, _answers(git(root, "cat-file", "--batch", given=questions)), strict=False))
    except GitError:
        found = {}
    return {path: found[path] if path in found else _read_alone(root, revision, path) for path in wanted}


def _answers(output: bytes) -> Iterator[bytes | None]:
    """Read lines that end in kind and size, each with the content behind it; or in why there is none."""
    at = 0
    while at < len(output):
        end = output.index(b"\n", at)
        kind, size = output[at:end].split(b" ")[-2:]
        at = end + 1
        if size.isdigit():
            yield output[at : at + int(size)] if kind == b"blob" else None
            at += int(size) + 1
        else:
            yield None


def _read_alone(root: Path, revision: str, path: str) -> bytes | None:
    try:
        return git(root, "cat-file", "blob", f"{revision}:{path}")
    except GitError:
        return None
