"""The lists of dependencies in a pyproject.toml, apart from all else that it holds."""

import re
from collections.abc import Iterator, Mapping

from specward.patterns import pattern

_NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def split(document: Mapping[str, object]) -> tuple[list[str], dict[str, object]]:
    """Part a pyproject.toml into the requirements it lists, anywhere, and all the rest."""
    project = document.get("project")
    table = dict(project) if isinstance(project, Mapping) else {}
    lists = (
        table.pop("dependencies", []),
        table.pop("optional-dependencies", {}),
        document.get("dependency-groups"),
    )
    rest = {key: value for key, value in document.items() if key not in ("project", "dependency-groups")}
    return [text for value in lists for text in _texts(value)], {**rest, "project": table}


def distribution(requirement: str) -> str:
    """Reduce a requirement to its distribution's name (PEP 503); one from a URL has no name but itself."""
    name = None if "@" in requirement else _NAME.match(requirement.strip())
    return re.sub(r"[-_.]+", "-", name[0]).lower() if name else requirement


def foreign(was: list[str], now: list[str], allowed: tuple[str, ...]) -> list[str]:
    """Return the requirements that were added or removed without being of an allowed distribution."""
    names = {distribution(name) for name in allowed}
    return sorted(text for text in set(was) ^ set(now) if distribution(text) not in names)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
