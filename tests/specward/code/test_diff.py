"""Changes as git tells them: real repositories, and every odd path."""

import os
from pathlib import Path
from subprocess import CalledProcessError
from time import sleep

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.code.diff import Change, parse_raw, read_before, read_changes, start_revision
from specward.code.git import GitError
from specward.rules.examples import Link
from tests.specward.repository import commit, git, make_repository, write_tree


def kinds(root: Path, base: str | None = None) -> dict[str, str]:
    return {change.path: change.kind for change in read_changes(root, base)}


def test_every_kind_of_change_is_seen(tmp_path: Path) -> None:
    root = make_repository(
        tmp_path, {"same": "1", "edited": "1", "gone": "1", "moved": "a\nb\nc\n", "retyped": "1"}
    )
    (root / "edited").write_text("2")
    (root / "gone").unlink()
    git(root, "mv", "moved", "arrived")
    (root / "retyped").unlink()
    (root / "retyped").symlink_to("edited")
    (root / "new").write_text("1")
    (root / "link").symlink_to("/etc")
    changes = {change.path: change for change in read_changes(root)}
    assert {path: change.kind for path, change in changes.items()} == {
        "arrived": "added",
        "edited": "modified",
        "gone": "deleted",
        "link": "added",
        "moved": "deleted",
        "new": "added",
        "retyped": "retyped",
    }
    assert {path for path, change in changes.items() if change.is_symlink} == {"link", "retyped"}


@pytest.mark.parametrize(
    "name", ["with space", 'quo"te', "new\nline", "tab\t", "ünïcödé", "-dash", ":colon", "*"]
)
def test_odd_paths_arrive_whole(tmp_path: Path, name: str) -> None:
    root = make_repository(tmp_path, {f"a/{name}": "1"})
    (root / "a" / name).write_text("2")
    (root / f"{name}2").write_text("1")
    assert kinds(root) == {f"a/{name}": "modified", f"{name}2": "added"}


def test_a_conflict_is_what_it_left_in_the_working_tree(tmp_path: Path) -> None:
    names = ("both", "gone here", "gone there", "kept")
    root = make_repository(tmp_path, dict.fromkeys(names, "base\n"))
    for branch, gone in (("side", "gone there"), ("main", "gone here")):
        git(root, "checkout", "--quiet", *(() if branch == "main" else ("-b",)), branch)
        write_tree(root, {name: f"{branch}\n" for name in names if name != gone})
        (root / gone).unlink()
        commit(root, branch)
    with pytest.raises(CalledProcessError):
        git(root, "merge", "side")
    (root / "kept").write_text("main\n")
    assert set(git(root, "diff", "--name-only", "--diff-filter=U").splitlines()) == set(names)
    assert kinds(root) == {"both": "modified", "gone here": "added"}
    (root / "both").unlink()
    (root / "gone here").unlink()
    assert kinds(root) == {"both": "deleted"}


def test_a_path_that_is_no_text_survives(tmp_path: Path) -> None:
    root = make_repository(tmp_path, {})
    path = os.fsdecode(b"caf\xe9")
    (root / path).write_text("1")
    assert kinds(root) == {path: "added"}


def test_ignored_files_are_no_changes(tmp_path: Path) -> None:
    root = make_repository(tmp_path, {})
    write_tree(root, {".specward/verdict.json": "{}"})
    assert kinds(root) == {}


def test_a_base_counts_from_where_the_branch_began(tmp_path: Path) -> None:
    root = make_repository(tmp_path, {"a": "1"})
    git(root, "checkout", "--quiet", "-b", "work")
    write_tree(root, {"mine": "1"})
    commit(root, "Mine")
    git(root, "checkout", "--quiet", "main")
    write_tree(root, {"theirs": "1"})
    commit(root, "Theirs")
    git(root, "checkout", "--quiet", "work")
    write_tree(root, {"untracked": "1"})
    assert kinds(root, "main") == {"mine": "added", "untracked": "added"}
    assert kinds(root) == {"untracked": "added"}


