"""The YAML between two `---` lines at the head of a Markdown file.

Every scalar is read as text: `id: 0001` stays `0001`, a date stays as it was written, and nothing is built
that could fail (`yaml.BaseLoader` resolves no types).
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

import yaml

from specward.patterns import pattern

LONGEST = 65_536  # characters; a head is a page at most, and YAML is slow to refuse a crafted one

Value = str | tuple[str, ...] | Mapping[str, str]

_HEAD = pattern(r"\A\ufeff?---[ \t]*\r?\n(?P<yaml>.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_KEY = pattern(r"(?P<key>[A-Za-z_][\w-]*)[ \t]*:[ \t]*(?P<value>.*)")
_ITEM = pattern(r"[ \t]*-[ \t]+(?P<value>.+)")


class Loader(yaml.BaseLoader):
    """Every scalar a text, but for an unquoted `null`, which is an empty one."""


class FastLoader(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]  # where libyaml is
    """The same with the parser in C: nine times as fast, it says less of what is wrong."""


_NULL = "tag:yaml.org,2002:null"
for _each in (Loader, FastLoader):
    _each.add_implicit_resolver(_NULL, re.compile(r"(?:~|null|Null|NULL)\Z"), ["~", "n", "N"])
    _each.add_constructor(_NULL, lambda _loader, _node: "")

_UNUSUAL = pattern(r"[\t!%&*>?@`|]")  # what the two parsers may take differently
_OPENING = pattern(r"- |[\[{]")
_DEEP = 1_000  # the parser in C crashes in what nests some thousands deep


class FrontMatter(NamedTuple):
    """What stands at the head of a file, as far as it can be made out, and the text below it."""

    values: Mapping[str, Value]
    lines: Mapping[str, int]  # the line of the file that each key stands on
    body: str
    body_line: int  # the line of the file that the body begins on
    defect: str  # why the head is no valid YAML mapping; empty when it is one

    def text(self, key: str) -> str:
        """Return a scalar; empty where there is none."""
        value = self.values.get(key, "")
        return value.strip() if isinstance(value, str) else ""

    def items(self, key: str) -> tuple[str, ...]:
        """Return a list; a scalar is a list of one, nothing is an empty one."""
        value = self.values.get(key, "")
        if isinstance(value, str):
            return (value.strip(),) if value.strip() else ()
        return value if isinstance(value, tuple) else ()

    def mapping(self, key: str) -> Mapping[str, str]:
        """Return a mapping; empty where there is none."""
        value = self.values.get(key, {})
        return value if isinstance(value, Mapping) else {}

    def line(self, key: str) -> int:
        """Return the line of a key; the first where it is missing."""
        return self.lines.get(key, 1)


def read_front_matter(text: str) -> FrontMatter:
    """Read a file's head. Never raises: what is no YAML is read line by line, and `defect` says why."""
    match = _HEAD.match(text)
    if not match:
        return FrontMatter({}, {}, text, 1, "there is no front matter between two `---` lines")
    source = match["yaml"]
    body_line = text.count("\n", 0, match.end()) + 1
    lines = {
        found["key"]: number
        for number, line in enumerate(source.split("\n"), start=2)
        if (found := _KEY.match(line))
    }
    values, defect = _read_yaml(source)
    return FrontMatter(values or _read_lines(source), lines, text[match.end() :], body_line, defect)


def _read_yaml(source: str) -> tuple[Mapping[str, Value], str]:
    if len(source) > LONGEST:
        return {}, f"the front matter is longer than {LONGEST} characters"
    try:
        loaded = _load(source)
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 2}" if error.problem_mark else ""
        return {}, f"the front matter is not valid YAML{line}: {error.problem}"
    except (
        yaml.YAMLError,
        ValueError,
        OverflowError,
        RecursionError,
    ):  # the last three from "\\U99999999", [[[[…
        return {}, "the front matter is not valid YAML"
    if not isinstance(loaded, dict):
        return {}, "the front matter is not a mapping of keys"
    return {str(key): _value(value) for key, value in loaded.items()}, ""


def _load(source: str) -> object:
    """Load YAML: plain heads fast, and those that are unusual, deep or wrong by the parser that says why.

    Raises:
        YAMLError: it is no YAML.
    """
    if not _UNUSUAL.search(source) and len(_OPENING.findall(source)) < _DEEP:
        try:
            loaded: object = yaml.load(source, Loader=FastLoader)  # noqa: S506 (as below)
        except (yaml.YAMLError, ValueError, OverflowError):
            pass
        else:
            return loaded
    return yaml.load(source, Loader=Loader)  # noqa: S506 (builds nothing but text and lists)


def _value(value: object) -> Value:
    """Fold a loaded value to the three shapes that heads have; deeper ones are no business of ours."""
    if isinstance(value, dict):
        return {str(key): _scalar(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_scalar(item) for item in value if _scalar(item))
    return _scalar(value)


def _scalar(value: object) -> str:
    """Return a scalar's text; an escape may have put half a surrogate pair there, which no file can hold."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def _read_lines(source: str) -> Mapping[str, Value]:
    """Make out `key: value` and lists below a key, where the YAML is broken by a quote or a backslash."""
    values: dict[str, Value] = {}
    key = ""
    for line in source.split("\n"):
        item = _ITEM.match(line)
        found = _KEY.match(line)
        if item and key:
            before = values.get(key)
            values[key] = (*(before if isinstance(before, tuple) else ()), _unquoted(item["value"]))
        elif found:
            key = found["key"]
            values[key] = _inline(found["value"].strip())
    return values


def _inline(value: str) -> Value:
    if value.startswith("[") and value.endswith("]"):
        return tuple(_unquoted(item) for item in value[1:-1].split(",") if item.strip())
    return _unquoted(value)


def _unquoted(value: str) -> str:
    return value.strip().strip("\"'")
