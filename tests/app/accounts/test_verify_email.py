"""T-106: a mailed token verifies the address, once."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from pydantic import SecretStr

from app.core.mail import Mail
from app.core.opaque import digest_of
from app.main import create_app
from specward.database.provision import Urls
from tests.app.accounts.conftest import Run
from tests.app.conftest import (
    PASSWORD,
    Person,
    join,
    mails_to,
    running,
    send_account_mails,
    settings_for,
    token_in,
)
from tests.app.core.smtp import smtp_server
from tests.app.notifications.workers import Sorting

pytestmark = pytest.mark.anyio

JOB_OF = """
select args::text from queue.procrastinate_jobs join accounts on accounts.id::text = args->>'account_id'
where email = %(email)s
"""
AGAIN = """
with path as materialized (select set_config('search_path', 'queue', true))
insert into queue.procrastinate_jobs (queue_name, task_name, args)
select 'default', 'send_account_mail', %(job)s::jsonb from path
"""
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
    subjects = {mail.subject for mail in await mails_to(app, alice.email)}
    assert subjects == {"Verify your e-mail address", "You already have an account"}
    assert not await is_verified(alice)


async def test_a_mail_that_cannot_be_sent_changes_no_answer(
    app: FastAPI, client: AsyncClient, superuser: Run
) -> None:
    class Broken:
        async def send(self, mail: Mail) -> None:
            raise ConnectionError(mail.to)

    app.state.runtime = app.state.runtime._replace(mailer=Broken())
    credentials = {"email": "unreachable@example.org", "password": PASSWORD}
    assert (await client.post("/v1/auth/register", json=credentials)).status_code == 202
    await send_account_mails(app)
    assert superuser("select attempts, status::text from queue.procrastinate_jobs where attempts > 0") == [
        (1, "todo")
    ]


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


async def test_a_mail_that_is_sent_again_is_the_same(app: FastAPI, alice: Person, superuser: Run) -> None:
    """As after a worker that ended before it could say so. Used meanwhile, it is not sent any more."""
    ((job,),) = superuser(JOB_OF, email=alice.email)
    first, *_ = await mails_to(app, alice.email)
    superuser(AGAIN, job=job)
    again, *_ = (await mails_to(app, alice.email))[1:]
    assert again == first
    assert first.id is not None
    assert first.id.startswith("verify.")
    await alice.client.post(VERIFY, json={"token": token_in(first)})
    superuser(AGAIN, job=job)
    assert len(await mails_to(app, alice.email)) == 2


async def test_a_token_that_was_made_void_is_not_sent_again(
    app: FastAPI, alice: Person, superuser: Run
) -> None:
    ((job,),) = superuser(JOB_OF, email=alice.email)
    await mails_to(app, alice.email)
    await alice.call("POST", RESEND)
    later = (await mails_to(app, alice.email))[-1]
    superuser(AGAIN, job=job)
    assert len(await mails_to(app, alice.email)) == 2
    assert (await alice.client.post(VERIFY, json={"token": token_in(later)})).status_code == 204


async def test_what_waits_to_be_sent_holds_no_token_and_no_address(
    app: FastAPI, alice: Person, superuser: Run
) -> None:
    waiting = str(superuser("select jobs::text from queue.procrastinate_jobs jobs"))
    assert "send_account_mail" in waiting
    assert await mailed_token(app, alice) not in waiting
    assert alice.email not in waiting


async def test_the_api_itself_sends_them_where_it_is_told_to(database: Urls) -> None:
    post = Sorting()
    async with smtp_server(post) as port:
        of_its_own = {"run_worker": True, "smtp_url": SecretStr(f"smtp://127.0.0.1:{port}")}
        app = create_app(settings_for(database.app).model_copy(update=of_its_own))
        async with running(app) as client:
            person = await join(client)
            while not any(person.email in envelope.rcpt_tos for envelope in post.envelopes):
                await post.begun.wait()
                post.begun.clear()


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
