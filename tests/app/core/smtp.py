"""A real SMTP server on the loopback, and what it has received."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial

from aiosmtpd.smtp import SMTP, Envelope, Session


class Postman:
    """What an SMTP server has received."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 -- its name
        self.envelopes.append(envelope)
        return "250 OK"

    def message(self, to: str) -> EmailMessage:
        """The one message to an address."""
        (envelope,) = (envelope for envelope in self.envelopes if envelope.rcpt_tos == [to])
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
