"""T-113: people of other issuers have accounts here, each their own."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.main import create_app
from specward.database.provision import Urls
from specward.database.server import Server
from tests.app.accounts.conftest import Run
from tests.app.accounts.issuers import PATHS, Issuer, issuing, new_key
from tests.app.accounts.test_deletion_and_export import DELETION, EXPORT, rows_of
from tests.app.conftest import PASSWORD, Person, join, mails_to, running, settings_for
from tests.app.isolation.forgeries import BODIES, everything_of, forgeries, operations

pytestmark = pytest.mark.anyio

Issuers = dict[str, Issuer]
LONG_AGO = int(time.time()) - 3600


@pytest.fixture
def issuers() -> Iterator[Issuers]:
    """One issuer of each kind."""
    with ExitStack() as stack:
        yield {kind: stack.enter_context(issuing(kind)) for kind in PATHS}


@pytest.fixture
def app(database: Urls, issuers: Issuers) -> FastAPI:
    """The application, with all the issuers side by side."""
    profiles = tuple(issuer.profile for issuer in issuers.values())
    return create_app(settings_for(database.app).model_copy(update={"external_issuers": profiles}))


async def id_of(person: Person) -> str:
    answer = await person.call("GET", "/v1/account")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


@pytest.mark.parametrize("kind", PATHS)
async def test_a_first_token_makes_the_account_and_a_later_one_finds_it(
    kind: str, issuers: Issuers, client: AsyncClient
) -> None:
    person = issuers[kind].person(client, "somebody")
    account = (await person.call("GET", "/v1/account")).json()
    assert (account["email"], account["email_verified"]) == (None, False)
    assert await id_of(person) == account["id"]
    assert await id_of(issuers[kind].person(client, "somebody")) == account["id"]
    assert await id_of(issuers[kind].person(client, "somebody else")) != account["id"]


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_each_algorithm_of_the_profile_works(
    algorithm: str, issuers: Issuers, client: AsyncClient
) -> None:
    key = new_key(algorithm)
    issuers["oidc"].keys.append(key)
    await id_of(issuers["oidc"].person(client, key=key))


async def test_the_same_subject_at_another_issuer_is_somebody_else(
    issuers: Issuers, client: AsyncClient
) -> None:
    assert len({await id_of(issuer.person(client, "same")) for issuer in issuers.values()}) == len(issuers)


async def test_a_local_account_is_not_joined_by_its_address(issuers: Issuers, client: AsyncClient) -> None:
    """Nor by its id, whatever the issuer says."""
    local = await join(client)
    local_id = await id_of(local)
    says = {"email": local.email, "email_verified": True, "emailVerified": True, "sid": local_id}
    for issuer in issuers.values():
        stranger = issuer.person(client, local_id, **says)
        assert await id_of(stranger) != local_id
        assert (await stranger.call("GET", "/v1/account")).json()["email"] is None
    assert (await local.call("GET", "/v1/account")).json()["email"] == local.email
    answer = await client.post("/v1/auth/login", json={"email": local.email, "password": PASSWORD})
    assert await id_of(Person(local.email, client, answer.json())) == local_id


async def test_first_requests_at_once_make_one_account(
    app: FastAPI, issuers: Issuers, client: AsyncClient, superuser: Run
) -> None:
    """Through two instances, which know nothing of each other; the ones who lose leave nothing behind."""
    before = superuser("select count(*) from accounts")[0][0]
    other = create_app(app.state.runtime.settings)
    async with running(other) as second:
        for kind, issuer in issuers.items():
            people = [issuer.person(each, f"new {kind}", n=n) for each in (client, second) for n in range(8)]
            assert len(set(await asyncio.gather(*map(id_of, people)))) == 1
    assert superuser("select count(*) from accounts")[0][0] == before + len(issuers)


@pytest.mark.parametrize("external_attacks", [True, False])
async def test_nothing_of_another_moves_or_shows(  # noqa: PLR0913, PLR0917 -- fixtures
    external_attacks: bool,  # noqa: FBT001 -- a parameter of the test
    issuers: Issuers,
    alice: Person,
    client: AsyncClient,
    database: Urls,
    server: Server,
) -> None:
    """Not to somebody of an issuer, nor from them. The attacker's log-in is old: none deletes themselves."""
    stranger = issuers["neon-auth"].person(client, auth_time=LONG_AGO)
    attacker, victim = (stranger, alice) if external_attacks else (alice, stranger)
    await victim.call("PATCH", "/v1/profile", json={"about": "the victim's"}, headers={"If-Match": "*"})
    made = await victim.call("POST", "/v1/notifications/test")
    target, alices = await id_of(victim), (await alice.call("GET", "/v1/auth/sessions")).json()["items"]
    ids = {"notification_id": made.json()["id"], "session_id": alices[0]["id"]}
    before = everything_of(server, database, target)
    assert "the victim's" in before
    for operation, method, template in await operations(client):
        path = template.format(**ids, kind="product", channel="live")
        for forged in forgeries(BODIES.get(operation), target):
            answer = await attacker.call(method, path, **forged)
            assert answer.status_code != 500, (operation, forged)
            for secret in (target, "the victim's"):
                assert secret not in answer.text, (operation, forged)
            assert everything_of(server, database, target) == before, (operation, forged)
    assert target != await id_of(attacker)


