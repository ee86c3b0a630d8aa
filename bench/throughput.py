"""Requests a second and latency, paired in one run: ours, the full-stack template's pattern, the bare limit.

Run with `python bench/throughput.py`; it takes about a minute. All three serve the same rows, one worker
each, and are asked in turn, so that whatever else the machine does meets all of them. Ratios carry over,
figures do not.
"""

import asyncio
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import jwt
import psycopg

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "backend")]

# ruff: noqa: E402 -- neither the application nor the tests are installed, so the path comes first
from tests.servers.urls import through
from tests.servers.wire import wire_to

from app.core.keys import new_key, read_keys, write_private
from app.core.settings import Settings
from app.core.tokens import AccessTokens
from specward.config import load_config
from specward.database.provision import APP_USER, MIGRATOR, migrate, provision, read_recipe
from specward.database.temporary import temporary_server

DISTANCES = (0, 2, 20)  # milliseconds
CLIENTS, ROUNDS, SECONDS = 16, 3, 0.4
OWN = 200  # notifications of each account
PEERS = {"ours": "app.main:app", "template": "bench.peers.template:app", "bare": "bench.peers.bare:app"}
GOALS = {0: 4.0, 2: 4.0, 20: 3.5}
OF_THE_LIMIT = 0.8
SEED = """
with made as (
    insert into accounts (email, password_hash)
    select format('bench-%%s@example.org', n), 'x' from generate_series(1, %(clients)s) n returning id
), filled as (
    insert into notifications (owner_id, kind, title, body, created_at)
    select id, 'product', 'Something happened', repeat('word ', 20), now() - n * interval '1 minute'
    from made, generate_series(1, %(own)s) n returning owner_id, id
)
select owner_id::text, min(id::text) from filled group by owner_id
"""


class Client(NamedTuple):
    """One account, on a connection of its own."""

    owner: str
    item: str
    tokens: dict[str, str]


class Cell(NamedTuple):
    """What was measured."""

    rate: float
    p50: float
    p99: float


def main() -> None:
    """Measure and print."""
    with ExitStack() as stack:
        server = stack.enter_context(temporary_server())
        passwords = {role: secrets.token_urlsafe(24) for role in (APP_USER, MIGRATOR)}
        recipe = read_recipe(ROOT, load_config(ROOT))
        urls = provision(server, "bench", recipe.roles, passwords)
        migrate(ROOT, recipe.migrate, urls.environment())
        secret, keys = secrets.token_urlsafe(48), write_private(new_key())
        with psycopg.connect(server.superuser_url("bench")) as connection:
            seeded = connection.execute(SEED, {"clients": CLIENTS, "own": OWN}).fetchall()
        clients = [make_client(owner, item, keys, secret) for owner, item in seeded]
        with psycopg.connect(server.superuser_url("bench"), autocommit=True) as connection:
            connection.execute("vacuum analyze")
        wire = stack.enter_context(wire_to(server.port))
        for distance in DISTANCES:
            wire.latency = distance / 1000
            lead = (lambda url: url) if distance == 0 else (lambda url: through(url, wire.port))
            environment = {
                "DATABASE_URL": lead(urls.app),
                "SIGNING_KEYS": keys,
                "BENCH_DATABASE_URL": lead(server.superuser_url("bench")).replace(
                    "postgresql:", "postgresql+psycopg:"
                ),
                "BENCH_SECRET": secret,
            }
            with ExitStack() as processes:
                ports = {
                    name: processes.enter_context(serving(app, environment)) for name, app in PEERS.items()
                }
                report(distance, asyncio.run(measure(ports, clients)))


def make_client(owner: str, item: str, keys: str, secret: str) -> Client:
    settings = Settings(_env_file=None, database_url="postgresql://")
    tokens = AccessTokens(
        read_keys(keys),
        issuer=str(settings.issuer),
        audience=settings.audience,
        client_id=settings.client_id,
        seconds=600,
    )
    ours = tokens.issue(UUID(owner), uuid4())
    theirs = jwt.encode({"sub": owner}, secret, "HS256")
    return Client(owner, item, {"ours": ours, "template": theirs, "bare": ""})


