"""Workers as an operator runs them, and a mail server that can be told how to behave."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from specward.database.provision import Urls
from tests.app.conftest import SIGNING_KEYS
from tests.app.core.smtp import Postman

BACKEND = Path(__file__).parents[3] / "backend"
MAIL_FROM = "service@example.org"


class Sorting(Postman):
    """A mail server that refuses, or keeps its client waiting, until told otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses = False
        self.begun = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 -- its name
        """Take a mail before the answer is given, as servers do."""
        if self.refuses:
            return "451 Not now"
        self.envelopes.append(envelope)
        self.begun.set()
        await self.may_answer.wait()
        return "250 OK"

    def titles(self) -> dict[str, list[str]]:
        """What each address was told, over all mails."""
        told: dict[str, list[str]] = {}
        for envelope in self.envelopes:
            lines = str(message_from_bytes(content_of(envelope), policy=policy.default).get_content())
            told.setdefault(envelope.rcpt_tos[0], []).extend(
                line[2:] for line in lines.splitlines() if line.startswith("- ")
            )
        return told

    def ids(self) -> list[str]:
        """The Message-ID of each mail."""
        return [
            str(message_from_bytes(content_of(envelope), policy=policy.default)["Message-ID"])
            for envelope in self.envelopes
        ]


def content_of(envelope: Envelope) -> bytes:
    """What was sent, head and body."""
    assert isinstance(envelope.content, bytes)
    return envelope.content


class Workplace:
    """Where workers run: a database, a mail server, and nothing else of the environment."""

    def __init__(self, directory: Path, database: Urls, smtp_port: int) -> None:
        self._directory = directory
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(BACKEND),
            "DATABASE_URL": database.app,
            "SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
            "MAIL_FROM": MAIL_FROM,
            "SIGNING_KEYS": SIGNING_KEYS.get_secret_value(),
            **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
        }

    @asynccontextmanager
    async def worker(self, *arguments: str, listen: str | None = None) -> AsyncIterator[Process]:
        """Start `python -m app.worker` with these arguments; whatever is left of it at the end is killed."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "app.worker", *arguments),
            cwd=self._directory,
            env=self.environment | ({"LISTEN_DATABASE_URL": listen} if listen else {}),
            stdout=PIPE,
            stderr=PIPE,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()

    async def run(self, *arguments: str) -> str:
        """Run it to its end, which must be good; give what it printed."""
        async with self.worker(*arguments) as process:
            out, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
        return out.decode()

    async def fail(self, *arguments: str) -> str:
        """Run it to its end, which must be a failure; give what it said."""
        async with self.worker(*arguments) as process:
            _, errors = await process.communicate()
        assert process.returncode == 1, errors.decode()
        return errors.decode()
