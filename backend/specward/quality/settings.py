"""Which tools a project uses: those it has settings for, or the commands it names.

[tool.specward.quality]
lint = ["ruff", "check", "--output-format", "json"]
types = ["mypy", "--output", "json"]     # an empty list switches one off
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from specward.config import Config
from specward.errors import CouldNotRunError
from specward.toml import Reader, read_toml

# A project's settings may have the tools mend the sources, or install packages: a look must do neither.
RUFF = (
    "ruff", "check", "--output-format", "json", "--force-exclude", "--exit-zero", "--no-fix", "--no-fix-only"
)  # fmt: skip
MYPY = ("mypy", "--output", "json", "--no-error-summary", "--no-install-types")
PYRIGHT = ("pyright", "--outputjson")

# Settings of each tool that a project may have, as files and as tables of pyproject.toml.
FILES = ("pyproject.toml", "ruff.toml", ".ruff.toml", "mypy.ini", ".mypy.ini", "pyrightconfig.json")
_SIGNS = (
    ("lint", RUFF, ("ruff.toml", ".ruff.toml"), "ruff"),
    ("types", MYPY, ("mypy.ini", ".mypy.ini"), "mypy"),
    ("types", PYRIGHT, ("pyrightconfig.json",), "pyright"),
)


class Tools(NamedTuple):
    """The commands to ask; empty where there is none."""

    lint: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


def read_tools(root: Path, config: Config, read: Reader = read_toml) -> Tools:
    """Return the project's tools; `read` reads TOML, or knows what it says.

    Raises:
        CouldNotRunError: a setting is no command.
    """
    table = config.table.get("quality", {})
    if not isinstance(table, dict):
        raise CouldNotRunError("tool.specward.quality in pyproject.toml must be a table.")
    found = {
        **dict(_detected(root, read)),
        **{key: _command(key, table[key]) for key in Tools._fields if key in table},
    }
    return Tools(**found)


def _detected(root: Path, read: Reader) -> Iterator[tuple[str, tuple[str, ...]]]:
    tables = _tool_tables(root, read)
    seen = set()
    for key, command, files, table in _SIGNS:
        if key not in seen and (table in tables or any((root / name).is_file() for name in files)):
            seen.add(key)
            yield key, command


def _tool_tables(root: Path, read: Reader) -> Mapping[str, object]:
    try:
        tool = read((root / "pyproject.toml").read_text(encoding="utf-8")).get("tool", {})
    except (OSError, ValueError):
        return {}
    return tool if isinstance(tool, dict) else {}


def _command(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise CouldNotRunError(f"tool.specward.quality.{key} in pyproject.toml must be a list of strings.")
    return tuple(value)
