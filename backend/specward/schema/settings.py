"""`[tool.specward.schema]`: what a project decides about the comparison.

[tool.specward.schema]
models = ["app.models"]
bodies_of_migrations = ["new_id()"]
"""

from collections.abc import Mapping

from specward.config import Config
from specward.errors import CouldNotRunError
from specward.patterns import pattern

_VERSION = pattern(r"\d{1,3}\.\d{1,4}")


def modules(config: Config) -> list[str]:
    """Return the modules with models that the entry point does not import.

    Raises:
        CouldNotRunError: the setting is no list of texts.
    """
    return _texts(config, "models", 'a list of modules such as "app.models"')


def bodies_of_migrations(config: Config) -> frozenset[str]:
    """Return the functions whose body the data model leaves to the migrations, as `name(argument types)`.

    Raises:
        CouldNotRunError: the setting is no list of texts.
    """
    return frozenset(_texts(config, "bodies_of_migrations", 'a list of functions such as "new_id()"'))


def server_version(config: Config) -> int | None:
    """Return the version of the server that the application runs on, as PostgreSQL numbers it: 170004.

    Raises:
        CouldNotRunError: `[tool.specward.database] server` is no version.
    """
    table = config.table.get("database", {})
    stated = table.get("server") if isinstance(table, Mapping) else None
    if stated is None:
        return None
    if not isinstance(stated, str) or not _VERSION.fullmatch(stated):
        raise CouldNotRunError(
            'tool.specward.database.server in pyproject.toml must be a version such as "17.6".'
        )
    major, minor = map(int, stated.split("."))
    return major * 10_000 + minor


def _texts(config: Config, key: str, expected: str) -> list[str]:
    table = config.table.get("schema", {})
    found = table.get(key, []) if isinstance(table, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise CouldNotRunError(f"tool.specward.schema.{key} in pyproject.toml must be {expected}.")
    return found
