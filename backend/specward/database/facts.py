"""What a schema is, as facts that can be compared, whoever has read them.

Two schemas are equal when their facts are. What differs without meaning anything is left out: the order of
columns, the names of constraints, indexes, policies and triggers, comments, owners. Everything else is a
fact: expressions, predicates, enum labels, row security, grants.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple


class Fact(NamedTuple):
    """One thing that is so in a schema."""

    kind: str  # "column", "constraint", "policy", …
    relation: str  # the table or view it belongs to; "" for what belongs to none
    name: str  # what it is about: the column, the constrained columns, the verb of a policy
    text: str  # how it is, in PostgreSQL's words


class Difference(NamedTuple):
    """One thing that is not the same on both sides; None where it is absent."""

    expected: Fact | None
    actual: Fact | None


def differences(expected: frozenset[Fact], actual: frozenset[Fact]) -> list[Difference]:
    """Return what is not the same, in order; what was changed stands as one difference, not as two."""
    unequal = sorted(expected ^ actual)
    found: list[Difference] = []
    for _, group in groupby(unequal, key=lambda fact: fact[:3]):
        found.extend(_paired([*group], expected))
    return found


def _paired(unequal: list[Fact], expected: frozenset[Fact]) -> Iterator[Difference]:
    wanted = [fact for fact in unequal if fact in expected]
    found = [fact for fact in unequal if fact not in expected]
    if len(wanted) == len(found) == 1:
        yield Difference(wanted[0], found[0])
        return
    yield from (Difference(fact, None) for fact in wanted)
    yield from (Difference(None, fact) for fact in found)
