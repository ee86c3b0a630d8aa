"""What a statement of a data model adds to a table, where it says no more than a fact can.

PostgreSQL alone reads SQL whole. Read here are the few forms that a data model needs beside its tables: keys,
unique values, references and plain indexes. Whatever else changes a table leaves open what it is.
"""

from typing import NamedTuple

from specward.patterns import pattern
from specward.schema.edits import ALTER, CREATE, PART, Edit

_LIST = r"\( ?(?P<{}>[\w\"]+(?: ?, ?[\w\"]+)*) ?\)"
_NAMED = r"add (?:constraint \S+ )?"
_KEY = pattern(_NAMED + r"(?P<kind>primary key|unique) ?" + _LIST.format("columns"))
_REFERENCE = pattern(
    _NAMED + r"foreign key ?" + _LIST.format("columns") + r" references (?P<target>[\w.\"]+) ?"
    r"(?:" + _LIST.format("others") + r")?(?P<rest>.*)"
)
_INDEX = pattern(
    r"create (?P<unique>unique )?index (?:concurrently )?(?:if not exists )?(?:(?!on )\S+ )?"
    r"on (?:only )?\S+? ?(?:using btree ?)?" + _LIST.format("columns")
)
_UNSEEN = pattern(_NAMED + r"(?:check|exclude)\b.*|(?:enable|disable|force|no force)\b.*")
_HEAD = pattern(r"alter table (?:if exists )?(?:only )?\S+ ")
_QUOTED = pattern(r'"[^"]*"')
_ACTION = pattern(r"on (update|delete) (no action|restrict|cascade|set null|set default)")

PRIMARY, UNIQUE, REFERENCE, INDEX = "primary key", "unique", "foreign key", "index"


class Clause(NamedTuple):
    """One thing that a statement adds."""

    kind: str
    columns: tuple[str, ...]
    target: str = ""  # of a reference: the table
    others: tuple[str, ...] = ()  # of a reference: the columns there; empty for its key
    rest: str = ""  # of a reference: what else it says


def read_clauses(edit: Edit) -> tuple[Clause, ...] | None:
    """Return what a statement on a table adds that can be compared; None where it may change anything."""
    words = " ".join(edit.text.lower().split())
    if any(quoted != quoted.lower() for quoted in _QUOTED.findall(edit.text)):
        return None
    if edit.kind == PART:
        found = _INDEX.fullmatch(words.replace(" asc", "")) if edit.verb == CREATE else None
        kind = UNIQUE if found and found["unique"] else INDEX
        return (Clause(kind, _columns(found["columns"])),) if found else ()
    if edit.verb != ALTER or not (head := _HEAD.match(words)):
        return None
    read = [_clause(action) for action in _parts(words[head.end() :])]
    return None if None in read else tuple(clause for clause in read if clause and clause.columns)


def read_actions(words: str) -> dict[str, str]:
    """Return what a reference does on update and on delete."""
    return {found[1]: found[2] for found in _ACTION.finditer(words.lower())}


def _clause(action: str) -> Clause | None:
    if key := _KEY.fullmatch(action):
        return Clause(key["kind"], _columns(key["columns"]))
    if found := _REFERENCE.fullmatch(action):
        others = _columns(found["others"] or "")
        return Clause(REFERENCE, _columns(found["columns"]), bare(found["target"]), others, found["rest"])
    return Clause("", ()) if _UNSEEN.fullmatch(action) else None


def _parts(text: str) -> list[str]:
    """Cut a text at the commas that stand in no brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _columns(text: str) -> tuple[str, ...]:
    return tuple(bare(name) for name in text.split(",") if name.strip())


def bare(name: str) -> str:
    """Return a name without its schema and its quotes; without quotes PostgreSQL makes it small letters."""
    last = name.strip().rpartition(".")[2]
    return last[1:-1] if last.startswith('"') else last.lower()
