"""Requests a second and latency, paired in one run: ours, the full-stack template's pattern, the bare limit.

Run with `python -m bench.throughput [MILLISECONDS ...]`; it takes four minutes. Between ours and the bare
limit stands one with FastAPI: how far it is from the bare one is what FastAPI costs anybody. All serve the
same rows with the same server, one worker on a processor of its own; clients, database and network distance
share the rest. They are asked in turn, forwards and backwards, so that whatever else the machine does meets
all of them. Ratios carry over, figures do not.

At 0 and 2 ms the worker always has something to do, and a rate is what its processor yields. Whatever else
runs there takes from it, and in half a second not from all alike: `others` is its share of the time. Where
that is not about 0, trust `CPU us` alone.
"""

import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import jwt
import psycopg
import uvloop
from bench.delay import delayed
from bench.load import ask
from tests.servers.plugin import ROOT
from tests.servers.urls import through

from app.core.keys import new_key, read_keys, write_private
from app.core.settings import Settings
from app.core.tokens import AccessTokens
from specward.config import load_config
from specward.database.provision import APP_USER, MIGRATOR, migrate, provision, read_recipe
from specward.database.temporary import temporary_server

DISTANCES = (0, 2, 20)  # milliseconds
CLIENTS = 16
CONNECTIONS = 15  # for each: what the template ships with, SQLAlchemy's 5 and 10 more
ROUNDS, SECONDS = 6, 0.5
OWN = 200  # notifications of each account
PEERS = {
    "ours": "app.main:app",
    "template": "bench.peers.template:app",
    "with pre-ping": "bench.peers.template:app",
    "with FastAPI": "bench.peers.contract:app",
    "bare": "bench.peers.bare:app",
}
JUDGED = ("ours", "with FastAPI")
OPERATIONS = {
    "list of 20": "GET /v1/notifications",
    "one item": "GET /v1/notifications/{item}",
    "one write": "PATCH /v1/profile",
}
CHANGE = b'{"about":"Something about myself"}'
GOALS = {0: 4.0, 2: 4.0, 20: 3.5}
OF_THE_LIMIT = 0.8
TICKS = os.sysconf("SC_CLK_TCK")
SEED = """
with made as (
    insert into accounts (email, password_hash)
    select format('bench-%%s@example.org', n), 'x' from generate_series(1, %(clients)s) n returning id
), known as (
    insert into profiles (owner_id) select id from made
), filled as (
    insert into notifications (owner_id, kind, title, body, created_at)
    select id, 'product', 'Something happened', repeat('word ', 20), now() - n * interval '1 minute'
    from made, generate_series(1, %(own)s) n returning owner_id, id
)
select owner_id::text, min(id::text) from filled group by owner_id
"""


class Account(NamedTuple):
    """Whom a client asks for."""

    owner: str
    item: str
    tokens: dict[str, str]


class Served(NamedTuple):
    """A server that runs."""

    port: int
    process: int
    processor: int


class Measured(NamedTuple):
    """One round of one server: seconds for each answer, in all, and of its processor, own and others'."""

    taken: list[float]
    lasted: float
    worked: float
    others: float

    @property
    def rate(self) -> float:
        return len(self.taken) / self.lasted


