"""Real git repositories for the tests, made of small file trees."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from specward.rules.examples import Link


def git(root: Path, *arguments: str) -> str:
    """Run git as somebody, untouched by the configuration of whoever runs the tests."""
    identity = (
        "-c",
        "user.name=A Person",
        "-c",
        "user.email=person@example.org",
        "-c",
        "commit.gpgsign=false",
    )
    command = ["git", *identity, "-c", "init.defaultBranch=main", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout  # noqa: S603


def write_tree(root: Path, files: Mapping[str, str]) -> None:
    """Write files, with their folders."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, Link):
            (root / path).symlink_to(text)
        else:
            (root / path).write_text(text, encoding="utf-8")


def make_repository(root: Path, files: Mapping[str, str]) -> Path:
    """Make a repository whose only commit holds these files."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "--quiet")
    write_tree(root, {".gitignore": ".specward/\n", **files})
    commit(root, "Begin")
    return root


def commit(root: Path, message: str) -> None:
    """Commit everything there is."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", message)
