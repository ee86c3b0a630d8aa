"""Where a text takes values: its placeholders under one form, and what each of them stands for."""

import re
from functools import lru_cache
from typing import NamedTuple

from specward.code.dataflow import values as v
from specward.code.dataflow.lattice import join_all, origin, parts
from specward.code.dataflow.values import Origin, Scalar, Text, Value
from specward.patterns import pattern

_TOKEN = pattern(
    r"(?P<text>'(?:[^']|'')*')"
    r"|(?P<kept>\"[^\"]*\"|`[^`]*`|::|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"
    r"|(?P<comment>--[^\n]*|/\*.*?\*/)"
    r"|(?<![\w:]):(?P<colon>[A-Za-z_]\w*)|(?<![\w@])@(?P<at>[A-Za-z_]\w*)|%\((?P<percent>\w+)\)s"
    r"|\$(?P<number>\d+)|(?P<next>%s|\?)|(?P<any>[$:]\{\})|(?P<part>\{\})",
    re.DOTALL,
)
# After these stands a value; after anything else stands a piece of SQL: `WHERE user_id = :me {more}`.
_BEFORE_VALUE = pattern(
    r"([=<>(,+*/|%~^&\-.\[]|\b(?:and|or|not|in|like|ilike|is|between|limit|offset|values|select|distinct|by|then"
    r"|else|when|case|any|all|set|from|join|into|update|table|on|where|having|returning|interval|only|as))\s*\Z",
    re.IGNORECASE,
)
_LOOK_BACK = 40


class Mark(NamedTuple):
    """A placeholder: by name, by place (-1 where that is computed), or the parts of an f-string."""

    name: str = ""
    place: int = -1
    parts: tuple[int, ...] = ()


class Marked(NamedTuple):
    """A text whose placeholders are `:_0`, `:_1`, ..., and the parts left out of it, which are no values."""

    sql: str
    marks: tuple[Mark, ...]
    pieces: tuple[int, ...]


@lru_cache(maxsize=4096)
def marked(sql: str) -> Marked:
    """Number the placeholders of a text."""
    marks: list[Mark] = []
    pieces: list[int] = []
    written, end, part, place = "", 0, 0, 0
    for match in _TOKEN.finditer(sql):
        written += sql[end : match.start()]
        end = match.end()
        found = match.group()
        inside = found.count("{}") if match["text"] or match["part"] else 0
        if match["comment"]:
            written += " "
        elif match["kept"] or (match["text"] and not inside):
            written += found
        elif match["part"] and written.strip() and not _BEFORE_VALUE.search(written[-_LOOK_BACK:]):
            pieces.append(part)
        else:
            written += f":_{len(marks)}"
            marks.append(_mark(match, place, tuple(range(part, part + inside))))
        part += inside or found.count("{}")
        place += bool(match["next"])
    return Marked(written + sql[end:], tuple(marks), tuple(pieces))


def _mark(match: re.Match[str], place: int, parts: tuple[int, ...]) -> Mark:
    name = match["colon"] or match["at"] or match["percent"]
    if name:
        return Mark(name)
    if match["any"]:
        return Mark()
    return Mark(place=int(match["number"]) - 1 if match["number"] else place, parts=parts)


def stood_for(text: Text, parameters: Value | None) -> list[Value | None]:
    """What each placeholder of a text stands for, in their order."""
    return [given(mark, text, parameters) for mark in marked(text.sql).marks]


def given(mark: Mark, text: Text, parameters: Value | None) -> Value | None:
    """What a placeholder stands for; None where nobody says."""
    if mark.parts:
        found = [text.parts[part] for part in mark.parts if part < len(text.parts)]
        return found[0] if len(found) == 1 else mixed(found)
    bound = dict(text.bound)
    match parameters:
        case _ if mark.name in bound:
            return bound[mark.name]
        case v.Mapping(entries, rest) if mark.name:
            return dict(entries).get(mark.name) or (join_all([*rest]) if rest else None)
        case v.Sequence() | v.Mapping() if not mark.name and mark.place < 0:
            return mixed([*parts(parameters)])
        case v.Sequence(items, rest) if not mark.name:
            return items[mark.place] if mark.place < len(items) else join_all([*rest]) if rest else None
        case v.Sequence((Scalar(source, symbol, read),), ()):
            return Scalar(source, f"{symbol}.{mark.name}" if symbol else "", read)
        case v.Sequence((v.Body(_, symbol, source),), ()):
            return Scalar(source, f"{symbol}.{mark.name}")
        case _:
            return None


def mixed(values: list[Value]) -> Value:
    """What is computed from several values."""
    return Scalar(max(map(origin, values), default=Origin.CONSTANT))
