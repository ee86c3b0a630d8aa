"""The project's settings: `[tool.specward]` of pyproject.toml, or specward.toml where there is none."""

import difflib
import tomllib
from pathlib import Path
from typing import NamedTuple


class ConfigError(Exception):
    """A setting that cannot be used; the message says where, why and what would do."""


class Config(NamedTuple):
    """What a project may set. The defaults are those of the conventional layout."""

    feature: str = "project"  # the name of the flat layout's only feature
    territory: tuple[str, ...] = ("backend/app/**",)  # where tasks may write
    tests: tuple[str, ...] = ("tests/**",)  # where a task with a Tests entry may write, too
    control: tuple[str, ...] = (  # what holds the gate itself; no task opens it
        ".claude/**",
        ".specify/**",
        ".specward/**",
        ".git/**",
        ".ci/**",
        ".github/**",
        "specs/**",
        "history/**",
        "backend/specward/**",
        "pyproject.toml",
        "specward.toml",
    )
    default_scope: str = "none"  # what a task that names no files permits: "none" or "territory"
    documents: tuple[tuple[str, str], ...] = ()  # (alias, path): where documents stand outside the layout


_DEFAULTS = Config()
_SCOPES = ("none", "territory")


def read_config(root: Path) -> Config:
    """Read a project's settings.

    Args:
        root: the repository root.

    Returns:
        The settings; the defaults where nothing is set.

    Raises:
        ConfigError: the file is unreadable, or a key is unknown or has a value that cannot be used.
    """
    for name, keys in (("pyproject.toml", ("tool", "specward")), ("specward.toml", ())):
        if (root / name).is_file():
            return _config(_table(root / name, keys), name, keys)
    return _DEFAULTS


def _table(path: Path, keys: tuple[str, ...]) -> dict[str, object]:
    try:
        table: object = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path.name} cannot be read: {error}. Mend the file and run again.") from error
    for key in keys:
        table = table.get(key, {}) if isinstance(table, dict) else {}
    if not isinstance(table, dict):
        raise ConfigError(f"{path.name}: [{'.'.join(keys)}] must be a table.")
    return table


def _config(table: dict[str, object], name: str, keys: tuple[str, ...]) -> Config:
    config = _DEFAULTS
    for key, value in table.items():
        where = f"{name}: {'.'.join((*keys, key))}"
        if key == "feature":
            config = config._replace(feature=_text(value, where))
        elif key == "territory":
            config = config._replace(territory=_patterns(value, where))
        elif key == "tests":
            config = config._replace(tests=_patterns(value, where))
        elif key == "control":
            config = config._replace(control=_patterns(value, where))
        elif key == "default_scope":
            config = config._replace(default_scope=_choice(value, where, _SCOPES))
        elif key == "documents":
            config = config._replace(documents=_aliases(value, where))
        else:
            raise ConfigError(f"{where} is no setting of Specward.{_meant(key)}")
    return config


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"{where} must be a text that is not empty, not {value!r}.")
    return value


def _choice(value: object, where: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ConfigError(f"{where} must be one of {', '.join(map(repr, choices))}, not {value!r}.")
    return str(value)


def _patterns(value: object, where: str) -> tuple[str, ...]:
    patterns = [value] if isinstance(value, str) else value
    if not isinstance(patterns, list):
        raise ConfigError(f'{where} must be a path pattern such as "backend/app/**", or a list of them.')
    return tuple(_path(pattern, where) for pattern in patterns)


def _aliases(value: object, where: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise ConfigError(f'{where} must be a table such as specify = "docs/requirements.md".')
    return tuple((alias, _path(path, f"{where}.{alias}")) for alias, path in value.items())


def _path(value: object, where: str) -> str:
    path = _text(value, where)
    if path.startswith("/") or ".." in path.split("/") or "\\" in path:
        raise ConfigError(f"{where} must stay inside the repository and be written with /, not {path!r}.")
    return path.removeprefix("./")


def _meant(key: str) -> str:
    close = difflib.get_close_matches(key, Config._fields, n=1)
    return f" Did you mean {close[0]}?" if close else f" There are: {', '.join(Config._fields)}."
