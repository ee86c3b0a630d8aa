"""The fast path's own path functions, held against the standard library's slow ones."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.agent.paths import joined, real, relative, repository, toplevel
from tests.client.project import git

NAMES = st.sampled_from(["a", "b", "app", "x.py", "aab", ".", ".."])


@given(st.lists(NAMES, max_size=6), st.lists(st.tuples(NAMES, st.lists(NAMES, max_size=3)), max_size=4))
def test_a_path_leads_where_the_system_says(
    tmp_path_factory: pytest.TempPathFactory, path: list[str], links: list[tuple[str, list[str]]]
) -> None:
    folder = tmp_path_factory.mktemp("links")
    for name, target in links:
        if name not in {".", ".."} and not os.path.lexists(folder / name):
            (folder / name).symlink_to("/".join(target) or ".")
    start = f"{folder}/{'/'.join(path)}"
    expected = Path(os.path.realpath(start))
    if any(place.is_symlink() for place in (expected, *expected.parents)):  # it gave up: a circle
        with pytest.raises(OSError, match="circle"):
            real(start)
    else:
        assert real(start) == str(expected)


def test_links_in_a_circle_are_no_path(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="circle"):
        real(str(tmp_path / "a/x"))


def test_relative_and_joined() -> None:
    assert relative("/a/b", "/a") == "b"
    assert relative("/a", "/a") == ""
    assert relative("/ab", "/a") is None
    assert joined("/a", "b") == "/a/b"
    assert joined("/a", "/b") == "/b"


def test_a_work_tree_belongs_to_its_repository(project: Path) -> None:
    tree = project.parent / "tree"
    git(project, "worktree", "add", "--quiet", str(tree))
    assert repository(str(tree)) == repository(str(project)) == f"{project}/.git"
    assert toplevel(f"{tree}/backend/app") == str(tree)
    assert toplevel("/") == "/"