def test_before_the_first_commit_everything_is_new(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    write_tree(tmp_path, {"staged": "1", "not staged": "1"})
    git(tmp_path, "add", "staged")
    assert kinds(tmp_path) == {"staged": "added", "not staged": "added"}


def test_a_nested_repository_is_one_change(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "outer", {})
    make_repository(root / "inner", {"a": "1"})
    assert read_changes(root) == (Change("inner", "added", "160000"),)


def test_a_submodule_that_moved_on_is_a_change(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "outer", {})
    inner = make_repository(root / "inner", {"a": "1"})
    git(root, "-c", "advice.addEmbeddedRepo=false", "add", "inner")
    commit(root, "Add inner")
    assert kinds(root) == {}
    commit(inner, "On")
    assert read_changes(root) == (Change("inner", "modified", "160000"),)


def test_git_is_not_believed_where_it_was_told_not_to_look(tmp_path: Path) -> None:
    names = ("assumed", "skipped", "both", "gone", "sparse", "same", "linked")
    root = make_repository(tmp_path, dict.fromkeys(names, "1\n") | {"link": Link("same")})
    for option, paths in {
        "--assume-unchanged": ("assumed", "both", "gone", "same", "link", "linked"),
        "--skip-worktree": ("skipped", "both", "sparse"),
    }.items():
        for path in paths:
            git(root, "update-index", option, path)
    for path in ("assumed", "skipped", "both"):
        (root / path).write_text("2\n")
    for path in ("gone", "sparse", "linked"):
        (root / path).unlink()
    (root / "linked").symlink_to("same")
    (root / "same").write_bytes(b"1\r\n")
    assert git(root, "status", "--short") == ""
    assert kinds(root) == {
        "assumed": "modified",
        "skipped": "modified",
        "both": "modified",
        "gone": "deleted",
        "linked": "modified",
    }


@pytest.mark.parametrize("place", [".gitattributes", ".git/info/attributes"])
def test_a_filter_does_not_hide_what_lies_on_the_disk(tmp_path: Path, place: str) -> None:
    root = make_repository(tmp_path, {"a.py": "1\n", "b.py": "1\n", "c.bin": "1\n", ".gitattributes": ""})
    write_tree(root, {place: "* filter=hide\n"})
    git(root, "config", "filter.hide.clean", "git show HEAD:%f")
    write_tree(root, {"a.py": "2\n", "c.bin": "2\n"})
    git(root, "add", "a.py")
    assert kinds(root).items() - {(".gitattributes", "modified")} == {("a.py", "modified")}


def test_the_filter_of_large_files_is_no_hiding_place(tmp_path: Path) -> None:
    root = make_repository(tmp_path, {"a.py": "pointer\n", ".gitattributes": "*.py filter=lfs\n"})
    git(root, "config", "filter.lfs.clean", "git-lfs clean -- %f")
    assert kinds(root) == {}


@pytest.mark.parametrize("setting", ["core.worktree=../elsewhere", "core.ignoreStat=true", "core.bare=true"])
def test_the_settings_of_a_repository_do_not_hide_a_change(tmp_path: Path, setting: str) -> None:
    files = {"a": "1", ".gitignore": ".specward/\n"}
    root = make_repository(tmp_path / "shop", files)
    write_tree(tmp_path / "elsewhere", files)
    git(root, "config", *setting.replace("..", str(tmp_path)).split("="))
    git(root, "--work-tree", str(root), "add", "a")
    (root / "a").write_text("2")
    assert kinds(root) == {"a": "modified"}


def test_a_time_that_was_put_back_does_not_hide_a_change(tmp_path: Path) -> None:
    root = make_repository(tmp_path, {"a": "1"})
    os.utime(root / "a", (1, 1))
    git(root, "config", "core.trustctime", "false")
    git(root, "config", "core.checkStat", "minimal")
    git(root, "add", "a")
    sleep(1.1)  # git compares whole seconds
    (root / "a").write_text("2")
    os.utime(root / "a", (1, 1))
    assert git(root, "status", "--short") == ""
    assert kinds(root) == {"a": "modified"}


def test_a_replaced_commit_is_not_the_commit(tmp_path: Path) -> None:
    root = make_repository(tmp_path, {"a": "1"})
    head = git(root, "rev-parse", "HEAD").strip()
    write_tree(root, {"a": "2"})
    commit(root, "Later")
    git(root, "replace", head, "HEAD")
    git(root, "reset", "--quiet", "--soft", head)
    assert kinds(root) == {"a": "modified"}


def test_a_name_that_is_an_option_is_no_option(tmp_path: Path) -> None:
    root = make_repository(tmp_path, {})
    with pytest.raises(GitError, match="revision '--upload-pack=x' is unknown"):
        read_changes(root, "--upload-pack=x")


def test_an_unknown_base_and_no_repository_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="is not a git repository"):
        read_changes(tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "--quiet")
    with pytest.raises(GitError, match="no revision 'HEAD' here: nothing is committed yet"):
        read_changes(empty, "HEAD")
    root = make_repository(tmp_path / "repository", {})
    with pytest.raises(GitError, match=r"'origin/main' is unknown here: .*`git fetch origin`"):
        read_changes(root, "origin/main")
    tree = git(root, "commit-tree", "-m", "Elsewhere", "HEAD^{tree}").strip()
    with pytest.raises(GitError, match="shares no history with HEAD"):
        start_revision(root, tree)


def test_text_before_is_that_of_the_revision(tmp_path: Path) -> None:
    root = make_repository(tmp_path, {"a b": "old"})
    (root / "a b").write_text("new")
    assert read_before(root, "HEAD", ["a b", "none"]) == {"a b": "old", "none": None}


def test_many_files_are_read_at_once(tmp_path: Path) -> None:
    files = {
        "a b": "blob 3\n",
        "empty": "",
        "line\nend": "x",
        "s/x missing": "y",
        "s/\u00e9": "\u00e9",
        "-": "z",
    }
    root = make_repository(tmp_path, files)
    (root / "latin").write_bytes(b"\xe9")
    (root / "link").symlink_to("a b")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "More")
    expected = {**files, "latin": None, "link": "a b", "s": None, "none": None, "x blob 1": None}
    assert read_before(root, "HEAD", expected) == expected
    assert read_before(root, "nowhere", ["a b"]) == {"a b": None}


PATHS = st.lists(st.binary(min_size=1, max_size=12).filter(lambda raw: b"\0" not in raw), max_size=6)


@given(PATHS, st.sampled_from(["A", "M", "D", "T"]))
def test_the_raw_form_is_read_for_all_paths(paths: list[bytes], status: str) -> None:
    output = b"".join(f":100644 120000 aaaa bbbb {status}\0".encode() + path + b"\0" for path in paths)
    changes = parse_raw(output)
    assert [os.fsencode(change.path) for change in changes] == paths
    assert all(change.is_symlink for change in changes)
