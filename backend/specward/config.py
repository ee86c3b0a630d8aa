"""The project's settings: `[tool.specward]` of pyproject.toml, or specward.toml where there is none."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from specward.errors import CouldNotRunError
from specward.nearest import nearest
from specward.toml import Reader, read_toml


class Config(NamedTuple):
    """What a project may set; globs are relative to the root. The defaults are the conventional layout."""

    feature: str = "project"  # the name of the flat layout's only feature
    territory: tuple[str, ...] = ("backend/app/**",)  # where tasks may write, and every file needs a header
    tests: tuple[str, ...] = ("tests/**",)  # where a task with a Tests entry may write, too
    control: tuple[str, ...] = (  # what holds the gate itself; no task opens it
        ".mcp.json",
        ".claude/**",
        ".specify/**",
        ".specward/**",
        ".git/**",
        ".ci/**",
        ".github/**",
        "specs/**",
        ".kiro/**",
        ".spec-workflow/**",
        "openspec/**",
        "history/**",
        "backend/specward/**",
        "pyproject.toml",
        "specward.toml",
    )
    exclude: tuple[str, ...] = ()  # inside the territory, but nobody's work: generated files
    ignore: tuple[str, ...] = ()  # rules or families switched off: "SW7", "SW701"
    default_scope: str = "none"  # what a task that names no files permits: "none" or "territory"
    signers: str = ""  # the allowed signers file of those who may approve; empty asks for no signatures
    app: str = ""  # the application under test: "app.main:app", or "app.main:create_app()"
    app_dir: str = "."  # the folder that it is importable from
    documents: tuple[tuple[str, str], ...] = ()  # (role, path): documents outside of the known layouts
    table: Mapping[str, object] = {}  # the whole table: a rule family reads its own sub-table from it


FILES: Mapping[str, tuple[str, ...]] = {"pyproject.toml": ("tool", "specward"), "specward.toml": ()}
_TEXTS = ("feature", "app", "app_dir", "signers")
_PATHS = ("signers",)
_GLOBS = ("territory", "tests", "control", "exclude")
_SCOPES = ("none", "territory")


def find_root(start: Path) -> Path:
    """Return the top of the project that holds a folder.

    That is the nearest folder at or above `start` with `.git`, else with one of the files of settings.

    Raises:
        CouldNotRunError: there is none: what lies here belongs to no project.
    """
    start = start.resolve()
    for markers in ((".git",), FILES):
        for folder in (start, *start.parents):
            if any((folder / marker).exists() for marker in markers):
                return folder
    raise CouldNotRunError(
        f"{start} is not in a project: neither it nor a folder above has .git, {' or '.join(FILES)}. Go "
        "to the project, or create one with `git init`."
    )


def load_config(root: Path, read: Reader = read_toml) -> Config:
    """Read the settings of the project at `root`; a project without any has the defaults.

    Args:
        root: The repository's top.
        read: Reads TOML, or knows what it says.

    Raises:
        CouldNotRunError: the file cannot be read or lies elsewhere, or a setting is unknown or its value
            cannot be used.
    """
    for name in FILES:
        try:
            config = parse_config((root / name).read_text(encoding="utf-8"), name, read)
        except (FileNotFoundError, IsADirectoryError):
            continue
        except UnicodeDecodeError as error:
            raise CouldNotRunError(f"{name} is not valid TOML: it is not UTF-8 ({error.reason}).") from error
        except OSError as error:
            raise CouldNotRunError(f"{name} cannot be read: {error.strerror}.") from error
        # What a link leads to could change, and no rule would see it.
        if config.table and (root / name).is_symlink():
            raise CouldNotRunError(
                f"{name} leads elsewhere, through a link. Replace the link by the file itself."
            )
        if config.table:
            return config
    return Config()


def parse_config(text: str, name: str, read: Reader = read_toml) -> Config:
    """Read the settings from the text of one of `FILES`; the arguments are those of `load_config`.

    Raises:
        CouldNotRunError: as `load_config`.
    """
    keys = FILES[name]
    table = _table(text, name, keys, read)
    prefix = ".".join((*keys, ""))
    fields = dict(_field(key, value, f"{prefix}{key} in {name}") for key, value in table.items())
    fields.pop("table", None)
    return Config(**fields, table=table)  # type: ignore[arg-type]  # _field checked each by its key


def strictest(now: Config, before: Config) -> Config:
    """Combine the settings around a change, so that a change cannot switch off what judges it."""
    return now._replace(
        territory=tuple(dict.fromkeys((*now.territory, *before.territory))),
        control=tuple(dict.fromkeys((*now.control, *before.control))),
        exclude=tuple(glob for glob in now.exclude if glob in before.exclude),
        ignore=tuple(code for code in now.ignore if code in before.ignore),
        signers=before.signers or now.signers,
        default_scope=now.default_scope if now.default_scope == before.default_scope else "none",
    )


def _table(text: str, name: str, keys: tuple[str, ...], read: Reader) -> dict[str, object]:
    try:
        table: object = read(text)
    except ValueError as error:
        raise CouldNotRunError(f"{name} is not valid TOML: {error}. Fix it there.") from error
    for key in keys:
        table = table.get(key, {}) if isinstance(table, dict) else {}
    if not isinstance(table, dict):
        raise CouldNotRunError(f"{'.'.join(keys)} in {name} must be a table.")
    return table


def _field(key: str, value: object, where: str) -> tuple[str, object]:
    """Check one setting. A table with an unknown name is a rule family's own, for that family to check."""
    if key in _TEXTS:
        return key, (_path if key in _PATHS else _text)(value, where)
    if key == "default_scope":
        return key, _choice(value, where, _SCOPES)
    if key == "documents":
        return key, _documents(value, where)
    if key == "ignore":
        return key, _texts(value, where)
    if key in _GLOBS:
        return key, _globs(key, value, where)
    if isinstance(value, dict):
        return "table", value
    close = nearest(key, Config._fields, most=1)
    advice = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(Config._fields[:-1])}."
    raise CouldNotRunError(f"{where} is not a setting of Specward. {advice}")


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise CouldNotRunError(f"{where} must be a non-empty string, not {value!r}.")
    return value


def _choice(value: object, where: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise CouldNotRunError(f"{where} must be one of {', '.join(map(repr, choices))}, not {value!r}.")
    return str(value)


def _texts(value: object, where: str) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list):
        raise CouldNotRunError(f"{where} must be a string or a list of strings, not {value!r}.")
    return tuple(_text(item, where) for item in items)


def _globs(key: str, value: object, where: str) -> tuple[str, ...]:
    globs = tuple(_path(glob, where) for glob in _texts(value, where))
    if key == "territory" and not globs:
        raise CouldNotRunError(f"{where} must name at least one pattern: otherwise nothing is checked.")
    return globs


def _documents(value: object, where: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise CouldNotRunError(f'{where} must be a table such as specify = "docs/requirements.md".')
    return tuple((role, _path(path, where)) for role, path in value.items())


def _path(value: object, where: str) -> str:
    path = _text(value, where)
    if path.startswith("/") or ".." in path.split("/") or "\\" in path:
        raise CouldNotRunError(
            f"{where} must stay inside the repository and be written with /, not {path!r}."
        )
    return path.removeprefix("./")
