"""
[Task]: T-106, T-087
[From]: speckit.specify §2.6, §4.9, speckit.plan §5.1, §5.5
[Description]: The mail port, and its two adapters: the log for development, and SMTP.
"""

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from typing import NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.core.settings import Settings

logger = logging.getLogger(__name__)

SEND_SECONDS = 20.0
QUIT_SECONDS = 1.0
PORTS = {"smtp": 587, "smtps": 465}


class Mail(NamedTuple):
    """A mail to one person, in plain text."""

    to: str
    subject: str
    text: str
    id: str | None = None
    """The same whenever this mail is sent once more, so that a receiver can tell (RFC 5322 §3.6.4)."""
    unsubscribe: str | None = None
    """Where one click ends mails like this one (RFC 8058)."""


class _OneLine(UnstructuredHeader, BaseHeader):
    """A header that goes out as it is: where a word is longer than a line, Python would encode it."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("List-Unsubscribe", _OneLine)
POLICY = SMTP.clone(header_factory=_HEADERS)


class Mailer(Protocol):
    """Sends mail."""

    async def send(self, mail: Mail) -> None:
        """Send one mail."""


class LogMailer:
    """Writes mails to the log, tokens and all: for development, and refused in production."""

    async def send(self, mail: Mail) -> None:
        """Log one mail."""
        logger.warning("mail to %s: %s\n%s", mail.to, mail.subject, mail.text)


class SmtpMailer:
    """Hands mails to an SMTP server, a connection for each."""

    def __init__(self, url: str, sender: str) -> None:
        """Choose the server.

        Args:
            url: `smtp://` (upgraded to TLS where the server can, and always before a password is sent) or
                `smtps://` (TLS from the first byte); user and password, if any, are percent-encoded.
            sender: The address that mails come from.
        """
        parts = urlsplit(url)
        self._host = parts.hostname
        self._port = parts.port or PORTS[parts.scheme]
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._tls = parts.scheme == "smtps"
        self._upgrade = True if self._user and not self._tls else None
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """Hand over one mail.

        Raises:
            SMTPException: The server cannot be reached, or refuses it.
            TimeoutError: It has not taken it in time: aiosmtplib's own limit is one for each command.
            ValueError, MessageError: The address has no form that SMTP knows.
        """
        message = self._message(mail)
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            use_tls=self._tls,
            start_tls=self._upgrade,
        )
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await client.connect()
                await client.send_message(message, sender=self._sender, recipients=[mail.to])
            with suppress(aiosmtplib.SMTPException):  # it has taken the mail, whatever it says now
                await client.quit(timeout=QUIT_SECONDS)
        finally:
            client.close()

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage(policy=POLICY)
        message["From"] = Address(addr_spec=self._sender)
        message["To"] = Address(addr_spec=mail.to)
        message["Subject"] = mail.subject
        message["Date"] = datetime.now(UTC)  # RFC 5322 §3.6.1: no mail is without
        if mail.id:
            message["Message-ID"] = f"<{mail.id}@{self._sender.rpartition('@')[2]}>"
        if mail.unsubscribe:
            message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notes, please
        message.set_content(mail.text)
        return message


def mailer_for(settings: Settings) -> Mailer:
    """Choose the adapter that the settings ask for."""
    if settings.smtp_url is None:
        return LogMailer()
    return SmtpMailer(settings.smtp_url.get_secret_value(), settings.mail_from)
