"""Holds two schemas against each other, table by table, by what they mean.

The models are held against the data model in what `create_all` can express: tables, columns, keys, unique and
check constraints, indexes, enums. A partial index that no model declares is no difference there. The
migrations are held against it in everything that the catalogue has: these, and row security, policies,
triggers, functions, views, grants, sequences.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from specward.database.facts import Difference, Fact, differences
from specward.patterns import pattern

MODELS, MIGRATIONS = "models", "migrations"

EXPRESSIBLE = frozenset({"table", "column", "constraint", "index", "enum"})  # by create_all
TABLES = frozenset({"table", "view"})

_UNLIMITED = pattern(r"\bcharacter varying\b(?!\()")
_TEXT_CAST = pattern(r"\((\w+)\)::text\b")
_UNIQUE_INDEX = pattern(r'CREATE UNIQUE INDEX ON \S+ USING btree \(((?:"[^"]+"|\w+)(?:, (?:"[^"]+"|\w+))*)\)')


class Mismatch(NamedTuple):
    """What is not the same about one table; or about what belongs to no table, when `table` is empty."""

    table: str
    differences: tuple[Difference, ...]


def mismatches(expected: Iterable[Fact], actual: Iterable[Fact]) -> list[Mismatch]:
    """Return what differs, one for each table and one for each thing that belongs to none."""
    groups: dict[tuple[str, str], list[Difference]] = {}
    for difference in differences(frozenset(expected), frozenset(actual)):
        fact = difference.expected or difference.actual
        assert fact is not None  # noqa: S101 -- one of the two is there
        groups.setdefault((fact.relation, "" if fact.relation else fact.name), []).append(difference)
    return [Mismatch(table, tuple(found)) for (table, _), found in groups.items()]


def for_models(expected: Iterable[Fact], actual: Iterable[Fact]) -> tuple[frozenset[Fact], frozenset[Fact]]:
    """Reduce both sides to what models can express; an index with a predicate is theirs to declare or not."""
    shown = frozenset(fact for fact in actual if fact.kind in EXPRESSIBLE)
    return (
        frozenset(
            fact
            for fact in expected
            if fact.kind in EXPRESSIBLE
            and (fact in shown or fact.kind != "index" or " WHERE " not in fact.text)
        ),
        shown,
    )


Reduce = Callable[[Iterable[Fact], Iterable[Fact]], tuple[frozenset[Fact], frozenset[Fact]]]


def whole(expected: Iterable[Fact], actual: Iterable[Fact]) -> tuple[frozenset[Fact], frozenset[Fact]]:
    """Leave both sides as they are."""
    return frozenset(expected), frozenset(actual)


def tables(facts: Iterable[Fact]) -> frozenset[str]:
    """Return the names of the tables and views."""
    return frozenset(fact.relation for fact in facts if fact.kind in TABLES)


def without(facts: Iterable[Fact], names: frozenset[str]) -> frozenset[Fact]:
    """Leave out what belongs to some tables."""
    return frozenset(fact for fact in facts if fact.relation not in names)


def by_meaning(facts: Iterable[Fact]) -> Mapping[Fact, Fact]:
    """Return each fact in a form in which equal things are equal, with the fact as it was.

    `character varying` without a length is `text`; a unique index over columns is a unique constraint.
    """
    return {_folded(fact): fact for fact in facts}


def _folded(fact: Fact) -> Fact:
    text = _TEXT_CAST.sub(r"\1", _UNLIMITED.sub("text", fact.text))
    if fact.kind == "index" and (unique := _UNIQUE_INDEX.fullmatch(text)):
        return Fact("constraint", fact.relation, f"unique ({unique[1]})", f"UNIQUE ({unique[1]})")
    return fact._replace(text=text)
