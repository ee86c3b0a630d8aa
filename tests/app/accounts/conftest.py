"""Ways beside the application: what is really kept, and time that passes."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from app.core.opaque import digest_of
from specward.database.provision import Urls
from specward.database.server import Server
from tests.app.accounts.issuers import Issuer, issuing
from tests.app.conftest import name_of

Run = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def superuser(server: Server, database: Urls) -> Run:
    """Run SQL as a superuser, who is above row security; gives the rows."""

    def run(statement: str, **values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(server.superuser_url(name_of(database))) as connection:
            cursor = connection.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []

    return run


@pytest.fixture
def pass_for(superuser: Run) -> Callable[[str, str], None]:
    """Let time pass for one refresh token: move all that has happened to it into the past."""

    def move(token: str, interval: str) -> None:
        superuser(
            "update refresh_tokens set spent_at = spent_at - %(i)s::interval, "
            "expires_at = expires_at - %(i)s::interval where token_hash = %(digest)s",
            i=interval,
            digest=digest_of(token),
        )

    return move


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """An OpenID Connect issuer on the loopback."""
    with issuing("oidc") as issuer:
        yield issuer
