"""T-087: one click of whoever holds a digest ends the mails of that account, and does nothing else."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from app.core.keys import SigningKey, new_key, read_keys, write_private
from app.core.opaque import derived_token
from app.main import create_app
from app.notifications.preferences.unsubscribing import (
    LIFE,
    PATH,
    UNSUBSCRIPTIONS,
    Subscription,
    links_below,
    read_token,
    write_token,
)
from specward.database.provision import Urls
from tests.app.conftest import PASSWORD, SIGNING_KEYS, Person, running, settings_for
from tests.app.notifications.conftest import Superuser, id_of
from tests.app.notifications.test_preferences import DEFAULTS, kept, listed

pytestmark = pytest.mark.anyio

(KEY,) = read_keys(SIGNING_KEYS.get_secret_value())
OFF = {**DEFAULTS, ("account", "email"): False}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
SOMEBODY = Subscription(UUID(int=1), 1)


def today() -> date:
    return datetime.now(UTC).date()


def token_of(
    person: Person, key: SigningKey = KEY, age: timedelta = timedelta(), resubscriptions: int = 0
) -> str:
    return write_token(key, Subscription(id_of(person), resubscriptions), today() - age)


async def switch_mail(person: Person, kind: str, *, on: bool) -> None:
    path = f"/v1/notifications/preferences/{kind}/email"
    assert (await person.call("PUT", path, json={"enabled": on})).status_code == 200


async def click(client: AsyncClient, token: str, **request: Any) -> httpx2.Response:
    return await client.post(PATH, params={"token": token}, **(request or {"data": ONE_CLICK}))


def of_another_purpose(person: Person) -> str:
    name = token_of(person).rpartition(".")[0]
    return f"{name}.{derived_token(KEY.secret_for('mail tokens'), name).text}"


def with_a_later_day(person: Person) -> str:
    account, day, seal = token_of(person).split(".")
    return f"{account}.{int(day) + 1}.{seal}"


def of_somebody_else(person: Person) -> str:
    _, day, seal = write_token(KEY, Subscription(uuid4(), 0), today()).split(".")
    return f"{id_of(person).hex}.{day}.{seal}"


def of_another_count(person: Person) -> str:
    *name, _, seal = token_of(person, resubscriptions=1).split(".")
    return ".".join([*name, "2", seal])


FORGERIES: dict[str, Callable[[Person], str]] = {
    "another purpose": of_another_purpose,
    "a later day": with_a_later_day,
    "the seal of somebody else": of_somebody_else,
    "another count": of_another_count,
    "a count that is not reached": lambda person: token_of(person, resubscriptions=1),
    "another key": lambda person: token_of(person, new_key()),
    "past its time": lambda person: token_of(person, age=LIFE + timedelta(days=1)),
    "no seal": lambda person: token_of(person).rpartition(".")[0] + ".",
    "more than a seal": lambda person: token_of(person) + "=",
    "an access token's beginning": lambda person: person.tokens["access_token"][:200],
    "a refresh token": lambda person: person.tokens["refresh_token"],
    "an id": lambda person: str(id_of(person)),
    "not ASCII": lambda _: "\N{SNOWMAN}.\ud800".encode(errors="replace").decode(),
    "nothing": lambda _: "",
}


async def test_it_switches_off_what_may_be_switched_off(
    client: AsyncClient, alice: Person, bob: Person, superuser: Superuser
) -> None:
    """Also what is off by default and was switched on. Security mail stays; a second time changes nothing."""
    await alice.call("PUT", "/v1/notifications/preferences/product/email", json={"enabled": True})
    for _ in range(2):
        answer = await click(client, token_of(alice))
        assert (answer.status_code, answer.content) == (204, b"")
        assert await listed(alice) == OFF
        assert await kept(superuser, alice) == 1
    assert await listed(bob) == DEFAULTS


@pytest.mark.parametrize("kind", ["account", "product"])
async def test_once_mail_is_on_again_no_link_from_before_ends_it(
    client: AsyncClient, alice: Person, bob: Person, kind: str
) -> None:
    """Neither the one that was used nor another of that time; the links of what is mailed from now on do."""
    for round_ in range(2):
        assert (await click(client, token_of(alice, resubscriptions=round_))).status_code == 204
        await switch_mail(alice, kind, on=True)
        again = await listed(alice)
        for token in (token_of(alice, resubscriptions=round_), token_of(alice, age=timedelta(days=1))):
            answer = await click(client, token)
            assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid-token")
            assert await listed(alice) == again != OFF
    assert (await click(client, token_of(alice, resubscriptions=2))).status_code == 204
    assert await listed(alice) == OFF
    assert (await click(client, token_of(bob))).status_code == 204


@pytest.mark.parametrize(
    "place", ["account/live", "product/live", "security/email", "account/email", "product/email"]
)
async def test_what_does_not_switch_mail_on_leaves_a_used_link_as_it_is(
    client: AsyncClient, alice: Person, place: str
) -> None:
    """What is no mail, cannot be off, or is switched off once more."""
    await click(client, token_of(alice))
    for enabled in (False, True) if place.endswith("live") else (place.startswith("security"),):
        path = f"/v1/notifications/preferences/{place}"
        assert (await alice.call("PUT", path, json={"enabled": enabled})).status_code == 200
        assert (await click(client, token_of(alice))).status_code == 204


async def test_who_merely_changes_preferences_makes_no_link_void(client: AsyncClient, alice: Person) -> None:
    """A link in a mail that they have does what it says, for the first time."""
    for kind, on in (("account", False), ("account", True), ("product", True)):
        await switch_mail(alice, kind, on=on)
    assert (await click(client, token_of(alice))).status_code == 204
    assert await listed(alice) == OFF


@pytest.mark.parametrize(
    "body",
    [
        {"data": ONE_CLICK},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {"content": b""},
        {"content": b"{", "headers": {"Content-Type": "application/json"}},
        {"content": b"\xff", "headers": {"Content-Type": "text/plain"}},
        {"data": ONE_CLICK, "headers": {"Idempotency-Key": "k"}},
    ],
    ids=str,
)
async def test_it_takes_whatever_body_comes_along(
    client: AsyncClient, alice: Person, body: dict[str, Any]
) -> None:
    assert (await click(client, token_of(alice), **body)).status_code == 204
    assert await listed(alice) == OFF


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_to_open_it_changes_nothing(client: AsyncClient, alice: Person, method: str) -> None:
    answer = await client.request(method, PATH, params={"token": token_of(alice)})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert await listed(alice) == DEFAULTS


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
async def test_what_is_no_token_of_now_does_nothing(
    client: AsyncClient, alice: Person, forge: Callable[[Person], str]
) -> None:
    answer = await click(client, forge(alice))
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid-token")
    assert await listed(alice) == DEFAULTS


async def test_an_account_that_is_gone_answers_as_a_forged_token(client: AsyncClient, alice: Person) -> None:
    token = token_of(alice)
    gone = await alice.call("POST", "/v1/account/deletion", json={"password": PASSWORD})
    assert gone.is_success
    answers = [await click(client, token), await click(client, of_another_purpose(alice))]
    assert {(answer.status_code, answer.content) for answer in answers} == {(400, answers[0].content)}


async def test_a_token_opens_nothing_else(client: AsyncClient, alice: Person) -> None:
    token = token_of(alice)
    headers = {"Authorization": f"Bearer {token}"}
    assert (await client.get("/v1/notifications", headers=headers)).status_code == 401
    assert (await client.post("/v1/auth/verify-email", json={"token": token})).status_code == 400
    reset = {"token": token, "new_password": PASSWORD}
    assert (await client.post("/v1/auth/reset-password", json=reset)).status_code == 400


async def test_it_outlives_a_rotation_while_the_old_key_is_kept(database: Urls, alice: Person) -> None:
    old = SIGNING_KEYS.get_secret_value()
    both = f'{{"keys": [{write_private(new_key())[10:-2]}, {old[10:-2]}]}}'
    settings = settings_for(database.app).model_copy(update={"signing_keys": SecretStr(both)})
    async with running(create_app(settings)) as rotated:
        assert (await click(rotated, token_of(alice))).status_code == 204
    assert await listed(alice) == OFF


async def test_one_account_is_limited_and_no_network(client: AsyncClient, alice: Person, bob: Person) -> None:
    provider = {"extensions": {"from": "192.0.2.1"}}
    for _ in range(UNSUBSCRIPTIONS.most):
        assert (await click(client, token_of(alice), **provider)).status_code == 204
    refused = await click(client, token_of(alice), **provider)
    assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)
    assert (await click(client, token_of(bob), **provider)).status_code == 204


async def test_a_forged_token_costs_no_round_trip(
    app: FastAPI, client: AsyncClient, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.state.runtime.database, "_pool", None)
    assert (await click(client, of_another_purpose(alice))).status_code == 400


@given(st.builds(Subscription, st.uuids(), st.integers(0, 2**31 - 1)), st.dates(max_value=date.max - LIFE))
def test_a_token_lives_sixty_days(subscription: Subscription, issued: date) -> None:
    token = write_token(KEY, subscription, issued)
    assert len(token) <= 200
    assert read_token([new_key(), KEY], token, issued) == subscription
    assert read_token([KEY], token, issued + LIFE) == subscription
    if issued + LIFE < date.max:
        assert read_token([KEY], token, issued + LIFE + timedelta(days=1)) is None
    assert read_token([new_key()], token, issued) is None


@given(st.text())
def test_no_text_is_a_token_by_chance(text: str) -> None:
    assert read_token([KEY], text, today()) is None


def test_a_link_leads_to_the_service_over_https_or_nowhere() -> None:
    link = links_below("https://example.org/api/", KEY)(SOMEBODY)
    assert link is not None
    address, _, token = link.partition("?token=")
    assert address == f"https://example.org/api{PATH}"
    assert read_token([KEY], token, today()) == SOMEBODY
    assert links_below("http://localhost:8000", KEY)(SOMEBODY) is None
