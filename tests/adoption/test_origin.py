"""What a workflow is told to install, where the gate came from a folder of this machine."""

from pathlib import Path

import pytest

from specward.adoption import origin
from tests.specward.repository import git, make_repository

ADDRESS = "https://example.org/specward.git"


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout that the gate was installed from, as pip notes it; all of it is pushed."""
    folder, remote = tmp_path / "the gate", tmp_path / "remote"
    make_repository(folder, {"README.md": "Specward\n"})
    git(tmp_path, "init", "--quiet", "--bare", str(remote))
    git(folder, "remote", "add", "origin", str(remote))
    git(folder, "push", "--quiet", "origin", "HEAD")
    git(folder, "remote", "set-url", "origin", ADDRESS)
    record = {"url": folder.as_uri(), "dir_info": {}}
    monkeypatch.setattr(origin, "_record", lambda: record)
    return folder


def test_a_checkout_is_taken_from_its_origin(gate: Path) -> None:
    assert origin.requirement() == f"git+{ADDRESS}@{git(gate, 'rev-parse', 'HEAD').strip()}"


@pytest.mark.parametrize(
    "address", ["https://me:secret@example.org/specward.git", "git@example.org:specward.git", "/srv/specward"]
)
def test_an_address_that_is_not_everybody_s_is_not_written(gate: Path, address: str) -> None:
    git(gate, "remote", "set-url", "origin", address)
    assert origin.requirement() == origin.INDEX


def test_a_folder_that_nobody_else_has_is_left_to_the_index(gate: Path) -> None:
    (gate / "new.py").write_text("value = 1\n")
    assert origin.requirement() == origin.INDEX
    git(gate, "add", ".")
    git(gate, "commit", "--quiet", "--message", "Not pushed")
    assert origin.requirement() == origin.INDEX


def test_a_folder_without_git_is_left_to_the_index(gate: Path) -> None:
    (gate / ".git").rename(gate.parent / "gone")
    assert origin.requirement() == origin.INDEX
