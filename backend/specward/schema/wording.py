"""Facts in the catalogue's words, made from what a document or a program states, with no server to ask."""

import re
from collections.abc import Sequence

from specward.database.facts import Fact
from specward.patterns import pattern

# What `format_type` calls each type, by the other names that PostgreSQL and SQLAlchemy have for it.
_TYPES = {
    "varchar": "character varying", "char varying": "character varying", "char": "character",
    "bpchar": "character", "nvarchar": "character varying",
    "int": "integer", "int4": "integer", "int8": "bigint", "int2": "smallint",
    "serial": "integer", "serial4": "integer", "bigserial": "bigint", "serial8": "bigint",
    "smallserial": "smallint", "serial2": "smallint",
    "bool": "boolean", "float4": "real", "float8": "double precision", "float": "double precision",
    "decimal": "numeric", "dec": "numeric", "varbit": "bit varying",
    "timestamp": "timestamp without time zone", "timestamptz": "timestamp with time zone",
    "time": "time without time zone", "timetz": "time with time zone",
}  # fmt: skip
_TYPE = pattern(
    r"(?P<name>[^(\[]+?)\s*(?P<size>\([^)]*\))?\s*(?P<zone>with(?:out)? time zone)?\s*(?P<array>(?:\[\d*\])*)"
)
_UNPADDED = "bpchar"  # without a length it is a type of its own
_FRACTION = "time"  # of these the size stands inside: `timestamp(3) with time zone`
_SERIAL = pattern(r"(?:small|big)?serial[248]?", re.IGNORECASE)
_DOUBLE = 25  # bits of a `float` that make it double


def type_words(text: str) -> str:
    """Return a type as `format_type` writes it; a type that somebody has made stays as it is."""
    plain = " ".join(text.lower().replace('"', "").removeprefix("public.").split())
    found = _TYPE.fullmatch(plain)
    if found is None:
        return plain
    size, array = (found["size"] or "").replace(" ", ""), "[]" if found["array"] else ""
    if found["name"] == "float" and size[1:-1].isdecimal():
        return f"{'double precision' if int(size[1:-1]) >= _DOUBLE else 'real'}{array}"
    name = plain if plain == _UNPADDED else _TYPES.get(found["name"], found["name"])
    if found["zone"]:
        name = f"{found['name']} {found['zone']}"
    stem, _, zone = name.partition(" ")
    if name.startswith(_FRACTION) and zone:
        return f"{stem}{size} {zone}{array}"
    size = size or ("(1)" if name in {"character", "bit"} else "")
    size = re.sub(r"^\((\d+)\)$", r"(\1,0)", size) if name == "numeric" else size
    return f"{name}{size}{array}"


def is_serial(text: str) -> bool:
    """Whether a type brings a default of its own."""
    return _SERIAL.fullmatch(text.strip()) is not None


def table(name: str) -> Fact:
    """Return that there is a table."""
    return Fact("table", name, "", "")


def column(of: str, name: str, kind: str, *, required: bool, given: str) -> Fact:
    """Return that there is a column.

    Args:
        of: its table.
        name: its name.
        kind: its type, in any words.
        required: whether it is not null.
        given: what fills it by itself: "default", "identity", "generated", or nothing.
    """
    words = (type_words(kind), "not null" if required else "", f"with {given}" if given else "")
    return Fact("column", of, name, " ".join(filter(None, words)))


def key(of: str, columns: Sequence[str]) -> Fact:
    """Return that there is a primary key."""
    return Fact("constraint", of, f"primary key ({_list(columns)})", f"PRIMARY KEY ({_list(columns)})")


def unique(of: str, columns: Sequence[str]) -> Fact:
    """Return that values are unique, by a constraint or an index."""
    return Fact("constraint", of, f"unique ({_list(columns)})", f"UNIQUE ({_list(columns)})")


def reference(of: str, columns: Sequence[str], target: str, target_columns: Sequence[str], does: str) -> Fact:
    """Return that there is a foreign key; `does` says what happens on update and on delete."""
    text = f"FOREIGN KEY ({_list(columns)}) REFERENCES {target}({_list(target_columns)})"
    return Fact("constraint", of, f"foreign key ({_list(columns)})", " ".join(filter(None, (text, does))))


def actions(on_update: str | None, on_delete: str | None) -> str:
    """Return the actions of a foreign key; to do nothing is what PostgreSQL does by itself."""
    told = {"UPDATE": on_update or "", "DELETE": on_delete or ""}
    kept = {verb: " ".join(action.upper().split()) for verb, action in told.items()}
    return " ".join(f"ON {verb} {action}" for verb, action in kept.items() if action not in {"", "NO ACTION"})


def index(of: str, columns: Sequence[str]) -> Fact:
    """Return that there is a plain index."""
    return Fact("index", of, _list(columns), f"CREATE INDEX ON {of} USING btree ({_list(columns)})")


def _list(columns: Sequence[str]) -> str:
    return ", ".join(columns)
