"""How many network round trips each operation costs, direct and through PgBouncer, beside plain SQLModel.

Run with `python -m bench.round_trips`. Counted on the wire by a proxy. The plain pattern is
the usual one, on the same tables and the same server: a session for each request, the user bound by
`set_config`, a statement, a commit.
"""

import inspect
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import anyio
from sqlalchemy import create_engine, func, select, update
from sqlmodel import Session
from tests.app.conftest import join, running, settings_for
from tests.app.test_round_trips import CREDENTIALS, TABLE, cost
from tests.servers.pgbouncer import MISSING, find_pgbouncer, pgbouncer_to
from tests.servers.plugin import ROOT
from tests.servers.urls import through
from tests.servers.wire import Wire, wire_to

from app.accounts import service as accounts
from app.accounts.credentials import service as credentials
from app.accounts.sessions import service as log_ins
from app.main import create_app
from app.notifications import service as notifications
from app.notifications.preferences import unsubscribing
from app.profiles.models import Profile
from specward.config import load_config
from specward.database.provision import APP_USER, MIGRATOR, Urls, migrate, provision, read_recipe
from specward.database.server import Server
from specward.database.temporary import temporary_server

# Where an operation needs more than one, the docstring of its service says why.
REASONS = {
    "POST /v1/auth/register": accounts.register,
    "POST /v1/auth/login": log_ins.log_in,
    "POST /v1/auth/refresh": log_ins.refresh,
    "POST /v1/auth/logout": log_ins.log_out,
    "POST /v1/auth/verify-email": credentials.verify_email,
    "POST /v1/auth/verify-email/resend": credentials.resend_verification,
    "POST /v1/auth/forgot-password": credentials.forgot_password,
    "POST /v1/auth/change-password": credentials.change_password,
    "POST /v1/auth/reset-password": credentials.reset_password,
    "GET /v1/account/export": accounts.export,
    "POST /v1/account/deletion": accounts.delete_account,
    "POST /v1/notifications/test": notifications.send_test,
    "POST /v1/notifications/unsubscribe": unsubscribing.unsubscribe,
}
WARM = 8  # requests before the one that is counted: statements are prepared by then


def main() -> None:
    logging.disable(logging.INFO)  # the application's, whose place standard error is
    passwords = {role: secrets.token_urlsafe() for role in (APP_USER, MIGRATOR)}
    with temporary_server() as server, ways(server, passwords) as ports:
        columns = {name: measure(new_database(server, name, passwords), port) for name, port in ports.items()}
    width = max(map(len, TABLE)) + 2
    print(f"{'round trips':<{width}}" + "".join(f"{name:>10}" for name in columns))
    for row, count in next(iter(columns.values())).items():
        print(f"{row:<{width}}" + "".join(f"{column[row]:>10}" for column in columns.values()), end="")
        print(f"   {reason(row)}" if row in TABLE and count > 1 else "")


def reason(operation: str) -> str:
    """Quote why an operation needs more than one round trip."""
    paragraph = (inspect.getdoc(REASONS[operation]) or "").split("\n\n")[1]
    return " ".join(paragraph.split()).partition(": ")[2]


def new_database(server: Server, name: str, passwords: dict[str, str]) -> Urls:
    """Make a database for one way: limits count in it, and asking twice is beyond them."""
    recipe = read_recipe(ROOT, load_config(ROOT))
    urls = provision(server, name, recipe.roles, passwords)
    migrate(ROOT, recipe.migrate, urls.environment())
    return urls


@contextmanager
def ways(server: Server, passwords: dict[str, str]) -> Iterator[dict[str, int]]:
    """The ports of the ways to the server, by name."""
    program = find_pgbouncer()
    if program is None:
        print(MISSING)
        yield {"direct": server.port}
        return
    with pgbouncer_to(server, passwords, program) as pooler:
        yield {"direct": server.port, "pooled": pooler}


def measure(urls: Urls, port: int) -> dict[str, int]:
    """Count every operation of the application, and the plain pattern, on one way."""
    with wire_to(port) as wire:
        url = through(urls.app, wire.port)
        return {**anyio.run(of_the_application, url, wire), **of_plain_sqlmodel(url, wire)}


async def of_the_application(url: str, wire: Wire) -> dict[str, int]:
    settings = settings_for(url).model_copy(update={"database_max_connections": 1})
    app = create_app(settings)
    async with running(app) as client:
        person = await join(client, CREDENTIALS["email"])
        return {
            operation: [await cost(operation, given, person, app, wire) for _ in range(WARM)][-1]
            for operation, (_, given) in TABLE.items()
        }


def of_plain_sqlmodel(url: str, wire: Wire) -> dict[str, int]:
    """Read a profile and change one, each in the session of a request. Whose it is, costs the same."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    statements = {"read": select(Profile), "write": update(Profile).values(about="x")}
    counts = {}
    for name, statement in statements.items():
        for _ in range(WARM):
            before = wire.turns
            with Session(engine) as session:
                session.execute(select(func.set_config("app.user_id", str(uuid4()), True)))  # noqa: FBT003 -- SQL
                session.execute(statement)
                session.commit()
            counts[f"plain SQLModel, {name}"] = wire.turns - before
    engine.dispose()
    return counts


if __name__ == "__main__":
    main()
