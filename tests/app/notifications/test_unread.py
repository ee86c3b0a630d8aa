"""T-080: a count that is bounded, and so is its cost."""

import pytest

from app.core.asker import Principal
from app.notifications.repository import _UNREAD
from tests.app.conftest import Person
from tests.app.notifications.conftest import FILL, Superuser, explain, id_of, plenty

pytestmark = pytest.mark.anyio


# A fifth of what FILL makes has been read.
@pytest.mark.parametrize(
    ("made", "answered"),
    [
        (0, {"unread": 0, "more": False}),
        (123, {"unread": 99, "more": False}),
        (124, {"unread": 100, "more": True}),
        (500, {"unread": 100, "more": True}),
    ],
)
async def test_no_one_reads_further_than_a_hundred(
    alice: Person, bob: Person, superuser: Superuser, made: int, answered: dict[str, object]
) -> None:
    await superuser.execute(FILL, [id_of(alice), made])
    await superuser.execute(FILL, [id_of(bob), 7])
    answer = await alice.call("GET", "/v1/notifications/unread-count")
    assert answer.json() == answered


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
async def test_the_count_stops_at_a_hundred_index_entries(superuser: Superuser, mode: str) -> None:
    owner = await plenty(superuser)
    plan = await explain(superuser, mode, owner, _UNREAD.sql, _UNREAD.arguments(Principal(owner), {}))
    assert "Limit" in plan, plan
    assert "notifications_owner_id_created_at_id_idx1" in plan, plan
