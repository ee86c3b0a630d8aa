"""Roles of the principal: what one of them is held to says what the others are spared.

`if user.role == "student" and work.student_id != user.id: refuse` tells the roles apart: students are held
to their own, whoever is something else is not, and that is a decision. The facts of both sides carry the
role, and where they meet, the side that proves something speaks for the other.
"""

import re
from collections.abc import Collection, Iterable

from specward.code.dataflow import values as v
from specward.code.dataflow.lattice import both, opposed, rows
from specward.code.dataflow.owners.naming import ORDINARY
from specward.code.dataflow.owners.offices import ANYBODY, SCOPE
from specward.code.dataflow.owners.proof import Proof
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.values import NOTHING, Condition, Const, Facts, Field, Query, Scalar, Value
from specward.patterns import pattern

_ROLE = pattern(r"role|rank|(^|_)rol$|papel|(user|account|member)_?(type|kind)|designation", re.IGNORECASE)


ADMINISTERS = Condition(Facts(frozenset({v.ADMIN})), Facts(frozenset({v.PLAIN})))


def above_others(schema: Schema) -> Facts:
    """What having an office says: who has one is spared what others are asked, if not in an organisation."""
    if schema.personal:
        return ADMINISTERS.true
    return NOTHING if schema.held_admins or schema.is_tenanted else Facts(frozenset({v.OFFICE}))


def in_organisation(*, spares: bool) -> Condition:
    """What follows from looking after an organisation: nothing of others', or with `spares` all in it."""
    return ADMINISTERS if spares else Condition(NOTHING, ADMINISTERS.false)


def is_role(proof: Proof, value: Value) -> bool:
    """Whether a value is the role of the principal."""
    match value:
        case Scalar(_, name, _) | Field(_, name):
            return bool(_ROLE.search(name)) and proof.is_principal(value)
        case _:
            return False


def told_apart(constants: tuple[Value, ...], *, above: Facts) -> Condition:
    """What follows from the principal being of one of these roles, and from being of none.

    Args:
        constants: The names of the roles.
        above: What holds of who has a role that nobody has who comes for themselves.
    """
    names = [str(item.value).lower().replace(" ", "_") for item in constants if isinstance(item, Const)]
    named = " ".join(sorted(names))
    told = Condition(_fact(named, holds=True), _fact(named, holds=False))
    if not names:
        return told
    if ORDINARY.isdisjoint(names):
        return Condition(both(told.true, above), told.false)
    return Condition(told.true, both(told.false, above))


def _fact(named: str, *, holds: bool) -> Facts:
    return Facts(frozenset({(v.ROLE, named, int(holds))}))


def without_office(facts: frozenset[v.Fact]) -> tuple[bool, bool]:
    """Whether who takes a path may be without an office, and whether those alone take it.

    None have an office who have no role, or one of whoever comes for themselves.
    """
    roles = [(str(fact[1]).split(), bool(fact[2])) for fact in facts if fact[0] == v.ROLE]
    office = any(names and has == ORDINARY.isdisjoint(names) for names, has in roles)
    free = not office and v.ADMIN not in facts
    asked = v.PLAIN in facts or bool(roles)
    return free, free and asked


def beside_office(
    named: set[tuple[str, str, bool]], conditions: Iterable[Condition]
) -> set[tuple[str, str, bool]]:
    """Whom rows name, where an office is asked for beside it: `row.author_id == me.id or me.is_admin`."""
    facts = {atom for item in conditions for side in (item.true, item.false) for atom in side.atoms}
    asked = any(atom in {v.ADMIN, v.PLAIN} or atom[0] == v.ROLE for atom in facts)
    return {(table, column, alone or asked) for table, column, alone in named}


def held(facts: frozenset[v.Fact]) -> set[str]:
    """The roles that the principal certainly has on a path; who has one of several may have any."""
    return {str(fact[1]) for fact in facts if fact[0] == v.ROLE and fact[2] and " " not in str(fact[1])}


def bound_as(facts: frozenset[v.Fact]) -> set[str]:
    """The roles in which the principal is bound to rows of their own on a path; none is one of them."""
    return (held(facts) or {ANYBODY}) | {
        f"{v.PERMISSION}{fact[1]}" for fact in facts if fact[0] == v.PERMISSION
    }


def with_scopes(scopes: Collection[str]) -> Facts:
    """What holds once the principal's token was asked for scopes: each is a role of its own."""
    return Facts(frozenset((v.ROLE, f"{SCOPE}{scope}", 1) for scope in scopes))


def spared(value: Value, facts: Facts, other: Value, others: Facts) -> Facts:
    """What holds of a value, where the same is the principal's own for those of the opposite role.

    Args:
        value: The value.
        facts: What holds where it was made.
        other: What the same variable or function gives elsewhere.
        others: What holds there.
    """
    if not opposed(facts, others):
        return facts
    own = {row.table for row in rows(other) if not row.code or ("owned", row.id) in others.atoms}
    free = {
        (fact, row.id) for row in rows(value) if row.code and row.table in own for fact in ("owned", "shown")
    }
    return Facts(facts.atoms | free, facts.possible)


def conditions_of_some(value: Value, other: Value) -> Value:
    """The statement of those who are held to a condition, where it is the others' with that condition."""
    match value, other:
        case Query() as left, Query() as right if (left.verb, left.entities) == (right.verb, right.entities):
            more = all(part in right.predicates for part in left.predicates)
            return right if more else left
        case _:
            return value