@contextmanager
def serving(app: str, environment: dict[str, str]) -> Iterator[int]:
    command = [sys.executable, "-m", "uvicorn", app, "--host", "127.0.0.1", "--port", "0"]
    path = os.pathsep.join([str(ROOT), str(ROOT / "backend")])
    with tempfile.NamedTemporaryFile("w+") as log:
        process = subprocess.Popen(
            command,
            env={**os.environ, **environment, "PYTHONPATH": path},
            cwd=tempfile.gettempdir(),
            stderr=log,
            stdout=log,
        )
        try:
            yield await_port(Path(log.name), process)
        finally:
            process.kill()
            process.wait()


def await_port(log: Path, process: subprocess.Popen[bytes]) -> int:
    while process.poll() is None:
        if found := re.search(r"http://[\d.]+:(\d+)", log.read_text()):
            return int(found[1])
        time.sleep(0.05)
    raise SystemExit(f"A server did not start:\n{log.read_text()}")


async def measure(ports: dict[str, int], clients: list[Client]) -> dict[str, dict[str, Cell]]:
    table: dict[str, dict[str, Cell]] = {}
    for operation in ("list of 20", "one item", "one write"):
        times: dict[str, list[float]] = {name: [] for name in PEERS}
        spent = dict.fromkeys(PEERS, 0.0)
        for number in range(ROUNDS + 1):
            for name, port in ports.items():
                began = time.perf_counter()
                found = await asyncio.gather(*(ask(port, name, operation, client) for client in clients))
                if number:  # the first one warms up
                    spent[name] += time.perf_counter() - began
                    times[name] += [seconds for part in found for seconds in part]
        table[operation] = {
            name: Cell(len(taken) / spent[name], *percentiles(taken)) for name, taken in times.items()
        }
    return table


def percentiles(taken: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(taken, n=100)
    return cuts[49] * 1000, cuts[98] * 1000


async def ask(port: int, name: str, operation: str, client: Client) -> list[float]:
    """Send one request after another for a while; give how long each took."""
    method, path = {
        "list of 20": ("GET", "/v1/notifications"),
        "one item": ("GET", f"/v1/notifications/{client.item}"),
        "one write": ("POST", "/v1/notifications/test"),
    }[operation]
    request = (
        f"{method} {path} HTTP/1.1\r\nHost: bench\r\nContent-Length: 0\r\nX-Owner: {client.owner}\r\n"
        f"Authorization: Bearer {client.tokens[name]}\r\n\r\n"
    ).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    taken, end = [], time.perf_counter() + SECONDS
    while (began := time.perf_counter()) < end:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        assert head[9:12] in {b"200", b"201"}, head
        assert length, head
        await reader.readexactly(int(length[1]))
        taken.append(time.perf_counter() - began)
    writer.close()
    return taken


def report(distance: int, table: dict[str, dict[str, Cell]]) -> None:
    print(f"\n{distance} ms to the database, {CLIENTS} clients, one worker")
    print(f"{'':12}{'':10}{'requests/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'x template':>12}{'x bare':>8}")
    for operation, cells in table.items():
        for name, cell in cells.items():
            ratios = ""
            if name == "ours":
                to_template, to_bare = (cell.rate / cells[peer].rate for peer in ("template", "bare"))
                met = to_template >= GOALS[distance] and to_bare >= OF_THE_LIMIT
                ratios = f"{to_template:12.2f}{to_bare:8.2f}   {'ok' if met else 'MISSED'}"
            print(f"{operation:12}{name:10}{cell.rate:12.0f}{cell.p50:9.1f}{cell.p99:9.1f}{ratios}")


if __name__ == "__main__":
    main()
