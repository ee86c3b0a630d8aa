"""T-042: the caller reads and changes their own profile, and two tabs do not overwrite each other."""

import asyncio
from typing import Any

import httpx2
import pytest

from tests.app.conftest import Person

pytestmark = pytest.mark.anyio

PATH = "/v1/profile"
DEFAULT = {
    "display_name": None,
    "about": None,
    "avatar_url": None,
    "locale": "en",
    "time_zone": "UTC",
    "updated_at": None,
}


async def patch(person: Person, body: object, if_match: str | None = "*") -> httpx2.Response:
    headers = {"Content-Type": "application/merge-patch+json"}
    if if_match is not None:
        headers["If-Match"] = if_match
    return await person.call("PATCH", PATH, json=body, headers=headers)


def values(answer: httpx2.Response) -> dict[str, Any]:
    profile: dict[str, Any] = answer.json()
    return {name: profile[name] for name in DEFAULT}


async def test_a_profile_that_was_never_changed(alice: Person) -> None:
    answer = await alice.call("GET", PATH)
    account = (await alice.call("GET", "/v1/account")).json()
    assert answer.status_code == 200
    assert answer.json() == {"account_id": account["id"], **DEFAULT}
    assert answer.headers["etag"] == '"0"'


async def test_both_names_of_a_merge_patch_mean_the_same(alice: Person) -> None:
    await patch(alice, {"display_name": "Alice", "about": "Myself"})
    for media_type in ("application/json", "application/merge-patch+json"):
        headers = {"Content-Type": media_type, "If-Match": "*"}
        answer = await alice.call("PATCH", PATH, json={"about": None}, headers=headers)
        assert (answer.json()["display_name"], answer.json()["about"]) == ("Alice", None)


async def test_a_change_is_a_new_version(alice: Person) -> None:
    change = {
        "display_name": "Alice",
        "about": "Two\nlines",
        "avatar_url": "https://example.org/a.png",
        "locale": "pt-BR",
        "time_zone": "Europe/Vienna",
    }
    changed = await patch(alice, change, '"0"')
    assert changed.status_code == 200
    assert changed.headers["etag"] == '"1"'
    assert {**values(changed), "updated_at": None} == {**change, "updated_at": None}
    assert changed.json()["updated_at"] is not None
    read = await alice.call("GET", PATH)
    assert read.json() == changed.json()
    assert read.headers["etag"] == '"1"'


async def test_null_puts_back_and_absent_stays(alice: Person) -> None:
    await patch(alice, {"display_name": "Alice", "locale": "de", "time_zone": "Asia/Tokyo"})
    changed = await patch(alice, {"display_name": None, "locale": None})
    assert changed.headers["etag"] == '"2"'
    expected = {**DEFAULT, "time_zone": "Asia/Tokyo", "updated_at": changed.json()["updated_at"]}
    assert values(changed) == expected


async def test_an_empty_patch_changes_nothing(alice: Person) -> None:
    await patch(alice, {"about": "x"})
    answer = await patch(alice, {}, '"1"')
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    assert (await patch(alice, {}, '"7"')).status_code == 412


@pytest.mark.parametrize(
    ("if_match", "status"),
    [
        ('"1"', 200),
        ('"7", "1"', 200),
        ("*", 200),
        ('"0"', 412),
        ('"2"', 412),
        ('W/"1"', 412),
        ('"01"', 412),
        ("1", 412),
        ("", 412),
        ('"99999999999999999999"', 412),
        ('"x"', 412),
        (None, 428),
        ('"1"' * 67, 422),
    ],
)
async def test_a_change_names_the_version_it_changes(
    alice: Person, if_match: str | None, status: int
) -> None:
    await patch(alice, {"about": "first"})
    answer = await patch(alice, {"about": "second"}, if_match)
    assert answer.status_code == status
    now = await alice.call("GET", PATH)
    assert now.json()["about"] == ("second" if status == 200 else "first")


@pytest.mark.parametrize(("if_match", "status"), [('"0"', 200), ("*", 200), ('"1"', 412), ('"1", "0"', 200)])
async def test_the_first_change_names_the_default(alice: Person, if_match: str, status: int) -> None:
    assert (await patch(alice, {"about": "first"}, if_match)).status_code == status
    assert ((await alice.call("GET", PATH)).json()["about"] == "first") == (status == 200)


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (['"7"', '"1"'], 200),
        (['"7", W/"1"', '"0", "1"'], 200),
        (['"7"', 'W/"1"'], 412),
        (['"7"', ""], 412),
        (['"7"', '"1"' * 66], 422),
    ],
)
async def test_several_lines_are_one_list(alice: Person, lines: list[str], status: int) -> None:
    await patch(alice, {"about": "first"})
    answer = await in_lines(alice, "PATCH", "If-Match", lines)
    assert answer.status_code == status
    now = await alice.call("GET", PATH)
    assert now.json()["about"] == ("second" if status == 200 else "first")


async def in_lines(person: Person, method: str, name: str, lines: list[str]) -> httpx2.Response:
    """Send a header in several lines."""
    own = ("Authorization", f"Bearer {person.tokens['access_token']}")
    headers = [own, *((name, line) for line in lines)]
    body = {"about": "second"} if method == "PATCH" else None
    return await person.client.request(method, PATH, json=body, headers=headers)


@pytest.mark.parametrize("tag", ['"0"', '"1"'])
async def test_of_two_tabs_one_wins(alice: Person, tag: str) -> None:
    if tag == '"1"':
        await patch(alice, {"about": "before"})
    answers = await asyncio.gather(*(patch(alice, {"about": str(tab)}, tag) for tab in range(4)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200, 412, 412, 412]
    (winner,) = (answer for answer in answers if answer.status_code == 200)
    assert (await alice.call("GET", PATH)).json() == winner.json()


@pytest.mark.parametrize("known", ['"1"', 'W/"1"', '"0", "1"', "*"])
async def test_a_client_that_has_it_is_told_so(alice: Person, known: str) -> None:
    await patch(alice, {"about": "x"})
    answer = await alice.call("GET", PATH, headers={"If-None-Match": known})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == '"1"'


async def test_a_client_that_has_several_is_told_so(alice: Person) -> None:
    await patch(alice, {"about": "x"})
    answer = await in_lines(alice, "GET", "If-None-Match", ['"0"', '"1"'])
    assert answer.status_code == 304


async def test_a_client_that_has_another_gets_it(alice: Person) -> None:
    await patch(alice, {"about": "x"})
    answer = await alice.call("GET", PATH, headers={"If-None-Match": '"0"'})
    assert answer.status_code == 200


async def test_people_keep_to_themselves(alice: Person, bob: Person) -> None:
    """The same versions, the same fields, and forged owners: neither sees nor changes the other."""
    await patch(alice, {"about": "alice"}, '"0"')
    assert values(await bob.call("GET", PATH)) == DEFAULT
    await patch(bob, {"about": "bob"}, '"0"')
    whose = (await alice.call("GET", "/v1/account")).json()["id"]
    for name in ("owner_id", "account_id", "version", "updated_at"):
        assert (await patch(bob, {name: whose, "about": "stolen"})).status_code == 422
    for name in ("owner_id", "account_id", "app.user_id"):
        await bob.call("PATCH", PATH, json={"about": "b"}, params={name: whose}, headers={"If-Match": "*"})
    assert (await alice.call("GET", PATH)).json()["about"] == "alice"
    assert (await bob.call("GET", PATH)).json()["about"] == "b"
