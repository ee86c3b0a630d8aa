"""The operating-system account that runs the server programs: PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from specward.errors import CouldNotRunError

# Nothing of the caller's environment may steer the server: PGOPTIONS, PGDATA, LC_*, LD_LIBRARY_PATH.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}


class Account(NamedTuple):
    """Who runs the server. Without a user it is whoever runs this process."""

    user: int | None = None
    group: int | None = None

    @property
    def extra_groups(self) -> list[int] | None:
        """Supplementary groups: none at all after dropping root, untouched otherwise."""
        return None if self.user is None else []

    def run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run `command` to its end as this account, with a bare environment.

        Raises:
            CouldNotRunError: this process may not change to the account.
        """
        try:
            return subprocess.run(  # noqa: S603 -- programs we found ourselves, no shell
                command,
                user=self.user,
                group=self.group,
                extra_groups=self.extra_groups,
                cwd="/",
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                start_new_session=True,  # an interrupt at the terminal is not for the server
            )
        except OSError as error:
            raise CouldNotRunError(
                f"{command[0]} cannot be run as user {self.user}: {error.strerror}. "
                "Run as an ordinary user, or name a server in DATABASE_URL."
            ) from error

    def may(self, flag: str, path: Path) -> bool:
        """Whether test(1) `flag` (-r, -w, -x) holds for `path`: asked of the kernel as this account."""
        return self.run(["test", flag, str(path)]).returncode == 0

    def own(self, path: Path) -> None:
        """Give `path`, which we have just made, to this account."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group, follow_symlinks=False)


def server_account(owned: Path) -> Account:
    """Return the account for a server whose files belong with `owned`.

    For an ordinary user it is the user. For root it is the owner of `owned`, or `nobody` where that is root
    too: a set-uid in the child process, so no account is made and no folder's mode is loosened.
    """
    if os.geteuid() != 0:
        return Account()
    owner = owned.lstat().st_uid
    try:
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    except KeyError:
        # initdb wants a name for its user; an owner without one (a container's bind mount) cannot run it.
        entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)
