"""The one change a permit may allow in pyproject.toml: more distributions in its lists of dependencies."""

import re
import tomllib
from collections.abc import Iterator, Mapping

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_LISTS = (("project", "dependencies"), ("project", "optional-dependencies"), ("dependency-groups",))


def refusal(before: str, after: str, allowed: tuple[str, ...]) -> str:
    """Say why a change of pyproject.toml goes beyond the permit; empty: it does not.

    Args:
        before: the file as it is.
        after: the file as it would be.
        allowed: names of the distributions that may be added.
    """
    try:
        old, new = tomllib.loads(before), tomllib.loads(after)
    except tomllib.TOMLDecodeError as error:
        return f"pyproject.toml would not be valid TOML: {error}."
    was, now = set(_requirements(old)), set(_requirements(new))
    if _rest(old) != _rest(new) or not was <= now:
        return "Only additions to the lists of dependencies in pyproject.toml are permitted."
    permitted = {_canonical(name) for name in allowed}
    foreign = sorted(text for _, text in now - was if _canonical(text) not in permitted)
    return f"{', '.join(foreign)}: the task permits {', '.join(allowed)} only." if foreign else ""


def _requirements(document: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Give every requirement as written, with the name of its list."""
    for path in _LISTS:
        value: object = document
        for key in path:
            value = value.get(key, {}) if isinstance(value, Mapping) else {}
        lists = value if isinstance(value, Mapping) else {path[-1]: value}
        for name, entries in lists.items():
            yield from ((str(name), str(entry)) for entry in (entries if isinstance(entries, list) else ()))


def _rest(document: Mapping[str, object]) -> dict[str, object]:
    """Return the document without its lists of dependencies."""
    rest = {key: value for key, value in document.items() if key != "dependency-groups"}
    project = rest.get("project")
    if isinstance(project, Mapping):
        lists = {"dependencies", "optional-dependencies"}
        rest["project"] = {key: value for key, value in project.items() if key not in lists}
    return rest


def _canonical(requirement: str) -> str:
    """Return the distribution's name in its index's one spelling (PEP 503); a direct URL stays as it is."""
    name = None if "@" in requirement else _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", name[1]).lower() if name else requirement
