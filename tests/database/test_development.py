"""`specward database` as people meet it, and what it survives."""

import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psycopg
import pytest

from specward.database import development
from specward.database.account import server_account
from specward.database.neon import Project
from specward.database.provision import Urls
from specward.errors import CouldNotRunError
from tests.database.neon.double import KEY, PROJECT, neon_double
from tests.servers.plugin import ROOT

ROLES = Path(__file__).parent / "roles.sql"
SPECWARD = str(Path(sys.executable).parent / "specward")

PYPROJECT = """\
[tool.specward.database]
roles = "roles.sql"
migrate = ["python", "migrate.py"]
"""
MIGRATE = """\
import os, psycopg
with psycopg.connect(os.environ["MIGRATION_DATABASE_URL"]) as connection:
    connection.execute("set role app_owner")
    connection.execute("create table if not exists notes (id int)")
    connection.execute("grant all on notes to app_user")
"""
INSERT = """\
import os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    connection.execute("insert into notes values (1)")
    print(connection.execute("select count(*) from notes").fetchone()[0], flush=True)
"""


class Checkout:
    """A project with a database, and the command to be tested."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "pyproject.toml").write_text(PYPROJECT)
        (folder / "migrate.py").write_text(MIGRATE)
        (folder / "roles.sql").write_bytes(ROLES.read_bytes())

    def popen(self, *words: str, variables: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if "DATABASE_URL" not in name}
        return subprocess.Popen(
            [SPECWARD, "database", *words],
            cwd=self.folder,
            env={**environment, **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *words: str, status: int = 0, variables: Mapping[str, str] | None = None) -> str:
        with self.popen(*words, variables=variables) as process:
            output, errors = process.communicate()
        assert process.returncode == status, errors
        return output + errors

    def python(self, script: str, **variables: str) -> str:
        return self("run", "--", "python", "-c", script, variables=variables).strip()

    @property
    def data(self) -> Path:
        (folder,) = (self.folder / ".data/postgres").resolve().glob("[0-9][0-9]")
        return folder

    def server_pid(self) -> int | None:
        path = self.data / "postmaster.pid"
        return int(path.read_text().split("\n")[0]) if path.exists() else None

    def stopped(self) -> bool:
        return self.server_pid() is None


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder where every user may go, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="specward-checkouts-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def initialised(folder: Path) -> Checkout:
    """A checkout whose stopped server is copied into the others, which saves most of their time."""
    place = folder / "initialised"
    place.mkdir(mode=0o755)
    checkout = Checkout(place)
    checkout.python("")
    return checkout


@pytest.fixture
def make_checkout(folder: Path, initialised: Checkout) -> Iterator[Callable[[], Checkout]]:
    made: list[Checkout] = []

    def make() -> Checkout:
        place = Path(tempfile.mkdtemp(prefix="a checkout ", dir=folder))
        place.chmod(0o755)
        subprocess.run(["cp", "-a", initialised.folder / ".data", place], check=True)  # noqa: S607
        made.append(Checkout(place))
        return made[-1]

    yield make
    for checkout in made:
        checkout("stop", "--remove")


@pytest.fixture
def checkout(make_checkout: Callable[[], Checkout]) -> Checkout:
    return make_checkout()


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it never came about")


def permissions(path: Path) -> str:
    return stat.filemode(path.stat().st_mode)


def test_start_leaves_a_server_that_the_application_finds(checkout: Checkout) -> None:
    assert "PostgreSQL runs on port" in checkout("start")
    dev_env = checkout.folder / ".data/dev.env"
    variables = dict(line.split("=", 1) for line in dev_env.read_text().splitlines())
    assert permissions(dev_env) == permissions(checkout.folder / ".data/passwords.json") == "-rw-------"
    assert permissions(checkout.data) == permissions(checkout.data.parent) == "drwx------"
    assert checkout("url").strip() == variables["DATABASE_URL"]
    assert checkout("url", "--migration").strip() == variables["MIGRATION_DATABASE_URL"]
    with psycopg.connect(variables["DATABASE_URL"]) as connection:
        assert connection.info.user == "app_user"


def test_a_question_leaves_nothing_behind(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    assert "No server of this checkout runs." in checkout("url", status=2)
    assert not (checkout.folder / ".data").exists()


def test_start_again_is_the_same_server_and_stop_ends_it(checkout: Checkout) -> None:
    checkout("start")
    url, pid = checkout("url"), checkout.server_pid()
    checkout("start")
    assert (checkout("url"), checkout.server_pid()) == (url, pid)
    assert checkout("stop") == "The server is stopped.\n"
    assert checkout.stopped()
    assert not (checkout.folder / ".data/dev.env").exists()
    assert checkout("stop") == "No server was running.\n"
    assert checkout("url", status=2) == (
        "specward: No server of this checkout runs. `specward database start` starts one.\n"
    )
    checkout("start")
    assert checkout("url") == url


def test_run_gives_the_command_a_database_and_keeps_its_rows(checkout: Checkout) -> None:
    assert checkout.python(INSERT) == "1"
    assert checkout.stopped()
    assert checkout.python(INSERT) == "2"


def test_run_leaves_a_server_that_start_keeps(checkout: Checkout) -> None:
    checkout("start")
    assert checkout.python(INSERT) == "1"
    assert not checkout.stopped()


def test_run_returns_what_the_command_returns(checkout: Checkout) -> None:
    checkout("run", "--", "python", "-c", "raise SystemExit(7)", status=7)
    checkout("run", "--", "sh", "-c", "kill -9 $$", status=128 + 9)
    assert "no-such-command cannot be run" in checkout("run", "--", "no-such-command", status=2)
    assert checkout.stopped()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
def test_run_passes_signals_on_and_waits(checkout: Checkout, number: signal.Signals) -> None:
    script = (
        "import signal, sys, time\n"
        f"signal.signal({int(number)}, lambda *_: (print('told', flush=True), sys.exit(5)))\n"
        "print('up', flush=True)\n"
        "time.sleep(600)\n"
    )
    with checkout.popen("run", "--", "python", "-c", script) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(number)
        assert process.stdout.read() == "told\n"
    assert process.returncode == 5
    assert checkout.stopped()


def test_two_runs_share_the_server_until_the_last_ends(checkout: Checkout) -> None:
    with checkout.popen("run", "--", "sh", "-c", "echo up; sleep 600") as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "up\n"
        assert checkout.python(INSERT) == "1"
        assert not checkout.stopped()
        first.terminate()
    assert checkout.stopped()


def test_a_database_url_is_used_as_it_is(checkout: Checkout) -> None:
    show = "import os; print(os.environ['DATABASE_URL'])"
    assert checkout.python(show, DATABASE_URL="postgresql://elsewhere/app") == "postgresql://elsewhere/app"
    (checkout.folder / ".env").write_text("DATABASE_URL=postgresql://elsewhere/app\n")
    assert checkout.python("import os; print('DATABASE_URL' in os.environ)") == "False"
    assert checkout.stopped()


def test_a_given_database_is_migrated_only_as_its_migrator(checkout: Checkout) -> None:
    (checkout.folder / "migrate.py").write_text("print('migrated')")
    assert checkout.python("", DATABASE_URL="postgresql://elsewhere/app") == ""
    urls = {"DATABASE_URL": "postgresql://elsewhere/app", "MIGRATION_DATABASE_URL": "postgresql://other/app"}
    assert checkout.python("", **urls) == "migrated"


def test_a_killed_server_comes_back_with_its_rows(checkout: Checkout) -> None:
    checkout("start")
    assert checkout.python(INSERT) == "1"
    pid = checkout.server_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    checkout("start")
    assert checkout.server_pid() != pid
    assert checkout.python(INSERT) == "2"


def test_what_a_killed_run_left_is_taken_over_and_stopped(checkout: Checkout) -> None:
    with checkout.popen(
        "run", "--", "python", "-c", "import time; print('up', flush=True); time.sleep(2)"
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "up\n"
        pid = checkout.server_pid()
        run.kill()
        assert checkout.python(INSERT) == "1"
    assert pid is not None
    assert checkout.stopped()


def test_a_pid_file_that_names_somebody_else_is_stale(checkout: Checkout) -> None:
    checkout.python(INSERT)
    account = server_account(checkout.data)
    with subprocess.Popen(["sleep", "600"], user=account.user, group=account.group) as other:  # noqa: S607
        pid_file = checkout.data / "postmaster.pid"
        pid_file.write_text(
            f"{other.pid}\n{checkout.data}\n1\n5432\n\n127.0.0.1\n       1         1\nready   \n"
        )
        account.own(pid_file)
        assert checkout("stop") == "No server was running.\n"
        assert checkout.python(INSERT) == "2"
        assert other.poll() is None
        other.kill()


def test_a_half_finished_initdb_is_done_again(checkout: Checkout) -> None:
    data = checkout.data
    data.rename(data.with_name(f"{data.name}.new"))
    data.with_name(f"{data.name}.password").touch()
    assert checkout.python(INSERT) == "1"


def test_a_taken_port_is_given_up_and_remembered_when_free(checkout: Checkout) -> None:
    checkout("start")
    url = checkout("url")
    checkout("stop")
    port = int((checkout.folder / ".data/port").read_text())
    with socket.create_server(("127.0.0.1", port)):
        checkout("start")
        assert checkout("url") != url


def test_two_checkouts_stand_side_by_side(make_checkout: Callable[[], Checkout]) -> None:
    one, two = make_checkout(), make_checkout()
    one("start")
    two("start")
    assert one("url") != two("url")
    assert one.python(INSERT) == two.python(INSERT) == "1"
    one("stop")
    assert not two.stopped()


def test_a_wrong_roles_file_is_a_sentence(checkout: Checkout) -> None:
    (checkout.folder / "roles.sql").write_text("grant everything;")
    output = checkout("start", status=2)
    assert output.startswith("specward: ")
    assert "roles.sql cannot be run: syntax error" in output
    assert checkout.stopped()


def test_a_start_that_fails_leaves_a_server_that_was_kept(checkout: Checkout) -> None:
    checkout("start")
    (checkout.folder / "pyproject.toml").write_text("[tool.specward\n")
    assert "is not valid TOML" in checkout("start", status=2)
    assert not checkout.stopped()
    checkout("stop")
    checkout("start", status=2)
    assert checkout.stopped()


def test_the_data_outlives_a_wrong_start(checkout: Checkout) -> None:
    checkout.python(INSERT)
    (checkout.data / "PG_VERSION").write_text("9.6\n")
    output = checkout("start", status=2)
    assert "did not start: database files are incompatible with server" in output


def test_without_a_driver_there_is_a_sentence_and_the_other_commands(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    script = "import sys; sys.modules['psycopg'] = None; from specward.cli import main; main()"
    for words, status, text in ((["--help"], 0, "commands:"), (["database", "start"], 2, "needs psycopg")):
        done = subprocess.run(
            [sys.executable, "-c", script, *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == status
        assert text in done.stdout + done.stderr


only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")


@only_root
def test_a_checkout_closed_to_the_servers_user_works_all_the_same(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    checkout = Checkout(home)
    assert checkout.python(INSERT) == "1"
    assert checkout.python(INSERT) == "2"
    link = checkout.folder / ".data/postgres"
    outside = link.resolve().parent
    assert link.is_symlink()
    assert permissions(home) == "drwx------"
    assert permissions(outside) == "drwxr-xr-x"
    assert permissions(outside / "postgres") == "drwx------"
    checkout("stop", "--remove")
    assert not outside.exists()
    assert not link.is_symlink()


@only_root
def test_a_place_outside_that_others_can_write_is_refused(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    checkout("start")
    outside = (tmp_path / ".data/postgres").resolve().parent
    checkout("stop", "--remove")
    outside.mkdir()
    outside.chmod(0o777)
    try:
        assert "is not a folder that only we can write to" in checkout("start", status=2)
    finally:
        outside.rmdir()


BRANCHED = """
import os, psycopg, sys
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    connection.execute("insert into notes values (2)")
    print(connection.info.dbname, connection.execute("select count(*) from notes").fetchone()[0], flush=True)
