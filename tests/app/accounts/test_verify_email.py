"""T-106: a mailed token verifies the address, once."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.core.mail import Mail
from app.core.opaque import digest_of
from app.main import create_app
from specward.database.provision import Urls
from tests.app.accounts.conftest import Run
from tests.app.conftest import PASSWORD, Person, join, mails_to, running, settings_for, token_in

pytestmark = pytest.mark.anyio

VERIFY, RESEND = "/v1/auth/verify-email", "/v1/auth/verify-email/resend"


@pytest.fixture
def expire(superuser: Run) -> Callable[[str], object]:
    """Let a mailed token's time be over."""
    update = "update mail_tokens set expires_at = now() where token_hash = %(digest)s"
    return lambda token: superuser(update, digest=digest_of(token))


async def mailed_token(app: FastAPI, person: Person) -> str:
    return token_in((await mails_to(app, person.email))[-1])


async def is_verified(person: Person) -> bool:
    return bool((await person.call("GET", "/v1/account")).json()["email_verified"])


async def test_registering_sends_a_token_that_verifies(app: FastAPI, alice: Person, bob: Person) -> None:
    (mail,) = await mails_to(app, alice.email)
    assert "Verify" in mail.subject
    assert not await is_verified(alice)
    answer = await alice.client.post(VERIFY, json={"token": token_in(mail)})
    assert (answer.status_code, answer.content) == (204, b"")
    assert await is_verified(alice)
    assert not await is_verified(bob)


async def test_a_token_works_once(app: FastAPI, alice: Person) -> None:
    token = await mailed_token(app, alice)
    answers = [await alice.client.post(VERIFY, json={"token": token}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 400]
    assert answers[1].json()["type"] == "/problems/invalid-token"


async def test_a_later_token_makes_the_earlier_ones_void(app: FastAPI, alice: Person) -> None:
    earlier = await mailed_token(app, alice)
    answer = await alice.call("POST", RESEND)
    assert (answer.status_code, answer.json()) == (202, {"status": "accepted"})
    later = await mailed_token(app, alice)
    assert later != earlier
    assert (await alice.client.post(VERIFY, json={"token": earlier})).status_code == 400
    assert (await alice.client.post(VERIFY, json={"token": later})).status_code == 204


async def test_whatever_is_wrong_is_answered_alike(
    app: FastAPI, alice: Person, bob: Person, expire: Callable[[str], object]
) -> None:
    used, expired = await mailed_token(app, alice), await mailed_token(app, bob)
    await alice.client.post(VERIFY, json={"token": used})
    expire(expired)
    answers = [await alice.client.post(VERIFY, json={"token": token}) for token in (used, expired, "none")]
    assert {(answer.status_code, answer.content) for answer in answers} == {(400, answers[0].content)}
    assert not await is_verified(bob)


async def test_a_verified_address_is_sent_nothing_more(app: FastAPI, alice: Person) -> None:
    await alice.client.post(VERIFY, json={"token": await mailed_token(app, alice)})
    assert (await alice.call("POST", RESEND)).status_code == 202
    assert len(await mails_to(app, alice.email)) == 1


async def test_a_known_address_is_told_that_it_has_an_account(app: FastAPI, alice: Person) -> None:
    credentials = {"email": alice.email, "password": "another password"}
    await alice.client.post("/v1/auth/register", json=credentials)
    _, told = await mails_to(app, alice.email)
    assert told.subject == "You have an account already"
    assert not await is_verified(alice)


async def test_a_mail_that_cannot_be_sent_changes_no_answer(
    app: FastAPI, client: AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        async def send(self, mail: Mail) -> None:
            raise ConnectionError(mail.to)

    app.state.runtime = app.state.runtime._replace(mailer=Broken())
    credentials = {"email": "unreachable@example.org", "password": PASSWORD}
    assert (await client.post("/v1/auth/register", json=credentials)).status_code == 202
    await app.state.runtime.background.finish()
    assert "ConnectionError" in caplog.text
    assert "unreachable@" not in caplog.text


async def test_the_link_leads_into_the_clients_application(database: Urls) -> None:
    settings = settings_for(database.app).model_copy(update={"app_url": "https://app.example.org/"})
    app = create_app(settings)
    async with running(app) as client:
        person = await join(client)
        link = await mailed_token(app, person)
        assert link.startswith("https://app.example.org/verify-email#token=")
        token = link.partition("=")[2]
        assert (await client.post(VERIFY, json={"token": token})).status_code == 204


async def test_asking_for_another_mail_needs_a_caller(client: AsyncClient) -> None:
    assert (await client.post(RESEND)).status_code == 401


async def test_no_token_is_kept(app: FastAPI, alice: Person, superuser: Run) -> None:
    token = await mailed_token(app, alice)
    kept = superuser("select mail_tokens::text from mail_tokens")
    assert kept
    assert token not in str(kept)
    rows = superuser(
        "select purpose, expires_at - created_at > '23 hours' from mail_tokens where token_hash = %(digest)s",
        digest=digest_of(token),
    )
    assert rows == [("verify", True)]
