"""T-106: mails arrive at a real SMTP server, in the form that was meant."""

import asyncio
import logging
import ssl
from datetime import UTC, datetime, timedelta
from email.errors import MessageError

import aiosmtplib
import pytest
from aiosmtpd.smtp import AuthResult, Envelope

from app.core import mail
from app.core.mail import LogMailer, Mail, SmtpMailer
from app.main import create_app
from specward.database.provision import Urls
from tests.app.conftest import PASSWORD, send_account_mails, settings_for
from tests.app.conftest import running as running_app
from tests.app.core.smtp import Postman, smtp_server

pytestmark = pytest.mark.anyio

MAIL = Mail("somebody@example.org", "Grüße", "Ein Brief — mit Umlauten: äöü.\n")


def head_of(envelope: Envelope) -> bytes:
    assert isinstance(envelope.content, bytes)
    return envelope.content.partition(b"\r\n\r\n")[0]


async def test_a_mail_arrives_as_it_was_meant() -> None:
    postman = Postman()
    async with smtp_server(postman) as port:
        await SmtpMailer(f"smtp://127.0.0.1:{port}", "service@example.org").send(MAIL)
    (envelope,) = postman.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("service@example.org", ["somebody@example.org"])
    message = postman.message(MAIL.to)
    assert (message["From"], message["To"]) == ("service@example.org", "somebody@example.org")
    assert message["Subject"] == "Grüße"
    assert message.get_content().splitlines() == MAIL.text.splitlines()
    assert message["Auto-Submitted"] == "auto-generated"
    assert abs(message["Date"].datetime - datetime.now(UTC)) < timedelta(minutes=1)


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
            await send_account_mails(app)
            token = max(postman.message(credentials["email"]).get_content().split(), key=len)
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


@pytest.mark.parametrize("silent_after", [0, 1, 3], ids=["connecting", "EHLO", "RCPT"])
async def test_a_mail_is_given_up_in_time(silent_after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However far its server has come by then."""
    monkeypatch.setattr(mail, "SEND_SECONDS", 0.3)
    left = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(silent_after):
            writer.write(b"250 OK\r\n" if _ else b"220 Welcome\r\n")
            await reader.readline()
        while await reader.readline():
            pass
        writer.close()
        left.set()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(TimeoutError):
            await SmtpMailer(f"smtp://127.0.0.1:{port}", "service@example.org").send(MAIL)
        await left.wait()


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


async def test_a_mail_that_is_sent_again_can_be_told() -> None:
    postman = Postman()
    async with smtp_server(postman) as port:
        mailer = SmtpMailer(f"smtp://127.0.0.1:{port}", "service@example.org")
        await mailer.send(MAIL._replace(id="digest.1"))
    assert postman.message(MAIL.to)["Message-ID"] == "<digest.1@example.org>"


async def test_a_mail_may_be_unsubscribed_from_with_one_click() -> None:
    """RFC 8058; the address on one line and as it is, however long."""
    postman = Postman()
    address = f"https://api.example.org/unsubscribe?token={'x' * 200}"
    async with smtp_server(postman) as port:
        mailer = SmtpMailer(f"smtp://127.0.0.1:{port}", "service@example.org")
        await mailer.send(MAIL._replace(unsubscribe=address))
        await mailer.send(MAIL._replace(to="other@example.org"))
    heads = [head_of(envelope) for envelope in postman.envelopes]
    assert f"\r\nList-Unsubscribe: <{address}>\r\n".encode() in heads[0]
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in heads[0]
    assert postman.message(MAIL.to)["Subject"] == MAIL.subject
    assert b"Unsubscribe" not in heads[1]


async def test_no_address_of_one_brings_a_header() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        await SmtpMailer("smtp://127.0.0.1:1", "service@example.org").send(
            MAIL._replace(unsubscribe="https://x>\r\nBcc: c@d")
        )


async def test_the_log_shows_the_mail(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        await LogMailer().send(MAIL)
    assert MAIL.to in caplog.text
    assert "Umlauten" in caplog.text
