"""A real PgBouncer in front of the test server, as Neon's pooler sets it.

Source of the settings: Neon's documentation, "Connection pooling", and `pgbouncer.ini` of its compute image.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from specward.database.server import HOST, Server, free_port

ROOT = Path(__file__).parents[2]
OLDEST = (1, 21)  # the first that keeps prepared statements in transaction mode
MISSING = "PgBouncer 1.21 or newer is not here: `.ci/pgbouncer` brings one without installing it."
START_SECONDS = 10.0

# default_pool_size is nine tenths of the server's 100 connections. A refused connection is tried again after
# one second instead of fifteen: the tests stop and start servers.
SETTINGS = """\
[databases]
* = host={host} port={server_port}

[pgbouncer]
listen_addr = {host}
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = transaction
max_client_conn = 10000
default_pool_size = 90
max_prepared_statements = 1000
query_wait_timeout = 120
ignore_startup_parameters = extra_float_digits
server_login_retry = 1
"""

# Ends PgBouncer when our end of its input closes. QUIT, since INT and TERM wait for the clients.
LIFELINE = """\
"$@" </dev/null &
cat >/dev/null
kill -QUIT $!
wait $!
"""


def find_pgbouncer() -> Path | None:
    """Return a PgBouncer that is new enough: one on the PATH, else the one that `.ci/pgbouncer` brings."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", str(ROOT / ".data/pgbouncer")])
    for folder in path.split(os.pathsep):
        if program := shutil.which("pgbouncer", path=folder):
            answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
            version = re.search(r"PgBouncer (\d+)\.(\d+)", answer.stdout)
            if version and (int(version[1]), int(version[2])) >= OLDEST:
                return Path(program)
    return None


@contextmanager
def pgbouncer_to(server: Server, passwords: Mapping[str, str], program: Path) -> Iterator[int]:
    """Run PgBouncer in front of `server` while the context lasts; the value is its port.

    Args:
        server: where it leads, whatever the database.
        passwords: by the names of the roles that may pass.
        program: from `find_pgbouncer`.
    """
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="specward-pgbouncer-") as name:
        folder = Path(name)
        users, settings, log = folder / "users.txt", folder / "pgbouncer.ini", folder / "log"
        users.write_text("".join(f'"{role}" "{password}"\n' for role, password in passwords.items()))
        settings.write_text(SETTINGS.format(host=HOST, port=port, server_port=server.port, users=users))
        # It refuses to be root, and changes its user by itself once it has read its files.
        user = ["--user=nobody"] if os.geteuid() == 0 else []
        command = ["sh", "-c", LIFELINE, "sh", str(program), *user, str(settings)]
        with (
            log.open("wb") as output,
            subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True
            ),
        ):
            _await_listener(port, log)
            yield port


def _await_listener(port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.01)
    raise RuntimeError(f"PgBouncer did not start: {log.read_text()}")
