"""Questions to git, as bytes: paths in a repository need not be text in any one encoding."""

import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from specward.errors import CouldNotRunError
from specward.patterns import pattern

# A user's configuration must not change what is read, nor may a mere question write to the index.
# Nor may those of the repository hide what lies on the disk.
_SETTINGS = ("core.fsmonitor=false", "core.quotePath=false", "core.trustctime=true", "core.checkStat=default")
_COMMAND = ("git", "--no-optional-locks", *(word for setting in _SETTINGS for word in ("-c", setting)))
_PLAIN = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
}


# What git says of a folder that it passes over; it calls the listing a success.
_LOCKED = pattern(rb"^warning: could not open directory '(.+/)': ", re.MULTILINE)


class Listing(NamedTuple):
    """The paths that git lists."""

    paths: tuple[str, ...]  # of another repository within: its folder, with a slash at the end
    locked: tuple[str, ...]  # folders that git may not look into, each with a slash at the end


class GitError(CouldNotRunError):
    """Git refused, or is not there."""


def is_repository(root: Path) -> bool:
    """Whether `root` is the top of a working tree (`.git` is a file in linked work trees and submodules)."""
    return (root / ".git").exists()


def git(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    """Run git in `root`, with `given` as its input, and return what it printed.

    Raises:
        GitError: with git's own first line, which names the trouble best.
    """
    return _run(root, *arguments, given=given).stdout


def git_paths(root: Path, *arguments: str) -> Listing:
    """Run a command of git that lists paths, such as `ls-files`; the `-z` is added here.

    Raises:
        GitError: as `git` does.
    """
    command, *rest = arguments
    done = _run(root, command, "-z", *rest)
    return parse_listing(done.stdout, done.stderr)


def parse_listing(output: bytes, warnings: bytes) -> Listing:
    r"""Read paths, each with `\0`, and what git has warned of meanwhile."""
    locked = dict.fromkeys(path_of(raw) for raw in _LOCKED.findall(warnings))
    return Listing(tuple(path_of(raw) for raw in output.split(b"\0") if raw), tuple(locked))


def _run(root: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        done = subprocess.run(  # noqa: S603 -- a fixed program, and no shell reads the arguments
            [*_COMMAND, *arguments],
            cwd=root,
            env=_environment(root),
            input=given,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise GitError("git is not installed, or not on the PATH. Install it to compare changes.") from error
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise GitError(f"git {arguments[0]} failed: {lines[0].removeprefix('fatal: ')}")
    return done


def _environment(root: Path) -> dict[str, str]:
    """Return ours, with the working tree where it is: `core.worktree` may name another."""
    tree = {"GIT_WORK_TREE": str(root)} if is_repository(root) else {}
    return os.environ | _PLAIN | tree


def path_of(raw: bytes) -> str:
    """Return a path as git prints it with -z; bytes that are no UTF-8 survive the round trip to the disk."""
    return os.fsdecode(raw)
