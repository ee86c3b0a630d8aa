"""T-114: limits that all instances share, and that tell nothing about an address."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from app.core.rate_limits import network_of
from app.main import create_app
from specward.database.provision import Urls
from tests.app.accounts.conftest import Run
from tests.app.conftest import PASSWORD, Person, join, mails_to, running, settings_for

pytestmark = pytest.mark.anyio

LOGIN, REGISTER, REFRESH = "/v1/auth/login", "/v1/auth/register", "/v1/auth/refresh"
LOGOUT, FORGOT, RESEND = "/v1/auth/logout", "/v1/auth/forgot-password", "/v1/auth/verify-email/resend"
RESET, SESSIONS = "/v1/auth/reset-password", "/v1/auth/sessions"


@pytest.fixture
async def instances(database: Urls) -> AsyncIterator[tuple[AsyncClient, AsyncClient]]:
    """Two instances on one database."""
    apps = [create_app(settings_for(database.app)) for _ in range(2)]
    async with running(apps[0]) as one, running(apps[1]) as other:
        yield one, other


@pytest.fixture
def network() -> str:
    """A network address that nobody else has."""
    return f"203.0.113.{secrets.randbelow(256)}-{secrets.token_hex(4)}"


async def log_in(
    client: AsyncClient, email: str, password: str, network: str | None = None
) -> httpx2.Response:
    extensions = {"from": network} if network else {}
    return await client.post(LOGIN, json={"email": email, "password": password}, extensions=extensions)


async def test_ten_failures_for_one_address_over_two_instances(
    instances: tuple[AsyncClient, AsyncClient], network: str
) -> None:
    """From one network; whoever comes from another is not kept out by them."""
    person = await join(instances[0])
    for number in range(10):
        assert (await log_in(instances[number % 2], person.email, "wrong", network)).status_code == 401
    for client in instances:
        refused = await log_in(client, person.email, PASSWORD, network)
        assert refused.status_code == 429
        assert refused.json()["type"] == "/problems/too-many-requests"
        assert 0 < int(refused.headers["retry-after"]) <= 900
        assert (await log_in(client, person.email, PASSWORD)).status_code == 200


async def test_a_hundred_failures_for_one_address(client: AsyncClient, alice: Person) -> None:
    """Each from another network."""
    for _ in range(100):
        assert (await log_in(client, alice.email, "wrong")).status_code == 401
    assert (await log_in(client, alice.email, PASSWORD)).status_code == 429


async def test_attempts_at_once_cannot_slip_through(
    instances: tuple[AsyncClient, AsyncClient], network: str
) -> None:
    person = await join(instances[0])
    tries = [log_in(client, person.email, "wrong", network) for client in instances * 15]
    answers = await asyncio.gather(*tries)
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(401), statuses.count(429)) == (10, 20)


async def test_an_unknown_address_is_limited_alike(client: AsyncClient, alice: Person, network: str) -> None:
    def seen(answer: httpx2.Response) -> tuple[int, bytes, list[str]]:
        return answer.status_code, answer.content, sorted(answer.headers)

    for _ in range(12):
        known = await log_in(client, alice.email, "wrong", network)
        unknown = await log_in(client, f"un{alice.email}", "wrong", network)
        assert seen(known) == seen(unknown)
    assert known.status_code == 429


async def test_a_success_clears_the_counts_of_the_address(
    client: AsyncClient, alice: Person, network: str
) -> None:
    """That from one network, twice in each; and that from all."""
    for number in range(12):
        here = f"{network}-{number // 2}"
        for _ in range(9):
            assert (await log_in(client, alice.email, "wrong", here)).status_code == 401
        assert (await log_in(client, alice.email, PASSWORD, here)).status_code == 200


async def test_a_window_ends(client: AsyncClient, alice: Person, superuser: Run, network: str) -> None:
    for _ in range(11):
        answer = await log_in(client, alice.email, "wrong", network)
    assert answer.status_code == 429
    superuser("update rate_limits set window_start = window_start - interval '15 minutes'")
    for _ in range(10):
        assert (await log_in(client, alice.email, "wrong", network)).status_code == 401
    assert (await log_in(client, alice.email, "wrong", network)).status_code == 429


async def test_a_hundred_failures_from_one_network(client: AsyncClient, alice: Person, network: str) -> None:
    """Successes in between do not count."""
    for number in range(100):
        answer = await log_in(client, f"{number}-{network}@example.org", "wrong", network)
        assert answer.status_code == 401
        if number in {30, 60}:
            assert (await log_in(client, alice.email, PASSWORD, network)).status_code == 200
    assert (await log_in(client, alice.email, PASSWORD, network)).status_code == 429
    assert (await log_in(client, alice.email, PASSWORD)).status_code == 200


async def test_a_limit_is_reached_before_any_work_is_done(
    client: AsyncClient, alice: Person, network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        await log_in(client, alice.email, "wrong", network)
    monkeypatch.setattr("app.core.passwords.Passwords.verify", None)
    assert (await log_in(client, alice.email, PASSWORD, network)).status_code == 429


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (REGISTER, {"email": "{}@example.org", "password": PASSWORD}, 202),
        (FORGOT, {"email": "{}@example.org"}, 202),
        (RESET, {"token": "x", "new_password": PASSWORD}, 400),
        (REFRESH, {"refresh_token": "x"}, 401),
        (LOGOUT, {"refresh_token": "x"}, 204),
    ],
)
async def test_twenty_requests_of_a_kind_from_one_network(
    instances: tuple[AsyncClient, AsyncClient], network: str, path: str, body: dict[str, str], status: int
) -> None:
    async def ask(number: int, **extensions: str) -> httpx2.Response:
        words = {name: text.format(f"{network}-{number}") for name, text in body.items()}
        return await instances[number % 2].post(path, json=words, extensions=extensions)

    for number in range(20):
        assert (await ask(number, **{"from": network})).status_code == status
    refused = await ask(20, **{"from": network})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 900
    assert (await ask(21)).status_code == status


async def test_many_people_of_one_network_refresh_and_log_out(client: AsyncClient, network: str) -> None:
    people = [await join(client) for _ in range(21)]
    for path, status in ((REFRESH, 200), (LOGOUT, 204)):
        for person in people:
            body = {"refresh_token": person.tokens["refresh_token"]}
            answer = await client.post(path, json=body, extensions={"from": network})
            assert answer.status_code == status


async def test_sixty_refreshes_of_one_session(
    client: AsyncClient, alice: Person, pass_for: Callable[[str, str], None]
) -> None:
    """Then a token that comes twice ends the session all the same."""
    token = spent = alice.tokens["refresh_token"]
    for _ in range(60):
        answer = await client.post(REFRESH, json={"refresh_token": token})
        assert answer.status_code == 200
        token = answer.json()["refresh_token"]
    assert (await client.post(REFRESH, json={"refresh_token": token})).status_code == 429
    pass_for(spent, "11 seconds")
    assert (await alice.call("GET", SESSIONS)).json()["items"] != []
    assert (await client.post(REFRESH, json={"refresh_token": spent})).status_code == 429
    assert (await alice.call("GET", SESSIONS)).json()["items"] == []


@pytest.mark.parametrize("path", [REGISTER, FORGOT])
@pytest.mark.parametrize("known", [True, False])
async def test_five_mails_for_one_address(
    app: FastAPI, client: AsyncClient, alice: Person, path: str, *, known: bool
) -> None:
    """Also for an address that nobody has, from wherever; the last token that was mailed is good."""
    email = alice.email if known else f"un{alice.email}"
    body = {"email": email} if path == FORGOT else {"email": email, "password": PASSWORD}
    asked = 4 if known else 5  # the registration was the first
    assert [(await client.post(path, json=body)).status_code for _ in range(asked)] == [202] * asked
    refused = await client.post(path, json={**body, "email": f" {email.upper()}"})
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-requests")
    assert len(await mails_to(app, email)) == (0 if path == FORGOT and not known else 5)


async def test_five_mails_for_one_caller(app: FastAPI, client: AsyncClient, alice: Person) -> None:
    statuses = [(await alice.call("POST", RESEND)).status_code for _ in range(6)]
    assert statuses == [202] * 5 + [429]
    assert len(await mails_to(app, alice.email)) == 6
    assert (await (await join(client)).call("POST", RESEND)).status_code == 202


async def test_nothing_readable_is_kept(
    client: AsyncClient, alice: Person, network: str, superuser: Run
) -> None:
    await log_in(client, alice.email, "wrong", network)
    for (kept,) in superuser("select rate_limits::text from rate_limits"):
        assert alice.email not in kept
        assert network not in kept


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_what_counts_as_one_network(host: str, network: str) -> None:
    assert network_of(host) == network


@given(st.ip_addresses().map(str) | st.text())
def test_any_host_has_a_network(host: str) -> None:
    assert network_of(network_of(host)) == network_of(host)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/auth/change-password", {"current_password": "wrong", "new_password": f"{PASSWORD}!"}),
        ("/v1/account/deletion", {"password": "wrong"}),
    ],
)
async def test_a_stolen_token_does_not_help_to_find_the_password(
    instances: tuple[AsyncClient, AsyncClient], path: str, body: dict[str, str]
) -> None:
    person, somebody = [await join(instances[0]) for _ in range(2)]
    tries = [
        person._replace(client=instances[number % 2]).call("POST", path, json=body) for number in range(11)
    ]
    statuses = [answer.status_code for answer in await asyncio.gather(*tries)]
    assert sorted(statuses) == [403] * 10 + [429]
    assert (await somebody.call("POST", path, json=body)).status_code == 403
