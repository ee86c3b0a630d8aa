"""SQL as text: which tables it touches, and which value its owner condition is compared with."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from specward.code.dataflow import values as v
from specward.code.dataflow.lattice import origin, parts
from specward.code.dataflow.owners.proof import CLIENT, UNPROVABLE, Proof
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.values import Text, Value
from specward.patterns import pattern

_TABLE = pattern(
    r"\b(?:from|join|into|update|table|using)\s+(?:only\s+)?[\"`\[]?(?:\w+[\"`\]]?\.[\"`\[]?)?(\w+)",
    re.IGNORECASE,
)
_ALSO = pattern(
    r"(?:\s+(?:as\s+)?\w+)?\s*,\s*(?:only\s+)?[\"`\[]?(?:\w+[\"`\]]?\.[\"`\[]?)?(\w+)", re.IGNORECASE
)
_VERB = pattern(
    r"\s*(?:with\b.*?\)\s*)?(select|insert|update|delete|merge|truncate|copy)\b", re.IGNORECASE | re.DOTALL
)
_EQUAL = pattern(
    r"(?:(\w+)\.)?[\"`]?(\w+)[\"`]?\s*(?:=|\bin\b)\s*(?:any\s*)?\(?\s*(:\w+|%\(\w+\)s|%s|\$\d+|\?|\{\}|'\{\}'|@\w+)",
    re.IGNORECASE,
)
_MARK = pattern(r":\w+|%\(\w+\)s|%s|\$\d+|\?|\{\}|@\w+")
_DELIMITER = pattern(r"[(),]|\bfrom\b|\Z", re.IGNORECASE)
_OR = pattern(r"\bor\b", re.IGNORECASE)


class Statement(NamedTuple):
    """What a text says."""

    verb: str
    tables: tuple[str, ...]


def looks_like_sql(text: str) -> bool:
    """Whether a string is a statement."""
    return _VERB.match(text) is not None


_SETTING = pattern(r"\s*(set\s+(local\s+|session\s+)?[\"']?\w+\.\w+|select\s+set_config\s*\()", re.IGNORECASE)


def tells_who_asks(text: Text, parameters: Value | None, proof: Proof) -> bool:
    """Whether a text tells the database who asks: `SET LOCAL app.tenant_id = ...`, for its row security.

    Where the project makes no policy, only a trigger or a log can be told: nobody is kept to anything.
    """
    if not proof.schema.has_policies:
        return False
    given = [*text.parts, *(value for _, value in text.bound), *parts(parameters or v.NONE)]
    return bool(_SETTING.match(text.sql)) and any(map(proof.is_principal, given))


def read(schema: Schema, sql: str) -> Statement:
    """The verb and the known tables of a statement."""
    match = _VERB.match(sql)
    names = [name.lower() for name in _names(sql)]
    known = {name.lower().partition("@")[0]: name for name in schema.tables}
    return Statement(
        match.group(1).lower() if match else "", tuple(known[name] for name in names if name in known)
    )


def _names(sql: str) -> Iterator[str]:
    """What may be tables: after a word that names one, or in a list with it (`USING meters m, sites s`)."""
    for match in _TABLE.finditer(sql):
        yield match[1]
        also = _ALSO.match(sql, match.end())
        while also is not None:
            yield also[1]
            also = _ALSO.match(sql, also.end())


def judge(schema: Schema, proof: Proof, text: Text, parameters: Value | None) -> tuple[str, str]:
    """The finding that running a text would be ("" if none) and the table it is about."""
    statement = read(schema, text.sql)
    owned = [table for table in statement.tables if table in schema.owned]
    if not owned or v.ADMIN in proof.facts:
        return "", ""
    if statement.verb == "insert":
        return _judge_insert(schema, proof, text, parameters, owned[0]), owned[0]
    client = False
    where = _top_level(text.sql)
    for match in _EQUAL.finditer(text.sql):
        column = match.group(2).lower()
        tables = [table for table in statement.tables if column in schema.tables[table].columns]
        owner = any(
            column in schema.owners[table] or schema.target(table, column) == (schema.user or "")
            for table in tables
        )
        keyed = any(
            schema.target(table, column) in schema.owned
            or (column in schema.keys(table) and table in schema.owned)
            for table in tables
        )
        value = _parameter(text, match.group(3).strip("'"), match.start(3), parameters)
        if value is None:
            continue
        if owner and proof.is_identity(value):
            return (UNPROVABLE if _OR.search(where) else ""), owned[0]
        client = client or (owner and origin(value) >= v.Origin.CREDENTIAL)
        if keyed and any(
            proof.key_proved(schema.target(table, column) or table, value) and _chosen(value)
            for table in tables
        ):
            return "", owned[0]
    return (CLIENT if client else UNPROVABLE), owned[0]


def _chosen(value: Value) -> bool:
    return origin(value) != v.Origin.CALLER


def _judge_insert(schema: Schema, proof: Proof, text: Text, parameters: Value | None, table: str) -> str:
    columns = re.search(r"\(([^)]*)\)\s*(?:values|select)\s*\(?([^)]*)", text.sql, re.IGNORECASE)
    if columns is None:
        return ""
    names = [name.strip(' "`\n').lower() for name in columns.group(1).split(",")]
    for name, (start, item) in zip(names, _items(text.sql, columns.start(2)), strict=False):
        value = _parameter(text, item, start, parameters) if _MARK.match(item) else None
        if value is not None and name in schema.owners[table] and origin(value) >= v.Origin.CREDENTIAL:
            return "" if proof.is_identity(value) else CLIENT
    return ""


def _items(sql: str, start: int) -> Iterator[tuple[int, str]]:
    """What a list of values or a SELECT gives, from where it starts: each with its place."""
    depth, begin = 0, start
    for match in _DELIMITER.finditer(sql, start):
        if match.group() == "(":
            depth += 1
        elif match.group() == ")" and depth:
            depth -= 1
        elif not depth:
            item = sql[begin : match.start()]
            yield begin + len(item) - len(item.lstrip()), item.strip()
            if match.group() != ",":
                return
            begin = match.end()


def _top_level(sql: str) -> str:
    """The condition with everything in parentheses taken out."""
    text = re.split(r"\bwhere\b", sql, maxsplit=1, flags=re.IGNORECASE)[-1]
    previous = ""
    while previous != text:
        previous, text = text, re.sub(r"\([^()]*\)", " ", text)
    return text


def _parameter(text: Text, mark: str, position: int, parameters: Value | None) -> Value | None:
    """The value a placeholder takes."""
    if mark == "{}":
        index = text.sql.count("{}", 0, position)
        return text.parts[index] if index < len(text.parts) else None
    named = mark.strip(":@").removeprefix("%(").removesuffix(")s")
    entries = dict(text.bound)
    if isinstance(parameters, v.Mapping):
        entries.update(parameters.entries)
    if named in entries:
        return entries[named]
    if isinstance(parameters, v.Sequence):
        index = int(mark[1:]) - 1 if mark.startswith("$") else len(re.findall(r"%s|\?", text.sql[:position]))
        return parameters.items[index] if index < len(parameters.items) else None
    return None


def equalities(text: Text, parameters: Value | None) -> list[tuple[str, Value]]:
    """The columns that must equal parameters in every row of a text, and those parameters."""
    found: list[tuple[str, Value]] = []
    if _OR.search(_top_level(text.sql)):
        return found
    for match in _EQUAL.finditer(text.sql):
        value = _parameter(text, match.group(3).strip("'"), match.start(3), parameters)
        if value is not None:
            found.append((match.group(2).lower(), value))
    return found
