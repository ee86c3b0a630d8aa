"""The `**Key**: value` lines of a task, under the many names that real task lists give them."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from specward.patterns import pattern
from specward.specs.citations import parse_citations
from specward.specs.model import Citation, Operation, Place
from specward.specs.text import indent

_NAMES = {
    "status": ("status", "state"),
    "id": ("task id", "id"),
    "from": (
        "from",
        "spec",
        "specs",
        "spec reference",
        "spec references",
        "source",
        "references",
        "reference",
    ),
    "preconditions": ("preconditions", "precondition", "depends on", "depends", "requires", "blocked by"),
    "outputs": ("outputs", "output", "expected outputs", "expected output", "deliverables", "deliverable"),
    "files": ("files", "file", "artifacts", "artifacts to modify", "files to modify", "paths", "path"),
    "operations": ("operations", "operation", "endpoints", "endpoint", "api operations"),
    "tables": ("tables", "table"),
    "tests": ("tests", "test"),
    "dependencies": ("dependencies", "dependency", "packages"),
    "done_when": ("done when", "done", "acceptance", "acceptance criteria", "done condition"),
}
_KEYS = {name: key for key, names in _NAMES.items() for name in names}
_FIELD = pattern(
    r"[ \t]*(?:[-*+][ \t]+)?(?:\*\*([^*:]{2,30}?)\s*(?::\s*\*\*|\*\*\s*:)|([A-Za-z][A-Za-z ]{1,30}):)"
)

_NOTHING = pattern(r"[\s(]*(?:none|nothing|n/?a|no|-|\u2013|\u2014)?[\s.)]*", re.IGNORECASE)
_QUOTED = pattern(r"`([^`\n]+)`")
_EXTENSION = (
    "py|pyi|sql|toml|ya?ml|json|md|ini|cfg|txt|env|sh|html|css|scss|[cm]?[jt]sx?|mako|lock|xml|vue|go|rs|java"
)
_PATH = pattern(
    r"(?<![\w/:.@-])(?:\./)?"
    r"((?:[\w.*{}@\[\]-]+/)+(?:[\w.*-]*\*[\w.*-]*|[\w.*\[\]-]*\.[A-Za-z]\w{0,9}|(?=[\s,;)`]|$)))"
)
_FILE_NAME = pattern(rf"(?<![\w/.-])[\w*-][\w.*-]*\.(?:{_EXTENSION})(?![\w/])")
_OPERATION = pattern(
    r"\b((?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)(?:[/,|](?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS))*)"
    r"\s+(/[^\s`,;)|]*)"
)
_BULLETS = ("- ", "* ", "+ ")
_NAME = pattern(r"[A-Za-z][\w.-]*")


class Field(NamedTuple):
    """One field as written: its text, and where the text begins."""

    value: str
    place: Place


def read_fields(prose: list[str], start: int, end: int, path: str) -> dict[str, Field]:
    """Read the fields of lines [start, end), by their canonical names; a name given twice is joined."""
    fields: dict[str, Field] = {}
    number = start
    while number < end:
        number = _read_line(prose, number, end, path, fields)
    return fields


def citations(fields: dict[str, Field]) -> tuple[Citation, ...]:
    """Read what a task cites."""
    field = fields.get("from")
    return parse_citations(field.value, field.place) if field and not is_nothing(field.value) else ()


def is_nothing(value: str) -> bool:
    """Tell whether a value says that there is nothing: `none`, `n/a`, a dash."""
    return _NOTHING.fullmatch(value) is not None


def files(value: str, *, bare_names: bool) -> tuple[str, ...]:
    """Read the paths of a value as glob patterns; a folder (`src/models/`) stands for all in it.

    Args:
        value: the text.
        bare_names: whether a name without a folder (`models.py`) counts, as it does where files are expected.
    """
    found = [match[1] for match in _PATH.finditer(value.replace("`", " "))] if "/" in value else []
    if bare_names and "." in value:
        found += _FILE_NAME.findall(value)
    return tuple(dict.fromkeys(f"{name}**" if name.endswith("/") else name for name in found))


def patterns(value: str) -> tuple[str, ...]:
    """Read a field that lists paths: what is quoted, else whatever looks like a path."""
    if not value:
        return ()
    quoted = [name.strip().removeprefix("./") for name in _QUOTED.findall(value)]
    quoted = [name for name in quoted if set(name) & set("/.*")] or quoted  # beside paths, a name is a remark
    if quoted:
        return tuple(dict.fromkeys(f"{name}**" if name.endswith("/") else name for name in quoted if name))
    return files(value, bare_names=True)


def operations(value: str) -> tuple[Operation, ...]:
    """Read `GET /v1/profile` and `GET/PUT /v1/profile`."""
    if "/" not in value:
        return ()
    return tuple(
        Operation(method, match[2])
        for match in _OPERATION.finditer(value)
        for method in re.split(r"[/,|]", match[1])
    )


def names(value: str) -> tuple[str, ...]:
    """Read a list of names, quoted or not, without what follows the name (versions, remarks)."""
    if not value or is_nothing(value):
        return ()
    parts = _QUOTED.findall(value) or re.split(r"[,;\n]", value)
    return tuple(dict.fromkeys(match[0] for part in parts if (match := _NAME.match(part.strip(" *-")))))


def _read_line(prose: list[str], number: int, end: int, path: str, fields: dict[str, Field]) -> int:
    line = prose[number]
    found = _fields_of(line) if ":" in line else ()
    if not found:
        return number + 1
    after = _continuation(prose, number, end)
    more = [text.strip() for text in prose[number + 1 : after]]
    *others, (key, value, column) = found
    for name, text, at in others:
        _add(fields, name, Field(text, Place(path, number + 1, at)))
    whole = "\n".join([value, *more]).strip() if more else value
    _add(fields, key, Field(whole, Place(path, number + 1, column)))
    return after


@lru_cache(maxsize=4096)  # lists of tasks say the same over and over: `- **Tables**: none`
def _fields_of(line: str) -> tuple[tuple[str, str, int], ...]:
    """Find the known fields of a line, several where `|` divides them, with their values and columns."""
    matches = list(_matches(line))
    keys = (_KEYS.get((match[1] or match[2]).strip().lower()) for match in matches)
    ends = (following.start() - 1 if following else len(line) for following in (*matches[1:], None))
    parts = zip(keys, matches, ends, strict=False)
    return tuple(
        (key, line[match.end() : end].strip(), _column(line, match.end())) for key, match, end in parts if key
    )


def _column(line: str, start: int) -> int:
    """Find the column of the first character from a place on that is no space."""
    return len(line) - len(line[start:].lstrip()) + 1


def _matches(line: str) -> Iterator[re.Match[str]]:
    start = 0
    while True:
        match = _FIELD.match(line, start)
        if match:
            yield match
        bar = line.find("|", start)
        if bar < 0:
            return
        start = bar + 1


def _add(fields: dict[str, Field], key: str, field: Field) -> None:
    before = fields.get(key)
    fields[key] = before._replace(value=f"{before.value}\n{field.value}") if before else field


def _continuation(prose: list[str], number: int, end: int) -> int:
    """Find where a field's value ends: deeper lines continue an item, a list continues a bare `**Key**:`."""
    after = number + 1
    if after == end:
        return after
    depth = indent(prose[number])
    in_list = prose[number].lstrip()[:2] in _BULLETS
    if not in_list and prose[number].rstrip().endswith((":", ":**")) and not prose[after].strip():
        after += 1
    while after < end and (line := prose[after].lstrip()):
        listed = not in_list and line[:2] in _BULLETS
        if not (listed or indent(prose[after]) > depth) or _names_field(line):
            break
        after += 1
    return after


@lru_cache(maxsize=4096)
def _names_field(line: str) -> bool:
    match = _FIELD.match(line)
    return match is not None and (match[1] is not None or match[2].strip().lower() in _KEYS)
