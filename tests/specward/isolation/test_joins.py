"""What is known after two paths meet: values of different kinds are never taken for one another."""

from itertools import combinations

import pytest

from specward.code.dataflow import values as v
from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.lattice import join
from specward.code.dataflow.owners.schema import Options
from specward.code.dataflow.result import Site
from specward.rules.isolation.world import with_routes

_MINE = v.Bind("order", "user_id", v.IDENTITY)
_NAMED = v.Other(frozenset({"order"}))
_ROW = v.Row("order", 1, "", proof=True, many=False, keys=(), site=Site("", 1, 1))
_NESTED = """from sqlalchemy import and_, or_


@router.get("/orders")
def listed(wide: bool, note: str, db: Db, me: Me):
    mine, named = Order.user_id == me.id, Order.note == note
    if wide:
        statement = select(Order).where(or_(mine, {one}(mine, named)))
    else:
        statement = select(Order).where(or_(mine, {other}(mine, named)))
    return db.exec(statement).all()
"""


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("and_", "and_", set()),
        ("and_", "or_", {"SW602"}),
        ("or_", "and_", {"SW602"}),
        ("or_", "or_", {"SW602"}),
    ],
)
def test_a_disjunction_on_one_path_is_not_the_conjunction_on_the_other(
    one: str, other: str, found: set[str]
) -> None:
    files = with_routes(_NESTED.format(one=one, other=other))
    assert {item.code for item in analyse_files(files, Options()).violations} == found


@pytest.mark.parametrize(
    "alike",
    [
        (v.Both((_MINE, _NAMED)), v.Any((_MINE, _NAMED)), v.Either((_MINE, _NAMED))),
        (v.Common(v.IDENTITY, v.UNKNOWN), v.Rest(v.IDENTITY, v.UNKNOWN)),
        (v.Model("order"), v.Module("order"), v.Const("order"), v.Unlimited("order")),
        (v.Field(_ROW, "id"), v.Method(_ROW, "id")),
    ],
)
def test_values_of_different_kinds_differ_inside_others_too(alike: tuple[v.Value, ...]) -> None:
    for one, other in combinations(alike, 2):
        assert one != other
        assert join(v.Sequence((one,)), v.Sequence((other,))) != v.Sequence((one,))
