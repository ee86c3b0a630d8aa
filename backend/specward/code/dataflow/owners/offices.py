"""Roles that look after the rows of others, told by what nobody who has them is held to.

A clerk sees the orders of all customers, and no route of theirs compares an order with the clerk. Where one
does, the role is held to its own, and another route that does not compare has forgotten it.
"""

from collections.abc import Collection

from specward.code.dataflow.owners.naming import ORDINARY
from specward.code.dataflow.owners.schema import Schema

ANYBODY = ""  # the role of those who were asked for none
SCOPE = "scope/"  # begins the role of those whose token was asked for a scope
_OFTEN = 4  # routes: one or two may have been forgotten


def looked_after(
    schema: Schema, gated: Collection[tuple[str, str, int]], held: Collection[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Tables with the roles that look after them.

    Args:
        schema: The tables.
        gated: Tables that something was found on, with roles that were asked for before, and the route.
        held: Tables with the roles whose holders were bound to their own rows there.

    Returns:
        The pairs of `gated` whose role is nowhere held to rows of its own in the table, or in those above and
        below it, and is asked for on several routes; or is a scope, where others reach their own without any.
    """
    bound, near = {*held}, kin(schema) if gated else {}
    return {
        (table, role)
        for table, role, _ in gated
        if table in near
        and role not in ORDINARY
        and not any((other, role) in bound for other in near[table])
        and (
            len({route for other, of, route in gated if of == role and other in near[table]}) >= _OFTEN
            or (role.startswith(SCOPE) and any((other, ANYBODY) in bound for other in near[table]))
        )
    }


def kin(schema: Schema) -> dict[str, set[str]]:
    """Each table with those above and below it.

    Args:
        schema: The tables.
    """
    above = {name: with_above(schema, name) for name in schema.tables}
    return {name: above[name] | {other for other in above if name in above[other]} for name in above}


def with_above(schema: Schema, table: str) -> set[str]:
    """A table with those that it is part of, as far as the users."""
    found: set[str] = set()
    waiting = [table]
    while waiting:
        current = waiting.pop()
        if current not in found and current != schema.user:
            found.add(current)
            waiting += schema.parents(current).values()
    return found
