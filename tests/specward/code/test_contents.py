"""What is known of a file's content is believed as long as nothing can have changed it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from specward.code import contents
from specward.code.cache import digest
from specward.code.contents import Contents

OLD, NEW = "X = 1\n", "X = 2\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of long ago, which an earlier run has read."""
    monkeypatch.setattr(contents, "_MOMENT", 0)
    file = tmp_path / "a.py"
    file.write_text(OLD)
    read(file)
    return file


def read(file: Path) -> None:
    found = Contents.open(file.parent, cached=True)
    found.note(file.name, file.stat(), file.read_bytes())
    found.save(whole=True)


def known(file: Path, *, cached: bool = True) -> str:
    return Contents.open(file.parent, cached=cached).known(file.name)


def test_what_is_as_it_was_need_not_be_read(file: Path) -> None:
    assert known(file) == digest(OLD.encode())
    assert known(file, cached=False) == ""


def edit(file: Path) -> None:
    file.write_text(NEW)


def edit_and_hide_it(file: Path) -> None:
    """Give the new content the time of the old one; its size is the same anyway."""
    before = file.stat()
    file.write_text(NEW)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def put_another_in_its_place(file: Path) -> None:
    other = file.with_name("b.py")
    other.write_text(OLD)
    other.replace(file)


def link_elsewhere(file: Path) -> None:
    file.rename(file.with_name("b.py"))
    file.symlink_to("b.py")


@pytest.mark.parametrize(
    "change", [edit, edit_and_hide_it, put_another_in_its_place, link_elsewhere, Path.unlink]
)
def test_what_may_have_changed_must_be_read(file: Path, change: Callable[[Path], None]) -> None:
    change(file)
    assert known(file) == ""


def test_what_changed_a_moment_before_it_was_read_is_not_believed(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(OLD)
    read(file)
    assert known(file) == ""


def test_a_look_at_one_file_keeps_the_others(file: Path) -> None:
    found = Contents.open(file.parent, cached=True)
    found.save(whole=False)
    assert known(file)
    Contents.open(file.parent, cached=True).save(whole=True)  # where nobody asked for it, it is gone
    assert known(file) == ""
