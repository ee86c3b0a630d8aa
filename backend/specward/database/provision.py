"""Makes a database what the project says it is: its roles by SQL, its tables by the project's own migrations.

The project names both in pyproject.toml:

    [tool.specward.database]
    roles = "backend/app/migrations/roles.sql"
    migrate = ["alembic", "-c", "backend/app/migrations/alembic.ini", "upgrade", "head"]

The roles file can be run again at any time. It reads the passwords of the two login roles from the settings
`setup.migrator_password` and `setup.app_user_password`, so that no password is written into a file.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import sql

from specward.config import Config
from specward.database.server import Server
from specward.errors import CouldNotRunError

MIGRATOR, APP_USER = "app_migrator", "app_user"
ATTEMPTS = 10  # at changing roles that others change too


class Recipe(NamedTuple):
    """How the project makes its database."""

    roles: Path | None = None  # a file of SQL statements
    migrate: tuple[str, ...] = ()  # a command, run in the project's folder


class Urls(NamedTuple):
    """The two ways into one database."""

    app: str  # the runtime role: what the application is given
    migration: str  # the migrator: never given to a serving process on purpose

    def environment(self) -> dict[str, str]:
        """Return the variables by which the application and its migrations find the database."""
        return {"DATABASE_URL": self.app, "MIGRATION_DATABASE_URL": self.migration}


def read_recipe(root: Path, config: Config) -> Recipe:
    """Read `[tool.specward.database]` of the project at `root`.

    Raises:
        CouldNotRunError: a setting has the wrong type, or names a file that is not there.
    """
    table = config.table.get("database", {})
    if not isinstance(table, dict):
        raise CouldNotRunError("tool.specward.database in pyproject.toml must be a table.")
    roles, migrate = table.get("roles"), table.get("migrate", [])
    if not isinstance(roles, str | None):
        raise CouldNotRunError("tool.specward.database.roles in pyproject.toml must be the path of a file.")
    if not isinstance(migrate, list) or not all(isinstance(word, str) for word in migrate):
        raise CouldNotRunError("tool.specward.database.migrate in pyproject.toml must be a list of strings.")
    if roles and not (root / roles).is_file():
        raise CouldNotRunError(f"tool.specward.database.roles names {roles}, which does not exist.")
    return Recipe(root / roles if roles else None, tuple(migrate))


def provision(server: Server, database: str, roles: Path | None, passwords: Mapping[str, str]) -> Urls:
    """Make `database` on `server` if it is missing, and its roles; doing so again changes nothing.

    Args:
        server: a server of ours.
        database: its name.
        roles: the project's SQL file; without one the superuser stands for both roles.
        passwords: by role name, for `app_migrator` and `app_user`.

    Raises:
        CouldNotRunError: the file cannot be run, or the server is gone; with what PostgreSQL says about it.
    """
    try:
        with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
        if roles is None:
            return Urls(server.superuser_url(database), server.superuser_url(database))
        with psycopg.connect(server.superuser_url(database)) as connection:
            apply_roles(connection, roles, passwords)
    except psycopg.OperationalError as error:
        raise CouldNotRunError(f"The database {database} cannot be created: {str(error).strip()}") from error
    return role_urls(server, database, passwords)


def role_urls(server: Server, database: str, passwords: Mapping[str, str]) -> Urls:
    """Return the URLs of the two login roles."""
    return Urls(*(server.url(role, passwords[role], database) for role in (APP_USER, MIGRATOR)))


def apply_roles(
    connection: psycopg.Connection[tuple[object, ...]], roles: Path, passwords: Mapping[str, str]
) -> None:
    """Run the project's roles file as the superuser of `connection`, in one transaction.

    Raises:
        CouldNotRunError: the file cannot be run; with what PostgreSQL says about it.
    """
    settings = {
        "setup.migrator_password": passwords[MIGRATOR],
        "setup.app_user_password": passwords[APP_USER],
    }
    for attempt in range(1, ATTEMPTS + 1):
        try:
            for name, value in settings.items():
                connection.execute("select set_config(%s, %s, false)", [name, value])
            # Bytes: the file is the project's own text, and no part of it is put together here.
            connection.execute(roles.read_bytes())
        except psycopg.errors.InternalError_ as error:
            # Roles belong to the whole server: somebody changes the same one in another database.
            connection.rollback()
            if attempt == ATTEMPTS:
                raise CouldNotRunError(f"{roles} cannot be run: {str(error).strip()}") from error
        except psycopg.Error as error:
            raise CouldNotRunError(f"{roles} cannot be run: {str(error).strip()}") from error
        else:
            return


def migrate(root: Path, command: tuple[str, ...], variables: Mapping[str, str]) -> None:
    """Run the project's migrations.

    Args:
        root: the project, where the command runs.
        command: the words of the command; none means that there are no migrations.
        variables: by which it finds the database, besides those of the environment.

    Raises:
        CouldNotRunError: the command is not there, or fails; it has said why itself.
    """
    if not command:
        return
    environment = {**os.environ, **variables, "PATH": search_path()}
    try:
        status = subprocess.run(command, cwd=root, env=environment, check=False).returncode  # noqa: S603
    except FileNotFoundError as error:
        raise CouldNotRunError(
            f"The migrate command {command[0]} does not exist. Run `make install`."
        ) from error
    if status:
        raise CouldNotRunError(f"The migrations failed: `{' '.join(command)}` ended with status {status}.")


def search_path() -> str:
    """Return PATH with this environment's commands first: they are meant even when it is not activated."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
