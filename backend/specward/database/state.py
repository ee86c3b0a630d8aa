"""What a checkout keeps about its embedded server, under the git-ignored `.data`.

    .data/postgres         the data folders, by major version (or a link to where they are)
    .data/passwords.json   the superuser's and the login roles' passwords, for the owner's eyes only
    .data/port             the port of the last start, so that a URL stays good as long as it can
    .data/dev.env          the application's URLs, while `specward database start` keeps the server running
    .data/lock, .data/use  locks: one process at a time changes the server; who runs commands on it

Root's checkouts often lie where the server's account may not go: below /root, or in a `mktemp -d`. Then the
data lives in a folder of ours under /var/tmp and `.data/postgres` is a link; the system may clear it after
weeks of disuse.
"""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from specward.database.account import Account, server_account
from specward.database.binaries import find_programs, within_reach
from specward.database.server import Cluster, write_private
from specward.errors import CouldNotRunError

OUTSIDE = Path("/var/tmp")  # noqa: S108 -- the folder made there is ours by name, owner and mode, or refused

PASSWORDS = ("superuser", "app_migrator", "app_user")


class State(NamedTuple):
    """The places of one checkout's server."""

    checkout: Path  # absolute, without symbolic links

    @property
    def folder(self) -> Path:
        """Where everything is kept."""
        return self.checkout / ".data"

    @property
    def postgres(self) -> Path:
        """The server's folder, or a link to it."""
        return self.folder / "postgres"

    @property
    def dev_env(self) -> Path:
        """The URLs of a server that is kept running; its presence says that it is."""
        return self.folder / "dev.env"

    @contextmanager
    def in_use(self) -> Iterator[Callable[[], bool]]:
        """Say that a command needs the server; the value tells, under lock, whether no other does."""
        with (self.folder / "use").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_SH)

            def alone() -> bool:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return False
                return True

            yield alone

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let one process at a time start, stop or provision; a killed one lets go."""
        with (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def port(self) -> int | None:
        """Return the port of the last start."""
        path = self.folder / "port"
        return int(path.read_text()) if path.exists() else None

    def remember_port(self, port: int) -> None:
        """Keep the port for the next start."""
        (self.folder / "port").write_text(f"{port}\n")

    def passwords(self) -> dict[str, str]:
        """Return the passwords by role, made at random on first use.

        Raises:
            CouldNotRunError: they belong to another user.
        """
        path = self.folder / "passwords.json"
        try:
            if not path.exists():
                made = {role: secrets.token_urlsafe(24) for role in PASSWORDS}
                replace_private(path, json.dumps(made, indent=1))
            kept: dict[str, str] = json.loads(path.read_text())
        except PermissionError as error:
            raise CouldNotRunError(
                f"{path} belongs to another user. Work as that user, or remove the whole .data folder."
            ) from error
        return kept


def open_state(checkout: Path) -> State:
    """Return the state of `checkout`, making its folder on first use."""
    state = State(checkout.resolve())
    if not state.folder.is_dir():
        state.folder.mkdir()
        state.folder.chmod(0o755)  # whatever the umask: the server's account passes through
    return state


def cluster_of(state: State) -> Cluster:
    """Return the checkout's cluster: its programs, its account and its folder. The caller holds the lock.

    Raises:
        CouldNotRunError: there are no programs, or the folder cannot be used by us.
    """
    account = server_account(state.postgres if state.postgres.is_dir() else state.checkout)
    folder = _server_folder(state, account)
    programs = within_reach(find_programs(), account, folder.parent)
    return Cluster(programs, account, folder, state.passwords()["superuser"])


def data_folders(state: State) -> list[Path]:
    """Return the data folders there are, one for each major version that was ever run."""
    return sorted(state.postgres.resolve().glob("[0-9][0-9]"))


def remove(state: State) -> None:
    """Remove the stopped server with its data and its passwords."""
    if state.postgres.is_symlink():
        shutil.rmtree(state.postgres.resolve().parent, ignore_errors=True)
        state.postgres.unlink()
    else:
        shutil.rmtree(state.postgres, ignore_errors=True)
    for name in ("passwords.json", "port", "dev.env"):
        (state.folder / name).unlink(missing_ok=True)


def replace_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    write_private(unfinished, text)
    unfinished.rename(path)


def _server_folder(state: State, account: Account) -> Path:
    """Return the folder of the data folders, made for `account` in a place where it may go."""
    if account.may("-x", state.folder):
        folder = state.postgres
        if folder.is_symlink():
            folder.unlink()
    else:
        folder = _outside_folder(state) / "postgres"
        if not state.postgres.is_symlink() or state.postgres.readlink() != folder:
            state.postgres.unlink(missing_ok=True)
            state.postgres.symlink_to(folder)
    if not folder.exists():
        folder.mkdir(mode=0o700)
        account.own(folder)
    if not account.may("-w", folder):
        raise CouldNotRunError(
            f"{folder} belongs to another user. Work as that user, or remove the whole .data folder."
        )
    return folder


def _outside_folder(state: State) -> Path:
    """Return a folder outside the checkout that is this checkout's alone.

    Raises:
        CouldNotRunError: somebody else has put something in its place.
    """
    name = hashlib.sha256(os.fsencode(state.checkout)).hexdigest()[:16]
    folder = OUTSIDE / f"specward-{name}"
    if not folder.is_symlink() and not folder.exists():
        folder.mkdir()
        folder.chmod(0o755)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise CouldNotRunError(
            f"{folder} is not a folder that only we can write to. Remove it, and start again."
        )
    return folder