def main() -> None:
    """Measure and print."""
    processors = sorted(os.sched_getaffinity(0))
    servers_own, rest = processors[0], set(processors[1:]) or {processors[0]}
    os.sched_setaffinity(0, rest)  # inherited by the database and the delay
    with ExitStack() as stack:
        server = stack.enter_context(temporary_server())
        passwords = {role: secrets.token_urlsafe(24) for role in (APP_USER, MIGRATOR)}
        recipe = read_recipe(ROOT, load_config(ROOT))
        urls = provision(server, "bench", recipe.roles, passwords)
        migrate(ROOT, recipe.migrate, urls.environment())
        secret, keys = secrets.token_urlsafe(48), write_private(new_key())
        accounts = seed(server.superuser_url("bench"), keys, secret)
        print(
            f"{CLIENTS} clients, {CONNECTIONS} connections, one worker on processor {servers_own}, ", end=""
        )
        print(f"all else on {rest}; load average {os.getloadavg()[0]:.1f}")
        for distance in map(int, sys.argv[1:]) if sys.argv[1:] else DISTANCES:
            with delayed(server.port, distance) if distance else nullcontext(server.port) as port:
                environment = {
                    "DATABASE_URL": through(urls.app, port),
                    "DATABASE_MAX_CONNECTIONS": str(CONNECTIONS),
                    "SIGNING_KEYS": keys,
                    "BENCH_DATABASE_URL": through(server.superuser_url("bench"), port).replace(
                        "postgresql:", "postgresql+psycopg:"
                    ),
                    "BENCH_CONNECTIONS": str(CONNECTIONS),
                    "BENCH_SECRET": secret,
                }
                with ExitStack() as processes:
                    peers = {
                        name: processes.enter_context(
                            serving(app, environment | {"BENCH_PRE_PING": name}, servers_own)
                        )
                        for name, app in PEERS.items()
                    }
                    print(f"\n{distance} ms to the database")
                    report(distance, {name: measure(peers, accounts, name) for name in OPERATIONS})


def seed(url: str, keys: str, secret: str) -> list[Account]:
    """Fill the database."""
    with psycopg.connect(url, autocommit=True) as connection:
        seeded = connection.execute(SEED, {"clients": CLIENTS, "own": OWN}).fetchall()
        connection.execute("vacuum analyze")
    settings = Settings(_env_file=None, database_url="postgresql://")
    issuer = AccessTokens(
        read_keys(keys),
        issuer=str(settings.issuer),
        audience=settings.audience,
        client_id=settings.client_id,
        seconds=600,
    )

    def tokens(owner: str) -> dict[str, str]:
        theirs = jwt.encode({"sub": owner, "exp": int(time.time()) + 600}, secret, "HS256")
        ours = issuer.issue(UUID(owner), uuid4())
        return {"ours": ours, "template": theirs, "with pre-ping": theirs, "with FastAPI": ours, "bare": ours}

    return [Account(owner, item, tokens(owner)) for owner, item in seeded]


@contextmanager
def serving(app: str, environment: dict[str, str], processor: int) -> Iterator[Served]:
    """Run an application with uvicorn as it is served, without its access log.

    The peers are served as `uvicorn[standard]` would. Ours has its own bounds on a head, as with `make run`:
    they cost it what they cost, and are no part of the others.
    """
    http = "app.core.protocol:BoundedHttp" if app == PEERS["ours"] else "httptools"
    command = [sys.executable, "-m", "uvicorn", app, "--host", "127.0.0.1", "--port", "0"]
    command += ["--loop", "uvloop", "--http", http, "--no-access-log"]
    path = os.pathsep.join([str(ROOT), str(ROOT / "backend")])
    with tempfile.NamedTemporaryFile("w+") as log:
        process = subprocess.Popen(
            command,
            env={**os.environ, **environment, "PYTHONPATH": path},
            cwd=tempfile.gettempdir(),
            stderr=log,
            stdout=log,
        )
        os.sched_setaffinity(process.pid, {processor})
        try:
            yield Served(await_port(Path(log.name), process), process.pid, processor)
        finally:
            process.kill()
            process.wait()


def await_port(log: Path, process: subprocess.Popen[bytes]) -> int:
    while process.poll() is None:
        if found := re.search(r"http://[\d.]+:(\d+)", log.read_text()):
            return int(found[1])
        time.sleep(0.05)
    raise SystemExit(f"A server did not start:\n{log.read_text()}")


