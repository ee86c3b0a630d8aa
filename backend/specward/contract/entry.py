"""Where the application begins, from the project's settings."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from specward.config import Config
from specward.errors import CouldNotRunError
from specward.specs.model import Operation, Place
from specward.toml import read_toml

_SETTINGS = "pyproject.toml"


class EntryPoint(NamedTuple):
    """How to start the application under test."""

    app: str  # "package.module:attribute", with "()" a factory
    folder: str = "."  # what is importable, relative to the root
    python: str | None = None  # an interpreter; None: the project's .venv, else our own
    env: Mapping[str, str] = {}
    timeout: float = 30.0  # seconds
    place: Place = Place(_SETTINGS)


def entry_point(root: Path, config: Config) -> EntryPoint | None:
    """Read `[tool.specward] app`, else FastAPI's own `[tool.fastapi] entrypoint`; None: neither is set.

    Raises:
        CouldNotRunError: A setting has the wrong type.
    """
    app, folder, place = config.app, config.app_dir, Place(_SETTINGS)
    if not app:
        app, folder, place = _fastapi_entry(root)
    if not app:
        return None
    if ":" not in app:
        advice = 'Write it as "app.main:app", or "app.main:create_app()" for a factory.'
        raise CouldNotRunError(f"{app!r} in {place.path} is not an entry point. {advice}")
    if not (root / folder).resolve().is_relative_to(root.resolve()) or not (root / folder).is_dir():
        raise CouldNotRunError(f"tool.specward.app_dir is not a folder of the repository: {folder!r}.")
    return _with_settings(EntryPoint(app, folder, place=place), _table(config))


def unlisted(config: Config) -> frozenset[Operation]:
    """The operations that are no part of any contract by decision: `[tool.specward.contract] unlisted`.

    Raises:
        CouldNotRunError: The setting is no list of `METHOD /path`.
    """
    items = _table(config).get("unlisted", [])
    if not isinstance(items, list) or not all(isinstance(item, str) and " /" in item for item in items):
        raise _wrong_type("unlisted", 'a list of operations such as "GET /livez"')
    split = (item.split(maxsplit=1) for item in items)
    return frozenset(Operation(method.upper(), path) for method, path in split)


def _with_settings(entry: EntryPoint, table: Mapping[str, object]) -> EntryPoint:
    python, env, timeout = table.get("python"), table.get("env", {}), table.get("timeout", entry.timeout)
    if python is not None and not isinstance(python, str):
        raise _wrong_type("python", "the path of an interpreter")
    if not isinstance(env, dict) or not all(isinstance(value, str) for value in env.values()):
        raise _wrong_type("env", "a table of texts")
    if isinstance(timeout, bool) or not isinstance(timeout, int | float):
        raise _wrong_type("timeout", "a number of seconds")
    return entry._replace(python=python, env=env, timeout=float(timeout))


def _table(config: Config) -> Mapping[str, object]:
    table = config.table.get("contract", {})
    if not isinstance(table, dict):
        raise _wrong_type("", "a table")
    return table


def _wrong_type(key: str, expected: str) -> CouldNotRunError:
    name = f"tool.specward.contract.{key}".rstrip(".")
    return CouldNotRunError(f"{name} in pyproject.toml must be {expected}.")


def _fastapi_entry(root: Path) -> tuple[str, str, Place]:
    """FastAPI's own setting, of the root or of a folder right below it."""
    for path in (root / _SETTINGS, *sorted(root.glob(f"*/{_SETTINGS}"))):
        try:
            tool = read_toml(path.read_text(encoding="utf-8")).get("tool", {})
        except (OSError, ValueError):
            continue
        table = tool.get("fastapi", {}) if isinstance(tool, dict) else {}
        if isinstance(table, dict) and table.get("entrypoint"):
            relative = path.relative_to(root)
            return str(table["entrypoint"]), relative.parent.as_posix(), Place(relative.as_posix())
    return "", ".", Place(_SETTINGS)
