"""The turn counter, against the real driver in all the ways that cost a known number of turns."""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from specward.database.server import Server
from tests.servers.wire import Wire, wire_to

BIND = "select set_config('app.user_id', %s, true)"
READ = "select generate_series(1, 20)"


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    with wire_to(server.port) as running:
        yield running


def in_a_transaction(connection: psycopg.Connection) -> None:
    with connection.transaction():
        connection.execute(BIND, ["u"])
        connection.execute(READ).fetchall()


def in_a_pipeline_with_transaction(connection: psycopg.Connection) -> None:
    with connection.pipeline(), connection.transaction():
        connection.execute(BIND, ["u"])
        connection.execute(READ)


def in_one_pipeline(connection: psycopg.Connection) -> None:
    with connection.pipeline():
        connection.execute("begin")
        connection.execute(BIND, ["u"])
        cursor = connection.execute(READ)
        connection.execute("commit")
    assert len(cursor.fetchall()) == 20


def in_one_string(connection: psycopg.Connection) -> None:
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(f"begin; {BIND}; {READ}; commit", ["u"])


def nothing_at_all(_: psycopg.Connection) -> None:
    return


@pytest.mark.parametrize(
    ("way", "turns"),
    [
        (in_a_transaction, 4),
        (in_a_pipeline_with_transaction, 4),
        (in_one_pipeline, 1),
        (in_one_string, 1),
        (nothing_at_all, 0),
    ],
)
def test_turns_of_the_known_ways(
    server: Server, wire: Wire, way: Callable[[psycopg.Connection], None], turns: int
) -> None:
    url = wire.via(server.superuser_url())
    with psycopg.connect(url, autocommit=True) as connection, wire.block(way.__name__) as count:
        way(connection)
        assert count() == turns
    assert wire.report == {way.__name__: turns}


def test_an_answer_in_the_middle_of_a_pipeline_is_a_turn(server: Server, wire: Wire) -> None:
    url = wire.via(server.superuser_url())
    with psycopg.connect(url, autocommit=True) as connection, wire.block("flush") as count:
        with connection.pipeline():
            assert connection.execute("select 1").fetchone() == (1,)  # asks for a flush, not for a sync
            connection.execute("select 2")
        assert count() == 2


def test_connecting_is_not_counted_and_connections_add_up(server: Server, wire: Wire) -> None:
    url = wire.via(server.superuser_url())
    with wire.block("two") as count:
        for _ in range(2):
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("select 1")
        assert count() == 2


def test_a_large_answer_is_one_turn(server: Server, wire: Wire) -> None:
    url = wire.via(server.superuser_url())
    with psycopg.connect(url, autocommit=True) as connection, wire.block("large") as count:
        rows = connection.execute("select repeat('x', 1000) from generate_series(1, 5000)").fetchall()
    assert (len(rows), count()) == (5000, 1)


def test_an_error_is_an_answer(server: Server, wire: Wire) -> None:
    url = wire.via(server.superuser_url())
    with (
        psycopg.connect(url, autocommit=True) as connection,
        pytest.raises(psycopg.errors.DivisionByZero),
        wire.block("error"),
    ):
        connection.execute("select 1/0")
    assert wire.report == {"error": 1}


def test_a_notice_before_the_answer_adds_nothing(server: Server, wire: Wire) -> None:
    url = wire.via(server.superuser_url())
    with psycopg.connect(url, autocommit=True) as connection, wire.block("notice") as count:
        connection.execute("do $$ begin raise notice 'hear'; perform pg_sleep(0.05); end $$")
    assert count() == 1


def test_latency_is_added_to_each_turn(server: Server, wire: Wire) -> None:
    with psycopg.connect(wire.via(server.superuser_url()), autocommit=True) as connection:
        wire.latency = 0.05
        began = time.monotonic()
        in_a_transaction(connection)
        assert time.monotonic() - began >= 4 * 0.05  # a lower bound: the wait is ours, not the machine's


def test_an_async_client_counts_alike(server: Server, wire: Wire) -> None:
    async def read() -> None:
        url = wire.via(server.superuser_url())
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            with wire.block("async"):
                async with connection.pipeline():
                    await connection.execute("begin")
                    await connection.execute(READ)
                    await connection.execute("commit")

    asyncio.run(read())
    assert wire.report == {"async": 1}


def test_clients_that_vanish_do_not_disturb_the_others(server: Server, wire: Wire) -> None:
    url = wire.via(server.superuser_url())
    with psycopg.connect(url, autocommit=True) as stays:
        with psycopg.connect(url, autocommit=True) as leaves:
            leaves.execute("select 1")
            leaves.pgconn.finish()
        with wire.block("stays"):
            stays.execute("select 1")
    assert wire.report == {"stays": 1}


def test_no_connection_outlives_its_proxy(server: Server, recwarn: pytest.WarningsRecorder) -> None:
    for step in range(60):
        with wire_to(server.port) as running:
            psycopg.connect(running.via(server.superuser_url())).close()
            time.sleep(step * 2e-5)  # the end falls into another moment of the cleaning up
    gc.collect()
    assert [str(warning.message) for warning in recwarn] == []
