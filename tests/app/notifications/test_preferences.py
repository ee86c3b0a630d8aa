"""T-083: delivery is switched on and off, by kind and channel, and security mail stays on."""

from typing import Any

import pytest

from tests.app.conftest import Person
from tests.app.notifications.conftest import Superuser, id_of

pytestmark = pytest.mark.anyio

PATH = "/v1/notifications/preferences"
DEFAULTS = {
    ("security", "live"): True,
    ("security", "email"): True,
    ("account", "live"): True,
    ("account", "email"): True,
    ("product", "live"): True,
    ("product", "email"): False,
}


async def listed(person: Person) -> dict[tuple[str, str], bool]:
    items = (await person.call("GET", PATH)).json()["items"]
    assert len(items) == 6
    return {(item["kind"], item["channel"]): item["enabled"] for item in items}


async def kept(superuser: Superuser, person: Person) -> int:
    rows = await superuser.execute(
        "select count(*) from notification_preferences where owner_id = %s", [id_of(person)]
    )
    ((count,),) = await rows.fetchall()
    return int(count)


async def test_defaults(alice: Person) -> None:
    assert await listed(alice) == DEFAULTS


@pytest.mark.parametrize("place", sorted(DEFAULTS.keys() - {("security", "email")}), ids="/".join)
async def test_there_and_back(
    alice: Person, bob: Person, superuser: Superuser, place: tuple[str, str]
) -> None:
    """Only what differs from the default is kept; and twice is as good as once."""
    for enabled in (not DEFAULTS[place], not DEFAULTS[place], DEFAULTS[place], DEFAULTS[place]):
        answer = await alice.call("PUT", f"{PATH}/{place[0]}/{place[1]}", json={"enabled": enabled})
        assert answer.status_code == 200
        assert answer.json() == {"kind": place[0], "channel": place[1], "enabled": enabled}
        assert await listed(alice) == {**DEFAULTS, place: enabled}
        assert await kept(superuser, alice) == (enabled != DEFAULTS[place])
    assert await listed(bob) == DEFAULTS


async def test_security_mail_cannot_be_switched_off(alice: Person) -> None:
    answer = await alice.call("PUT", f"{PATH}/security/email", json={"enabled": False})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/enabled"
    for lax in (0, "off"):
        answer = await alice.call("PUT", f"{PATH}/product/live", json={"enabled": lax})
        assert answer.status_code == 422, lax
    assert (await alice.call("PUT", f"{PATH}/security/email", json={"enabled": True})).status_code == 200
    assert await listed(alice) == DEFAULTS


@pytest.mark.parametrize(
    ("place", "body"),
    [
        ("gossip/live", {"enabled": True}),
        ("product/pigeon", {"enabled": True}),
        ("product/live", {}),
        ("product/live", {"enabled": None}),
        ("product/live", {"enabled": True, "owner_id": "x"}),
    ],
    ids=str,
)
async def test_what_does_not_fit_is_refused(alice: Person, place: str, body: Any) -> None:
    assert (await alice.call("PUT", f"{PATH}/{place}", json=body)).status_code == 422


async def test_what_is_not_delivered_is_in_the_list_all_the_same(alice: Person) -> None:
    await alice.call("PUT", f"{PATH}/product/live", json={"enabled": False})
    made = (await alice.call("POST", "/v1/notifications/test")).json()
    assert [item["id"] for item in (await alice.call("GET", "/v1/notifications")).json()["items"]] == [
        made["id"]
    ]