async def test_what_needs_a_password_or_an_address_does_nothing(
    app: FastAPI, issuers: Issuers, client: AsyncClient
) -> None:
    person = issuers["better-auth"].person(client)
    change = {"current_password": PASSWORD, "new_password": PASSWORD}
    answer = await person.call("POST", "/v1/auth/change-password", json=change)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/wrong-password")
    assert (await person.call("POST", "/v1/auth/verify-email/resend")).status_code == 202
    assert await mails_to(app, person.email) == []
    assert (await person.call("GET", "/v1/auth/sessions")).json() == {"items": []}
    assert (await person.call("POST", "/v1/auth/logout-everywhere")).status_code == 204


async def test_an_export_tells_who_one_is_elsewhere(
    issuers: Issuers, client: AsyncClient, alice: Person
) -> None:
    person = issuers["oidc"].person(client, "auth0|1")
    (identity,) = (await person.call("GET", EXPORT)).json()["identities"]
    assert (identity["issuer"], identity["subject"]) == (issuers["oidc"].origin, "auth0|1")
    assert (await alice.call("GET", EXPORT)).json()["identities"] == []


@pytest.mark.parametrize("body", [{}, {"password": PASSWORD}])
async def test_a_recent_log_in_confirms_a_deletion(
    body: dict[str, str], issuers: Issuers, client: AsyncClient, superuser: Run
) -> None:
    person = issuers["neon-auth"].person(client, "leaving")
    await person.call("POST", "/v1/notifications/test")
    owner = await id_of(person)
    assert rows_of(superuser, owner)["identities"] == 1
    assert (await person.call("POST", DELETION, json=body)).status_code == 204
    assert set(rows_of(superuser, owner).values()) == {0}
    assert (await person.call("GET", "/v1/account")).status_code == 401
    assert (await person.call("POST", DELETION, json=body)).status_code == 401
    returned = issuers["neon-auth"].person(client, "leaving", n=1)
    assert await id_of(returned) != owner
    assert (await returned.call("GET", "/v1/notifications")).json()["items"] == []


@pytest.mark.parametrize("says", [{"auth_time": LONG_AGO}, {"iat": LONG_AGO}, {"auth_time": 0}])
async def test_an_old_log_in_deletes_nothing(
    says: dict[str, Any], issuers: Issuers, client: AsyncClient, superuser: Run
) -> None:
    """RFC 9470: the client learns that it must have its user log in anew."""
    person = issuers["oidc"].person(client, **says)
    owner = await id_of(person)
    answer = await person.call("POST", DELETION, json={"password": PASSWORD})
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthenticated")
    challenge = 'Bearer error="insufficient_user_authentication", max_age="300"'
    assert answer.headers["www-authenticate"] == challenge
    assert rows_of(superuser, owner)["accounts"] == 1


async def test_a_local_account_needs_its_password_all_the_same(alice: Person) -> None:
    answer = await alice.call("POST", DELETION, json={})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/wrong-password")
    assert (await alice.call("GET", "/v1/account")).status_code == 200
