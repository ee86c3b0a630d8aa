"""What a text is, told without reading it through: a statement, a setting, the tables it names."""

import re
from collections.abc import Iterator

from specward.code.dataflow import values as v
from specward.code.dataflow.lattice import parts
from specward.code.dataflow.owners.proof import Proof
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.values import Text, Value
from specward.patterns import pattern

_VERB = pattern(r"[\s(]*(with|select|insert|update|delete|merge|truncate|copy|replace)\b", re.IGNORECASE)
_SETTING = pattern(r"\s*(set\s+(local\s+|session\s+)?[\"']?\w+\.\w+|select\s+set_config\s*\()", re.IGNORECASE)
_NAME = r"(?:only\s+)?[\"`\[]?(?:\w+[\"`\]]?\.[\"`\[]?)?(\w+)"
_TABLE = pattern(rf"\b(?:from|join|into|update|table|using|copy|truncate)\s+{_NAME}", re.IGNORECASE)
_ALSO = pattern(rf"[\"`\]]?(?:\s+(?:as\s+)?\w+)?\s*,\s*{_NAME}", re.IGNORECASE)


def looks_like_sql(text: str) -> bool:
    """Whether a string is a statement."""
    return _VERB.match(text) is not None


def only_reads(text: str) -> bool:
    """Whether a statement changes nothing, as far as its first word says."""
    match = _VERB.match(text)
    return match is not None and match[1].lower() in {"select", "with"}


def tells_who_asks(text: Text, parameters: Value | None, proof: Proof) -> bool:
    """Whether a text tells the database who asks: `SET LOCAL app.tenant_id = ...`, for its row security.

    Where the project makes no policy, only a trigger or a log can be told: nobody is kept to anything.
    """
    if not proof.schema.has_policies:
        return False
    given = [*text.parts, *(value for _, value in text.bound), *parts(parameters or v.NONE)]
    return bool(_SETTING.match(text.sql)) and any(map(proof.is_principal, given))


def tables_by_name(schema: Schema) -> dict[str, str]:
    """The tables of a schema, each by what SQL calls it."""
    return {name.lower().partition("@")[0]: name for name in schema.tables}


def tables(schema: Schema, sql: str) -> list[str]:
    """The known tables that a text names, where it cannot be read: each after a word that names one."""
    known = tables_by_name(schema)
    return [known[name] for name in map(str.lower, _names(sql)) if name in known]


def _names(sql: str) -> Iterator[str]:
    for match in _TABLE.finditer(sql):
        yield match[1]
        also = _ALSO.match(sql, match.end())
        while also is not None:
            yield also[1]
            also = _ALSO.match(sql, also.end())
