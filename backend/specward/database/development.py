"""The checkout's own server in daily work: kept running in the background, or for as long as one command.

`run` stops the server at its end unless `start` keeps it, or another `run` still needs it. After a `kill
-9` the next command finds the server running, and takes it over.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from specward.config import load_config
from specward.database.branches import Branches, LocalBranches, branch
from specward.database.neon import NeonBranches, project_in
from specward.database.postmaster import running, stop
from specward.database.provision import Urls, migrate, provision, read_recipe, role_urls, search_path
from specward.database.server import Server, start
from specward.database.state import State, cluster_of, data_folders, open_state, remove, replace_private
from specward.database.supervise import supervise
from specward.errors import CouldNotRunError

DATABASE = "app"
APP_VARIABLE, MIGRATION_VARIABLE = "DATABASE_URL", "MIGRATION_DATABASE_URL"


def start_in_background(root: Path) -> Server:
    """Start the server of the checkout at `root`, bring its database up to date and leave it running.

    The application finds it by `.data/dev.env`, which its settings read.

    Raises:
        CouldNotRunError: the server, the roles or the migrations failed.
    """
    with _in_use(root) as (state, server, urls), state.locked():
        lines = [f"{name}={url}\n" for name, url in urls.environment().items()]
        replace_private(state.dev_env, "".join(lines))
    return server


def stop_in_background(root: Path, *, with_data: bool = False) -> bool:
    """Stop the checkout's server, and on request remove its data. Returns whether one was running.

    Raises:
        CouldNotRunError: it belongs to somebody else, or does not end.
    """
    if not (root / ".data").is_dir():
        return False
    state = open_state(root)
    with state.locked():
        state.dev_env.unlink(missing_ok=True)
        stopped = [stop(data) for data in data_folders(state)]
        if with_data:
            remove(state)
    return any(stopped)


def current_urls(root: Path) -> Urls:
    """Return the URLs of the checkout's running server.

    Raises:
        CouldNotRunError: it does not run.
    """
    trouble = CouldNotRunError("No server of this checkout runs. `specward database start` starts one.")
    if not (root / ".data").is_dir():  # nor does a question make it
        raise trouble
    state = open_state(root)
    with state.locked():
        cluster = cluster_of(state)
        port = running(cluster.data)
        if port is None:
            raise trouble
        return role_urls(Server(port, cluster.superuser_password), DATABASE, state.passwords())


def run_with_database(root: Path, command: Sequence[str]) -> int:
    """Run `command` with a migrated database in its environment, and return its exit code.

    Where DATABASE_URL is set already, in the environment or in `.env`, that database is used as it is, and
    migrated only if MIGRATION_DATABASE_URL is set too. Then this process becomes the command.

    Raises:
        CouldNotRunError: the server, the roles or the migrations failed, or the command is not there.
    """
    if _is_set(root, APP_VARIABLE):
        if _is_set(root, MIGRATION_VARIABLE):
            migrate(root, read_recipe(root, load_config(root)).migrate, {})
        _become(command)
    with _in_use(root) as (_, _, urls):
        return supervise(command, {**os.environ, **urls.environment(), "PATH": search_path()})


def run_on_branch(root: Path, name: str, command: Sequence[str]) -> int:
    """Run `command` with a private copy of the database in its environment, and return its exit code.

    With NEON_API_KEY in the environment the copy is a branch at Neon, of the database that DATABASE_URL and
    MIGRATION_DATABASE_URL name; else it is a clone on the checkout's own server. It is migrated as far as the
    checkout is, and thrown away at the end, whatever the command does.

    Raises:
        CouldNotRunError: the branch cannot be made, or its migrations failed.
    """
    with _branches(root) as branches, branch(branches, name) as urls:
        migrate(root, read_recipe(root, load_config(root)).migrate, urls.environment())
        return supervise(command, {**os.environ, **urls.environment(), "PATH": search_path()})


@contextmanager
def _branches(root: Path) -> Iterator[Branches]:
    if project := project_in():
        try:
            parent = Urls(os.environ[APP_VARIABLE], os.environ[MIGRATION_VARIABLE])
        except KeyError as error:
            raise CouldNotRunError(
                f"{error.args[0]} is not set: a branch at Neon needs both URLs of the database to branch."
            ) from None
        yield NeonBranches(project, parent)
    else:
        with _in_use(root) as (state, server, _):
            yield LocalBranches(server, DATABASE, state.passwords())


@contextmanager
def _in_use(root: Path) -> Iterator[tuple[State, Server, Urls]]:
    """Have the checkout's server running and migrated; at the end, stop it if nobody else needs it."""
    state = open_state(root)
    with state.in_use() as alone:
        try:
            with state.locked():
                server = _bring_up(state)
                urls = _provisioned(state, server)
            yield state, server, urls
        finally:
            with state.locked():
                if not state.dev_env.exists() and alone():
                    for data in data_folders(state):
                        stop(data)


def _bring_up(state: State) -> Server:
    server = start(cluster_of(state), state.port())
    state.remember_port(server.port)
    return server


def _provisioned(state: State, server: Server) -> Urls:
    recipe = read_recipe(state.checkout, load_config(state.checkout))
    urls = provision(server, DATABASE, recipe.roles, state.passwords())
    migrate(state.checkout, recipe.migrate, urls.environment())
    return urls


def _is_set(root: Path, name: str) -> bool:
    """Whether the application will find `name`: its settings read `.env` as well as the environment."""
    if os.environ.get(name):
        return True
    path = root / ".env"
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    return re.search(rf"^\s*(?:export\s+)?{name}\s*=\s*\S", text, re.MULTILINE) is not None


def _become(command: Sequence[str]) -> NoReturn:
    environment: Mapping[str, str] = {**os.environ, "PATH": search_path()}
    try:
        os.execvpe(command[0], list(command), environment)  # noqa: S606 -- the user's own command
    except OSError as error:
        raise CouldNotRunError(f"{command[0]} cannot be run: {error.strerror}.") from error