def measure(peers: dict[str, Served], accounts: list[Account], operation: str) -> dict[str, list[Measured]]:
    """Ask all in turn, each round in the other direction."""
    rounds: dict[str, list[Measured]] = {name: [] for name in peers}
    for number in range(ROUNDS + 1):
        for name in reversed(peers) if number % 2 else peers:
            requests = [write_request(operation, name, account) for account in accounts]
            found = measure_one(peers[name], requests)
            if number:  # the first one warms up
                rounds[name].append(found)
    return rounds


def measure_one(peer: Served, requests: list[bytes]) -> Measured:
    began, worked, busy = time.perf_counter(), processor_seconds(peer.process), busy_seconds(peer.processor)
    taken = uvloop.run(ask(peer.port, requests, SECONDS))
    worked, busy = processor_seconds(peer.process) - worked, busy_seconds(peer.processor) - busy
    return Measured(taken, time.perf_counter() - began, worked, max(busy - worked, 0))


def processor_seconds(process: int) -> float:
    """Return how long a process has worked, its threads and the kernel for it included."""
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS


def busy_seconds(processor: int) -> float:
    """Return how long a processor has worked, or was lent to another machine."""
    (found,) = re.findall(rf"^cpu{processor} (.*)", Path("/proc/stat").read_text(), re.MULTILINE)
    user, nice, system, _idle, _waiting, *rest = map(int, found.split()[:8])
    return (user + nice + system + sum(rest)) / TICKS


def write_request(operation: str, peer: str, account: Account) -> bytes:
    line = OPERATIONS[operation].format(item=account.item)
    body = CHANGE if line.startswith("PATCH") else b""
    return (
        f"{line} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"Authorization: Bearer {account.tokens[peer]}\r\nIf-Match: *\r\n\r\n"
    ).encode() + body


def report(distance: int, table: dict[str, dict[str, list[Measured]]]) -> None:
    """Print a row for each server; the ratios for ours, and for what FastAPI leaves of the limit."""
    columns = ("requests/s", "CPU us", "/ ours", "others", "p50 ms", "p99 ms")
    against = [f"x {name.removeprefix('with ')}" for name in PEERS if name != "ours"]
    print(" " * 26 + "".join(f"{name:>11}" for name in columns) + "".join(f"{name:>18}" for name in against))
    for operation, rounds in table.items():
        own_work = work(rounds["ours"])
        for name, measured in rounds.items():
            cuts = statistics.quantiles([seconds for one in measured for seconds in one.taken], n=100)
            rate, worked = statistics.median(one.rate for one in measured), work(measured)
            others = sum(one.others for one in measured) / sum(one.lasted for one in measured)
            print(f"{operation:12}{name:14}{rate:11.0f}{worked:11.0f}{worked / own_work:11.2f}", end="")
            print(f"{others:11.0%}{cuts[49] * 1000:11.1f}{cuts[98] * 1000:11.1f}", end="")
            print(ratios(distance, rounds, name) if name in JUDGED else "", flush=True)


def work(measured: list[Measured]) -> float:
    """Return the processor time of one request, in microseconds."""
    return sum(one.worked for one in measured) / sum(len(one.taken) for one in measured) * 1e6


def ratios(distance: int, rounds: dict[str, list[Measured]], name: str) -> str:
    """Write the median of the ratios of the rounds, with the lowest and the highest."""
    written, medians = "", {}
    for peer in list(PEERS)[1:]:
        pairs = zip(rounds[name], rounds[peer], strict=True)
        each = [one.rate / theirs.rate for one, theirs in pairs]
        medians[peer] = statistics.median(each)
        written += f"{medians[peer]:.2f} ({min(each):.1f}-{max(each):.1f})".rjust(18)
    if name != "ours":
        return written
    met = medians["with pre-ping"] >= GOALS[distance] and medians["bare"] >= OF_THE_LIMIT
    return f"{written}   {'ok' if met else 'MISSED'}"


if __name__ == "__main__":
    main()