sys.exit(int(sys.argv[1]))
"""


def test_a_branch_is_thrown_away_whatever_the_command_does(make_checkout: Callable[[], Checkout]) -> None:
    checkout = make_checkout()
    before = int(checkout.python(INSERT))
    for status in (0, 7):
        run = ("run", "--branch", "task-1", "--", "python", "-c", BRANCHED, str(status))
        assert checkout(*run, status=status).strip() == f"task-1 {before + 1}"
    assert int(checkout.python(INSERT)) == before + 1
    assert checkout.stopped()


def test_a_branch_is_neons_where_there_is_a_key(
    database: Urls, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    command = ["python", "-c", f"import os; open({str(seen)!r}, 'w').write(os.environ['DATABASE_URL'])"]
    with neon_double() as neon:
        project = Project(PROJECT, KEY, api=neon.url, sleep=lambda _: None)
        monkeypatch.setattr(development, "project_in", lambda: project)
        with pytest.raises(CouldNotRunError, match="DATABASE_URL is not set"):
            development.run_on_branch(ROOT, "task-1", command)
        for name, url in database.environment().items():
            monkeypatch.setenv(name, url)
        assert development.run_on_branch(ROOT, "task-1", command) == 0
        assert f"POST /projects/{PROJECT}/branches" in neon.asked
        assert neon.branches == {}
    assert seen.read_text() == database.app
