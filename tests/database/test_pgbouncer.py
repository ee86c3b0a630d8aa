"""PgBouncer as the tests run it: Neon's limits are really there, and so are prepared statements."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from specward.database.provision import Urls, provision
from specward.database.server import Server
from tests.database.test_wire import in_a_transaction, in_one_pipeline
from tests.servers.scratch import scratch
from tests.servers.urls import through
from tests.servers.wire import wire_to

ROLES = Path(__file__).parent / "roles.sql"


@pytest.fixture
def pooled(server: Server, role_passwords: dict[str, str], pooler: int) -> Iterator[str]:
    with scratch(server) as name:
        urls: Urls = provision(server, name, ROLES, role_passwords)
        yield through(urls.app, pooler)


def test_a_transaction_is_all_a_client_has(pooled: str) -> None:
    with psycopg.connect(pooled, autocommit=True) as one, psycopg.connect(pooled, autocommit=True) as two:
        backend = "select pg_backend_pid()"
        assert one.execute(backend).fetchone() == two.execute(backend).fetchone()


def test_prepared_statements_survive_the_change_of_backends(pooled: str) -> None:
    with psycopg.connect(pooled, autocommit=True, prepare_threshold=0) as one:
        with psycopg.connect(pooled, autocommit=True, prepare_threshold=0) as two, two.transaction():
            two.execute("select %s::int", [1])
            assert one.execute("select %s::int", [2]).fetchone() == (2,)  # on another backend
        assert one.execute("select %s::int", [3]).fetchone() == (3,)


def test_a_wrong_password_does_not_pass(pooled: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"SASL authentication failed|password"):
        psycopg.connect(pooled, password="guess")


def test_turns_are_the_same_as_on_a_direct_connection(pooled: str, pooler: int) -> None:
    with wire_to(pooler) as wire, psycopg.connect(wire.via(pooled), autocommit=True) as connection:
        for way in (in_a_transaction, in_one_pipeline):
            with wire.block(way.__name__):
                way(connection)
    assert wire.report == {"in_a_transaction": 4, "in_one_pipeline": 1}
