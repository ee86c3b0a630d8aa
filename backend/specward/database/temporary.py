"""A server for one test run: fast instead of durable, and gone afterwards, however the run ends."""

import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from specward.database.account import ENVIRONMENT, server_account
from specward.database.binaries import find_programs, within_reach
from specward.database.postmaster import await_ready
from specward.database.server import Cluster, Server, command, free_port, initialise, last_words
from specward.errors import CouldNotRunError

FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")

ATTEMPTS = 3  # somebody may take the port between our asking for it and the server's listening on it

# TERM ends a server that is too young to have handlers, INT one that would wait for its clients.
# Ends the server, and the folder with it, when our end of its input closes: by `kill -9` too.
LIFELINE = """\
folder=$1; log=$2; shift 2
"$@" </dev/null >"$log" 2>&1 &
echo $!
read -r told || killed=yes
kill -TERM $!; kill -INT $!; wait $!
[ -z "$killed" ] || rm -rf "$folder"
"""


@contextmanager
def temporary_server(form: str | None = None, settings: tuple[str, ...] = ()) -> Iterator[Server]:
    """Run a fresh server while the context lasts.

    Args:
        form: "installed" or "embedded"; by default as `find_programs` chooses.
        settings: more server settings, "max_connections=20".

    Raises:
        CouldNotRunError: there are no programs, or they do not start.
    """
    root = _root_folder()
    account = server_account(root)
    try:
        programs = within_reach(find_programs(form), account, root)
        folder = root / "postgres"
        folder.mkdir(mode=0o700)
        cluster = Cluster(programs, account, folder, secrets.token_urlsafe(24), (*FAST, *settings))
        for path in (folder, root):
            account.own(path)
        initialise(cluster)
        with _tied_to_us(cluster, root) as server:
            yield server
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _root_folder() -> Path:
    """Return a new folder where the server's account may go; TMPDIR may lie in a closed home."""
    account = server_account(Path("/"))
    for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108 -- mkdtemp's own inside
        if account.may("-x", Path(parent)):
            root = Path(tempfile.mkdtemp(prefix="specward-", dir=parent)).resolve()
            root.chmod(0o755)
            return root
    raise CouldNotRunError(
        "The server's user can write to no folder for temporary files. Set TMPDIR to one where it can."
    )


@contextmanager
def _tied_to_us(cluster: Cluster, root: Path) -> Iterator[Server]:
    for _ in range(ATTEMPTS):
        port = free_port()
        with subprocess.Popen(  # noqa: S603 -- programs we found ourselves
            ["sh", "-c", LIFELINE, "sh", str(root), str(cluster.log), *command(cluster, port)],  # noqa: S607
            user=cluster.account.user,
            group=cluster.account.group,
            extra_groups=cluster.account.extra_groups,
            cwd="/",
            env=ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        ) as shell:
            assert shell.stdin is not None  # noqa: S101 -- tells the type checker what PIPE means
            assert shell.stdout is not None  # noqa: S101
            try:
                if await_ready(cluster.data, int(shell.stdout.readline())):
                    yield Server(port, cluster.superuser_password)
                    return
            finally:
                shell.stdin.write(b"an orderly end\n")
    raise CouldNotRunError(f"The PostgreSQL server did not start: {last_words(cluster)}")
