"""Tables that a project declares as SQL text, in a file of its own or a string, where it has no models."""

import re
from typing import NamedTuple, TypeAlias

from specward.patterns import pattern

_NAME = r"[\"`\[]?(?:\w+[\"`\]]?\.[\"`\[]?)?(\w+)[\"`\]]?"
_TABLE = pattern(rf"create\s+table\s+(?:if\s+not\s+exists\s+)?{_NAME}\s*\(", re.IGNORECASE)
_ALTERED = pattern(rf"alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?{_NAME}\s+([^;]*)", re.IGNORECASE)
_ADDED = pattern(r"\s*add\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?(.*)", re.IGNORECASE | re.DOTALL)
_PRIMARY = pattern(r"\s*(?:constraint\s+\S+\s+)?primary\s+key\s*\(([^)]*)\)", re.IGNORECASE)
_COLUMN = pattern(rf"\s*{_NAME}\s+(\w.*)", re.DOTALL)
_REFERENCE = pattern(rf"\breferences\s+{_NAME}\s*(?:\(\s*[\"`]?(\w+)[\"`]?)?", re.IGNORECASE)
_FOREIGN = pattern(
    r"(?:constraint\s+\S+\s+)?foreign\s+key\s*\(\s*[\"`]?(\w+)[\"`]?\s*\)\s*(.*)", re.IGNORECASE | re.DOTALL
)
_CONSTRAINTS = frozenset({"primary", "foreign", "unique", "check", "constraint", "exclude", "like", "key"})
_COMMENT = pattern(r"--[^\n]*")


class Declared(NamedTuple):
    """One table: its columns with the table and column each refers to ("" if none)."""

    name: str
    columns: dict[str, str]
    keys: frozenset[str]
    line: int


Ddl: TypeAlias = tuple[str, dict[str, str], list[str], int]  # the same, as JSON


def kept(table: Declared) -> Ddl:
    """Return a table as JSON has it."""
    return table.name, table.columns, sorted(table.keys), table.line


def recalled(table: Ddl) -> Declared:
    """Return a table from what was kept of it."""
    name, columns, keys, line = table
    return Declared(name, columns, frozenset(keys), line)


def declared(text: str) -> tuple[Declared, ...]:
    """The tables that a file's text creates, with the columns and keys that it adds to them."""
    found: dict[str, Declared] = {}
    for match in _TABLE.finditer(text):
        table = _read(match.group(1), _parts(_inside(text, match.end())), _line(text, match))
        found.setdefault(table.name, table)
    for match in _ALTERED.finditer(text):
        added = [item.group(1) for part in _parts(match.group(2)) if (item := _ADDED.match(part))]
        table = _read(match.group(1), added, _line(text, match))
        known = found.get(table.name)
        found[table.name] = table if known is None else _with(known, table)
    return tuple(found.values())


def _with(known: Declared, added: Declared) -> Declared:
    """A table with what is added to it later: a dump adds its keys at the end."""
    columns = {
        **known.columns,
        **{name: to for name, to in added.columns.items() if to or name not in known.columns},
    }
    return known._replace(columns=columns, keys=known.keys | added.keys)


def _line(text: str, match: re.Match[str]) -> int:
    return text.count("\n", 0, match.start()) + 1


_LONGEST = 20_000  # characters of one table's declaration


def _inside(text: str, start: int) -> str:
    """What stands between a parenthesis and the one that closes it."""
    depth = 1
    for place in range(start, min(len(text), start + _LONGEST)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if not depth:
            return _COMMENT.sub("", text[start:place])
    return ""


def _read(name: str, parts: list[str], line: int) -> Declared:
    columns: dict[str, str] = {}
    keys: set[str] = set()
    for part in parts:
        primary = _PRIMARY.match(part)
        keys |= {*re.findall(r"\w+", primary.group(1))} if primary is not None else set()
        foreign, column = _FOREIGN.match(part.strip()), _COLUMN.match(part)
        if foreign is not None:
            columns[foreign.group(1)] = _target(foreign.group(2))
        elif column is not None and column.group(1).lower() not in _CONSTRAINTS:
            columns[column.group(1)] = _target(column.group(2))
            if "primary key" in column.group(2).lower():
                keys.add(column.group(1))
    return Declared(name, columns, frozenset(keys), line)


def _parts(body: str) -> list[str]:
    """The body, taken apart at the commas that are in no parentheses."""
    found, depth, start = [], 0, 0
    for place, sign in enumerate(body):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and not depth:
            found.append(body[start:place])
            start = place + 1
    return [*found, body[start:]]


def _target(text: str) -> str:
    match = _REFERENCE.search(text)
    return f"{match.group(1)}.{match.group(2) or 'id'}" if match is not None else ""
