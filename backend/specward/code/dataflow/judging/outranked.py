"""What members may do to what they share, where the other routes that do it ask for more.

That somebody takes part in a project lets them see its tasks. Where all others that change a task ask for an
editor, the one that asks for a member has forgotten it; and where a message is changed by whoever sent it, so
should it be deleted. Which rank is due no code says, so the routes of a project are held against one another.
"""

from collections.abc import Sequence

from specward.code.dataflow.judging.deeds import EVERY, Deed, deeds_on, names_author
from specward.code.dataflow.owners.naming import names_written
from specward.code.dataflow.owners.proof import OUTRANKED
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.result import Violation
from specward.code.dataflow.trail import MADE, Trail

_SEVERAL = 2  # routes that ask for more: one may be another matter


def outranked(schema: Schema, trails: Sequence[Trail]) -> list[tuple[int, Violation]]:
    """Find what is changed by members, where others are asked for more.

    Args:
        schema: The tables, and who shares them.
        trails: What the routes do to them.

    Returns:
        The numbers of routes with what they have forgotten.
    """
    tables = sorted({table for trail in trails for table, _, _ in trail.deeds} & schema.owned)
    return [
        (deed.route, Violation(OUTRANKED, table, deed.site, changes=True))
        for table in tables
        for deed in _forgotten(schema, table, deeds_on(schema, table, trails))
    ]


def _forgotten(schema: Schema, table: str, deeds: Sequence[Deed]) -> list[Deed]:
    """The only one that asks for less than the others."""
    lower = _lower(deeds, one_does=table in schema.grants)
    if lower or not names_written(table) or not names_author(schema, table):
        return lower
    return _unauthored([deed for deed in deeds if deed.verb != MADE])


def _lower(deeds: Sequence[Deed], *, one_does: bool) -> list[Deed]:
    """What any member may do, or one of more ranks, where several others ask for one of fewer.

    Who takes part is for few to say, so there one does.
    """
    changes = [deed for deed in deeds if deed.verb != MADE]
    members = [deed for deed in changes if deed.is_members]
    ranked = [deed for deed in changes if deed.ranks and not (deed.by_author or deed.by_owner)]
    found = [deed for deed in members if _is_lower(deed, deeds, 1 if one_does else _SEVERAL)]
    found += [deed for deed in ranked if _is_lower(deed, deeds, _SEVERAL)]
    return found if len(found) == 1 and members in ([], found) else []


def _is_lower(deed: Deed, deeds: Sequence[Deed], several: int) -> bool:
    """Whether all others that ask for a rank, and several do, ask for a higher one.

    Where the ranks of every member are asked for, whoever asks for the owner alone asks for more, too.
    """
    ranks = [other.ranks for other in deeds if other is not deed and other.ranks]
    owners = [other for other in deeds if other.verb != MADE and other.by_author and not other.by_member]
    asked = len(ranks) + (len(owners) if deed.ranks == EVERY else 0)
    return asked >= several and all(not deed.ranks or deed.ranks > others for others in ranks)


def _unauthored(changes: Sequence[Deed]) -> list[Deed]:
    """The only change of what somebody wrote that does not ask whether they are who calls.

    Who looks after the whole may delete it, and nobody but its author rewrites it.
    """
    asked = any(deed.by_author for deed in changes)
    open_ = [deed for deed in changes if not deed.by_author and not deed.ranks]
    found = [deed for deed in open_ if deed.verb == "update" or (asked and not deed.by_owner)]
    return found if len(found) == 1 else []
