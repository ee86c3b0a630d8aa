"""The project's settings: `[tool.specward]` in pyproject.toml."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from specward.errors import CouldNotRunError

DEFAULT_FEATURE = "project"
DEFAULT_TERRITORY = ("backend/app/**",)


class Config(NamedTuple):
    """What a project may set. `table` is the whole table: a rule family reads its own sub-table from it."""

    feature: str = DEFAULT_FEATURE  # the feature's name where the layout is flat
    territory: tuple[str, ...] = DEFAULT_TERRITORY  # globs: where implementation lives, and needs headers
    exclude: tuple[str, ...] = ()  # globs inside the territory that are nobody's work (generated files)
    ignore: tuple[str, ...] = ()  # rule codes or families switched off, "SW7" or "SW701"
    aliases: Mapping[str, str] = {}  # other names of documents: {"requirements": "specs/specify.md"}
    table: Mapping[str, object] = {}


def find_root(start: Path) -> Path:
    """Return the nearest folder at or above `start` with `.git`, else with `pyproject.toml`, else `start`."""
    start = start.resolve()
    for marker in (".git", "pyproject.toml"):
        for folder in (start, *start.parents):
            if (folder / marker).exists():
                return folder
    return start


def load_config(root: Path) -> Config:
    """Read the settings of the project at `root`; a project without any has the defaults.

    Raises:
        CouldNotRunError: pyproject.toml cannot be read, or a setting has the wrong type.
    """
    table = _read_table(root / "pyproject.toml")
    return Config(
        feature=_string(table, "feature", DEFAULT_FEATURE),
        territory=_strings(table, "territory", DEFAULT_TERRITORY),
        exclude=_strings(table, "exclude", ()),
        ignore=_strings(table, "ignore", ()),
        aliases=_mapping(table, "aliases"),
        table=table,
    )


def _read_table(path: Path) -> Mapping[str, object]:
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise CouldNotRunError(f"pyproject.toml cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise CouldNotRunError(f"pyproject.toml is not valid TOML: {error}. Mend it there.") from error
    tool = document.get("tool", {})
    table = tool.get("specward", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise _wrong_type("", "a table")
    return table


def _string(table: Mapping[str, object], key: str, default: str) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or not value:
        raise _wrong_type(key, "a text that is not empty")
    return value


def _strings(table: Mapping[str, object], key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    value = table.get(key, default)
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise _wrong_type(key, "a text or a list of texts")
    return tuple(value)


def _mapping(table: Mapping[str, object], key: str) -> Mapping[str, str]:
    value = table.get(key, {})
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise _wrong_type(key, "a table of texts")
    return value


def _wrong_type(key: str, expected: str) -> CouldNotRunError:
    name = f"tool.specward.{key}" if key else "tool.specward"
    return CouldNotRunError(f"{name} in pyproject.toml must be {expected}.")
