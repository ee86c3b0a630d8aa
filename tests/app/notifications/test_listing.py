"""T-079: pages that neither miss nor repeat, cost the same however many there are, and show one's own."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.core.asker import Principal
from app.notifications.repository import _page
from tests.app.conftest import Person
from tests.app.notifications.conftest import FILL, Superuser, explain, id_of, plenty

pytestmark = pytest.mark.anyio

PATH = "/v1/notifications"
COMBINATIONS = [{"unread": unread, **kind} for unread in (False, True) for kind in ({}, {"kind": "account"})]


async def walk(person: Person, **filters: Any) -> list[dict[str, Any]]:
    """Follow the cursors to the end."""
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await person.call("GET", PATH, params={"limit": 7, **filters, **cursor})).json()
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        assert len(page["items"]) == 7
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.parametrize("filters", COMBINATIONS, ids=str)
async def test_a_walk_meets_each_once(
    alice: Person, bob: Person, superuser: Superuser, filters: dict[str, Any]
) -> None:
    for person in (alice, bob):
        await superuser.execute(FILL, [id_of(person), 70])
    everything = (await alice.call("GET", PATH, params={"limit": 100})).json()["items"]
    assert len(everything) == 70
    assert everything == sorted(everything, key=lambda item: (item["created_at"], item["id"]), reverse=True)
    wanted = [
        item
        for item in everything
        if (item["read_at"] is None or not filters["unread"])
        and item["kind"] == filters.get("kind", item["kind"])
    ]
    assert await walk(alice, **filters) == wanted


async def test_what_comes_meanwhile_disturbs_no_walk(alice: Person, superuser: Superuser) -> None:
    await superuser.execute(FILL, [id_of(alice), 20])
    first = (await alice.call("GET", PATH, params={"limit": 10})).json()
    await alice.call("POST", f"{PATH}/test")
    await alice.call("POST", f"{PATH}/test")
    second = (await alice.call("GET", PATH, params={"limit": 10, "cursor": first["next_cursor"]})).json()
    assert len({item["id"] for item in first["items"] + second["items"]}) == 20
    assert second["next_cursor"] is None


async def test_somebody_elses_cursor_leads_to_ones_own(
    alice: Person, bob: Person, superuser: Superuser
) -> None:
    for person in (alice, bob):
        await superuser.execute(FILL, [id_of(person), 20])
    cursor = (await alice.call("GET", PATH, params={"limit": 10})).json()["next_cursor"]
    page = (await bob.call("GET", PATH, params={"cursor": cursor})).json()
    assert {item["id"] for item in page["items"]} <= {item["id"] for item in await walk(bob)}


@pytest.mark.parametrize(
    "params",
    [{"cursor": "secret"}, {"limit": 0}, {"limit": 101}, {"kind": "secret"}, {"unread": "secret"}],
    ids=str,
)
async def test_what_does_not_fit_is_refused(alice: Person, params: dict[str, Any]) -> None:
    answer = await alice.call("GET", PATH, params=params)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] in params
    assert "secret" not in answer.text


async def test_reading_one(alice: Person) -> None:
    made = (await alice.call("POST", f"{PATH}/test")).json()
    answer = await alice.call("GET", f"{PATH}/{made['id']}")
    assert (answer.status_code, answer.json()) == (200, made)


async def test_somebody_elses_reads_as_none(alice: Person, bob: Person) -> None:
    made = (await alice.call("POST", f"{PATH}/test")).json()
    foreign = await bob.call("GET", f"{PATH}/{made['id']}")
    missing = await bob.call("GET", f"{PATH}/{uuid4()}")
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert foreign.headers == missing.headers


@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        ("preferences", "DELETE", "GET, HEAD"),
        ("unread-count", "DELETE", "GET, HEAD"),
        ("stream", "DELETE", "GET, HEAD"),
        ("read-all", "GET", "POST"),
        ("test", "GET", "POST"),
    ],
)
async def test_no_other_path_is_taken_for_an_id(alice: Person, path: str, method: str, allowed: str) -> None:
    answer = await alice.call(method, f"{PATH}/{path}")
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "secret"), ("DELETE", "1"), ("PUT", "%00/read"), ("GET", f"{UUID(int=0)}x")]
)
async def test_what_is_no_id_reads_as_none(alice: Person, method: str, path: str) -> None:
    answer = await alice.call(method, f"{PATH}/{path}")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize(("unread", "of_kind", "further"), list(itertools.product([False, True], repeat=3)))
async def test_every_combination_walks_an_index(
    superuser: Superuser, mode: str, *, unread: bool, of_kind: bool, further: bool
) -> None:
    """As the runtime role, row security included, with and without the values known to the planner."""
    owner = await plenty(superuser)
    statement = _page(unread=unread, of_kind=of_kind, further=further)
    # Amid what there is: of a place before everything the planner expects no row, and then any index will do.
    place = datetime.now(UTC) - timedelta(hours=6)
    values = {"kind": "account", "created_at": place, "id": owner, "limit": 21}
    plan = await explain(superuser, mode, owner, statement.sql, statement.arguments(Principal(owner), values))
    columns = "owner_id_kind_created_at_id" if of_kind else "owner_id_created_at_id"
    index = f"notifications_{columns}_idx{1 if unread else ''}"
    assert f"Index Scan using {index} " in plan, plan
    assert "Sort" not in plan, plan
