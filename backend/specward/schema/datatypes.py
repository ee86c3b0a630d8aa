"""What the type column of a data model means in PostgreSQL: its own words, and those of Python's libraries.

A word of SQLModel or SQLAlchemy means what these make of it (`str` is `character varying`, `datetime` is
`timestamp`). What could mean two things is refused.
"""

import re

from specward.patterns import pattern
from specward.schema.model import UnclearError

_WORDS = {
    "str": "varchar", "string": "varchar", "autostring": "varchar",
    "bytes": "bytea", "largebinary": "bytea",
    "datetime": "timestamp", "datetime(timezone=true)": "timestamptz",
    "timestamp(timezone=true)": "timestamptz", "timedelta": "interval",
    "biginteger": "bigint", "smallinteger": "smallint", "dict": "json", "double": "double precision",
    "auto-increment integer": "serial", "unicode": "varchar", "unicodetext": "text",
}  # fmt: skip
_AMBIGUOUS = {
    "number": "integer, bigint, numeric or double precision",
    "enum": "a type of its own, created in a `sql` block, or text with a check",
    "list": "an array such as text[], or jsonb",
    "array": "an array such as text[], or jsonb",
    "object": "jsonb, or columns of their own",
    "id": "uuid or bigint",
    "file": "bytea, or text for its location",
    "relationship": "a column with a reference; the reverse side is not a column",
}
_OPTIONAL = pattern(
    r"(?i)(?:optional\[(?P<inner>.+)\]|(?P<left>.+?)\s*\|\s*(?:none|null)|(?:none|null)\s*\|\s*(?P<right>.+))"
)
_LENGTH = pattern(
    r"(?i)(?:str|string|autostring|unicode)\s*\(\s*(?:length\s*=\s*|max_length\s*=\s*)?(\d+)\s*\)"
)
_TYPE = pattern(
    r'(?:"[^"]+"|[a-zA-Z_]\w*)(?:\.(?:"[^"]+"|\w+))?(?: [a-z]\w*){0,3}(?: ?\(\s*\d+(?:\s*,\s*\d+)?\s*\))?'
    r"(?: with(?:out)? time zone)?(?:\[\d*\])*"
)


def read_type(cell: str) -> tuple[str, bool]:
    """Return a type in PostgreSQL's words, and whether it says by itself that it may be null.

    Raises:
        UnclearError: it could be several types, or is none.
    """
    word = " ".join(cell.replace("`", "").split())
    if optional := _OPTIONAL.fullmatch(word):
        return read_type(optional["inner"] or optional["left"] or optional["right"])[0], True
    known = _WORDS.get(word.lower()) or _WORDS.get(word.lower().removesuffix("()"))
    if known:
        return known, False
    if length := _LENGTH.fullmatch(word):
        return f"varchar({length[1]})", False
    stem = re.split(r"[\s(\[<:]", word.lower(), maxsplit=1)[0]
    if stem in _AMBIGUOUS:
        raise UnclearError(f"{word!r} could be several types", f"Write {_AMBIGUOUS[stem]}.")
    if not word:
        raise UnclearError("There is no type", "Write the column's type.")
    if not _TYPE.fullmatch(word):
        raise UnclearError(
            f"{word!r} is not a single type",
            "Write one as PostgreSQL does, such as uuid, text or varchar(80).",
        )
    return word if '"' in word else word.lower(), False
