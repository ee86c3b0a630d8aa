"""The whole proof: each layer that can be taken away is, and what is left must still hold."""

import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import sql

from specward.config import Config
from specward.contract.entry import EntryPoint, entry_point, unlisted
from specward.contract.served import LoadError, Served, load
from specward.database.branches import LocalBranches, branch
from specward.database.provision import APP_USER, MIGRATOR, Urls, provision, read_recipe
from specward.database.server import Lend, Server
from specward.errors import CouldNotRunError
from specward.prove.application import serving
from specward.prove.attack import Attack, Line, Scene
from specward.prove.conformance import NOT_LOOKED_AT, departures, is_installed
from specward.prove.operations import Target, targets, web_sockets
from specward.prove.people import Crowd
from specward.prove.requests import Writer
from specward.prove.rows import Watch, watch
from specward.prove.settings import Settings, read_settings
from specward.schema.scratch import Failure, run_migrations

EVERYTHING, ALONE = "as it runs", "without row security"


class Place(NamedTuple):
    """A database for the proof to use up."""

    urls: Urls
    admin: str  # of a role above row security


class Walk(NamedTuple):
    """Every operation attacked once."""

    layers: str
    lines: tuple[Line, ...]
    faults: tuple[str, ...] = ()  # of no single operation

    @property
    def holds(self) -> bool:
        """Whether nothing was seen."""
        return not self.faults and not any(line.faults for line in self.lines)


class Proof(NamedTuple):
    """What the proof has seen."""

    walks: tuple[Walk, ...]
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing was seen at all."""
        return all(walk.holds for walk in self.walks)


class Project(NamedTuple):
    """What is proved."""

    root: Path
    config: Config
    entry: EntryPoint
    settings: Settings
    served: Served
    targets: tuple[Target, ...]
    notes: tuple[str, ...]
    conforms: bool = True  # whether answers are held against the document, too


def read_project(root: Path, config: Config) -> Project:
    """Read the settings, and what the application serves.

    Raises:
        CouldNotRunError: A setting is missing or wrong, or the application does not start.
    """
    entry = entry_point(root, config)
    if entry is None:
        raise CouldNotRunError(
            'Name the application in pyproject.toml: [tool.specward] app = "app.main:app".'
        )
    settings = read_settings(config)
    try:
        served = load(root, entry)
    except LoadError as error:
        raise CouldNotRunError(error.problem.message) from error
    notes = [f"The web socket {path} is not attacked." for path in web_sockets(served)]
    notes += [] if is_installed() else [NOT_LOOKED_AT]
    return Project(root, config, entry, settings, served, targets(served, unlisted(config)), tuple(notes))


def prove(root: Path, config: Config, lend: Lend) -> Proof:
    """Prove the application on databases of its own: as it runs, and with its own filters alone.

    Raises:
        CouldNotRunError: The application, the database or the settings do not allow it.
    """
    project = read_project(root, config)
    with lend() as server:
        branches = _parent(project, server)
        walks = []
        for layers in (EVERYTHING, ALONE):
            name = "proof-alone" if layers == ALONE else "proof"
            with branch(branches, name) as urls:
                walks.append(walk(project, Place(urls, server.superuser_url(name)), layers))
    return Proof(tuple(walks), project.notes)


def walk(project: Project, place: Place, layers: str = EVERYTHING) -> Walk:
    """Attack every operation of the application on a database.

    Args:
        project: What is proved.
        place: The database; people and rows are left in it.
        layers: ALONE takes row security away first.

    Raises:
        CouldNotRunError: The application does not start or answer, or the settings make no people.
    """
    env = {**place.urls.environment(), **project.settings.env}
    with closing(_connected(place.admin)) as connection:
        watched = watch(connection, project.config)
        if layers == ALONE:
            _without_row_security(watched)
        with serving(project.root, project.entry, env, project.settings.uvicorn) as client:
            crowd = Crowd(client, project.settings, project.root, env)
            scene = _scene(crowd, watched)
            before = watched.rows(scene.owners)
            lines = tuple(_lines(scene, project))
            looks = project.conforms and layers == EVERYTHING and is_installed()
            said = departures(project.served, crowd) if looks else ()
        # What the application had put off is done by now.
        moved = [table for table, rows in watched.rows(scene.owners).items() if rows != before[table]]
    seen = " ".join(fault for line in lines for fault in line.faults)
    late = [table for table in moved if f"rows of {table} have changed" not in seen]
    changed = tuple(f"At the end, another user's rows of {table} have changed." for table in late)
    return Walk(layers, lines, (*said, *changed))


def _connected(url: str) -> psycopg.Connection:
    try:
        return psycopg.connect(url, autocommit=True)
    except psycopg.Error as error:
        reason = str(error).strip().split("\n")[0].rstrip(".")
        raise CouldNotRunError(f"The database of --admin-url cannot be reached: {reason}.") from error


def _scene(crowd: Crowd, watched: Watch) -> Scene:
    before = watched.owners()
    victim = crowd.join()
    owners = watched.owners() - before
    if not owners:
        raise CouldNotRunError(
            "Nobody owns a row after `join` and `own`: let [tool.specward.prove] own make some."
        )
    return Scene(crowd, watched, victim, owners)


def _lines(scene: Scene, project: Project) -> Iterator[Line]:
    attacker = scene.crowd.join()
    for target in project.targets:
        writer = Writer(target, project.settings.values, project.settings.bodies, frozenset(scene.victim.ids))
        attack = Attack(scene, writer, attacker)
        yield attack.run()
        attacker = attack.attacker


def _parent(project: Project, server: Server) -> LocalBranches:
    recipe = read_recipe(project.root, project.config)
    passwords = {role: secrets.token_urlsafe(24) for role in (APP_USER, MIGRATOR)}
    name = f"proof_{secrets.token_hex(4)}"
    urls = provision(server, name, recipe.roles, passwords)
    if recipe.migrate:
        try:
            run_migrations(project.root, recipe.migrate, urls.environment())
        except Failure as error:
            raise CouldNotRunError(f"The migrations fail: {error}.") from error
    return LocalBranches(server, name, passwords)


def _without_row_security(watched: Watch) -> None:
    off = sql.SQL("alter table {} disable row level security")
    for table in watched.tables:
        watched.connection.execute(off.format(sql.Identifier(table)))
