"""Where the application begins, from the project's settings."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from specward.config import Config
from specward.errors import CouldNotRunError
from specward.specs.model import Operation, Place

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
    app, folder = config.table.get("app"), config.table.get("app_dir", ".")
    place = Place(_SETTINGS)
    if app is None:
        for path in (_SETTINGS, *sorted(p.relative_to(root).as_posix() for p in root.glob(f"*/{_SETTINGS}"))):
            app = _fastapi_entry(root / path)
            if app is not None:
                folder, place = Path(path).parent.as_posix(), Place(path)
                break
    if app is None:
        return None
    if not isinstance(app, str) or ":" not in app or not isinstance(folder, str):
        raise CouldNotRunError(
            "tool.specward.app in pyproject.toml must be a text such as "
            '"app.main:app" or "app.main:create_app()", and app_dir the folder it is importable from.'
        )
    if not (root / folder).is_dir():
        raise CouldNotRunError(f"tool.specward.app_dir in pyproject.toml names no folder: {folder!r}.")
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


def _fastapi_entry(path: Path) -> object:
    try:
        tool = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
    except (OSError, ValueError):
        return None
    table = tool.get("fastapi", {}) if isinstance(tool, dict) else {}
    return table.get("entrypoint") if isinstance(table, dict) else None
