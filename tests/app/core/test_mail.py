"""T-106: mails arrive at a real SMTP server, in the form that was meant."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from functools import partial

import aiosmtplib
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from app.core.background import Background
from app.core.mail import LogMailer, Mail, SmtpMailer
from app.main import create_app
from specward.database.provision import Urls
from tests.app.conftest import PASSWORD, settings_for
from tests.app.conftest import running as running_app

pytestmark = pytest.mark.anyio

MAIL = Mail("somebody@example.org", "Grüße", "Ein Brief — mit Umlauten: äöü.\n")


class Postman:
    """What an SMTP server has received."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 -- its name
        self.envelopes.append(envelope)
        return "250 OK"

    def message(self) -> EmailMessage:
        (envelope,) = self.envelopes
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message


@asynccontextmanager
async def smtp_server(postman: Postman, **options: object) -> AsyncIterator[int]:
    """Run an SMTP server on a free port of the loopback."""
    make = partial(SMTP, postman, **options)  # type: ignore[arg-type]  # the server's own options
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_mail_arrives_as_it_was_meant() -> None:
    postman = Postman()
    async with smtp_server(postman) as port:
        await SmtpMailer(f"smtp://127.0.0.1:{port}", "service@example.org").send(MAIL)
    (envelope,) = postman.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("service@example.org", ["somebody@example.org"])
    message = postman.message()
    assert (message["From"], message["To"]) == ("service@example.org", "somebody@example.org")
    assert message["Subject"] == "Grüße"
    assert message.get_content().splitlines() == MAIL.text.splitlines()
    assert message["Auto-Submitted"] == "auto-generated"


async def test_registering_reaches_a_real_server(database: Urls) -> None:
    postman = Postman()
    async with smtp_server(postman) as port:
        settings = settings_for(database.app)
        mailer = SmtpMailer(f"smtp://127.0.0.1:{port}", settings.mail_from)
        app = create_app(settings)
        async with running_app(app) as client:
            app.state.runtime = app.state.runtime._replace(mailer=mailer)
            credentials = {"email": "real@example.org", "password": PASSWORD}
            await client.post("/v1/auth/register", json=credentials)
            await app.state.runtime.background.finish()
            token = max(postman.message().get_content().split(), key=len)
            answer = await client.post("/v1/auth/verify-email", json={"token": token})
    assert answer.status_code == 204


async def test_a_password_is_never_sent_in_the_clear() -> None:
    """The server offers to take it without TLS; the client will not."""
    heard: list[object] = []

    def authenticate(*_: object) -> AuthResult:
        heard.append(_)
        return AuthResult(success=True)

    options = {"authenticator": authenticate, "auth_require_tls": False}
    async with smtp_server(Postman(), **options) as port:
        mailer = SmtpMailer(f"smtp://user:p%40ss@127.0.0.1:{port}", "service@example.org")
        with pytest.raises(aiosmtplib.SMTPException, match="STARTTLS"):
            await mailer.send(MAIL)
    assert heard == []


async def test_a_server_that_is_not_there_is_an_error() -> None:
    async with smtp_server(Postman()) as port:
        pass
    with pytest.raises((aiosmtplib.SMTPException, ssl.SSLError)):
        await SmtpMailer(f"smtps://127.0.0.1:{port}", "service@example.org").send(MAIL)


@pytest.mark.parametrize("address", ["a@b\r\nBcc: c@d", "a,b@example.org", "<a@example.org>", "a@b, c@d"])
async def test_an_address_brings_no_header_and_no_second_recipient(address: str) -> None:
    postman = Postman()
    async with smtp_server(postman) as port:
        with pytest.raises((ValueError, MessageError)):
            await SmtpMailer(f"smtp://127.0.0.1:{port}", "service@example.org").send(
                MAIL._replace(to=address)
            )
    assert postman.envelopes == []


async def test_the_log_shows_the_mail(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        await LogMailer().send(MAIL)
    assert MAIL.to in caplog.text
    assert "Umlauten" in caplog.text


async def test_background_work_that_is_too_much_is_dropped(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("app.core.background.MOST", 2)
    background, done = Background(), []

    async def work() -> None:
        await asyncio.sleep(0)
        done.append(1)

    for _ in range(3):
        background.start(work())
    await background.finish()
    assert len(done) == 2
    assert "dropped" in caplog.text
