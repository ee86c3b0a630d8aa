"""What a repository is: its application, its territory, its specifications, whose data it holds."""

import re
from pathlib import Path
from typing import NamedTuple

from specward.adoption.applications import Application, find_applications
from specward.adoption.gate import Gate, find_gate
from specward.adoption.ownership import Ownership, find_ownership
from specward.code.files import list_files
from specward.config import Config, load_config
from specward.patterns import pattern
from specward.permits.globs import within
from specward.specs.found import Feature
from specward.specs.layouts import find_features
from specward.toml import read_toml

_TESTS = ("tests", "test")
_IMPORTED = pattern(r"^[ \t]*(?:from|import)[ \t]+(\w+)", re.MULTILINE)
PROJECT, OWN = "pyproject.toml", "specward.toml"  # where settings stand


class Survey(NamedTuple):
    """What was found, before anything is decided."""

    applications: tuple[Application, ...]  # the likeliest first
    territory: tuple[str, ...]
    migrations: str  # where Alembic keeps them
    tests: tuple[str, ...]
    features: tuple[Feature, ...]
    ownership: Ownership | None
    gate: Gate
    is_configured: bool  # a person has written the settings already; they stand

    @property
    def application(self) -> Application | None:
        """The one that is taken."""
        return self.applications[0] if self.applications else None


def survey(root: Path, entry: str = "") -> Survey:
    """Look at a repository. Nothing of it is run.

    Args:
        root: Its top.
        entry: The application to take, as `[tool.specward] app` has it; empty: the likeliest.
    """
    applications = find_applications(root)
    applications = tuple(sorted(applications, key=lambda each: each.entry != entry))
    config, is_configured = load_config(root), _is_configured(root)
    first = applications[0] if applications else None
    if is_configured or first is None:
        territory, tests = config.territory, config.tests
    else:
        territory, tests = _territory(root, first), _tests(root, first)
    migrations = (
        _migrations(root, first.folder if first else ".")
        or f"{territory[0].removesuffix('*.py').removesuffix('**')}migrations/**"
    )
    if not is_configured and not any(within(migrations, glob) for glob in territory):
        territory = (*territory, migrations)
    return Survey(
        applications=applications,
        territory=territory,
        migrations=migrations,
        tests=tests,
        features=find_features(root, Config() if not is_configured else config),
        ownership=find_ownership(root, territory, config),
        gate=find_gate(root, first.folder if first else "."),
        is_configured=is_configured,
    )


def _is_configured(root: Path) -> bool:
    """Whether there are settings already."""
    if (root / OWN).is_file() or not (root / PROJECT).is_file():
        return (root / OWN).is_file()
    tool = read_toml((root / PROJECT).read_text(encoding="utf-8")).get("tool")
    return isinstance(tool, dict) and "specward" in tool


def _territory(root: Path, application: Application) -> tuple[str, ...]:
    """The package of the application, with those beside it that it imports; for a module, all beside it."""
    package, _, below = application.module.partition(".")
    base = "" if application.folder == "." else f"{application.folder}/"
    depth = base.count("/")
    beside = {path.split("/")[depth] for path in list_files(root, (f"{base}*/**/*.py",))} - {*_TESTS}
    if below or application.path.endswith("/__init__.py"):
        return tuple(f"{base}{name}/**" for name in _imported_from(root, base, package, beside - {package}))
    return (f"{base}*.py", *(f"{base}{name}/**" for name in sorted(beside)))


def _imported_from(root: Path, base: str, package: str, beside: set[str]) -> list[str]:
    """Return a package and those beside it that are imported from there, one by the other."""
    found = [package]
    for name in found:  # it grows meanwhile
        paths = list_files(root, (f"{base}{name}/**/*.py",)) if beside else ()
        texts = (_text(root / path) for path in paths)
        new = sorted(beside.intersection(first for text in texts for first in _IMPORTED.findall(text)))
        found += new
        beside = beside.difference(new)
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _migrations(root: Path, folder: str) -> str:
    """Return the folder that Alembic was set up in for this application, or at the top; empty: none."""
    near = "**/script.py.mako" if folder == "." else f"{folder}/**/script.py.mako"
    found = next(iter(list_files(root, (near, "*/script.py.mako"))), "")
    return f"{found.rpartition('/')[0]}/**" if "/" in found else ""


def _tests(root: Path, application: Application) -> tuple[str, ...]:
    places = ("", f"{application.folder}/", f"{application.folder}/{application.module.partition('.')[0]}/")
    names = [f"{place.removeprefix('./')}{name}" for place in places for name in _TESTS]
    found = [f"{name}/**" for name in dict.fromkeys(names) if (root / name).is_dir()]
    return tuple(found) or Config().tests
