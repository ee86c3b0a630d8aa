"""Tests that are collected once and then run against one mutant after the other, each in a forked child.

A child that ends with the tests passed has let its mutant live. Importing pytest, the tests and the gate
takes two seconds, which forking pays once instead of a thousand times.
"""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import IO

import pytest
from bench.mutation.families import codes_of
from bench.mutation.mutants import Mutant, replace

from specward.database.server import Server
from specward.database.temporary import temporary_server

SLOWER = 4  # a mutant that takes this many times as long as the module itself has lost its way
PATIENCE = 2  # seconds of processor time that it is given in any case
WAITING = 120  # seconds, for one that sleeps

Chosen = Callable[[str], Sequence[str]]  # the test files of a module


class Suite:
    """A pytest plugin that runs mutants instead of the collected tests.

    Args:
        mutants: One worker's share.
        tests: Which test files judge a module.
        told: Takes one line of JSON for each mutant: its place in `mutants`, and whether it was killed.
    """

    def __init__(self, mutants: Sequence[Mutant], tests: Chosen, told: IO[str]) -> None:
        self._mutants = mutants
        self._tests = tests
        self._told = told
        self._failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.append(report.nodeid)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        seconds: dict[str, float] = {}
        with shared_server(session.items):
            for number, mutant in enumerate(self._mutants):
                items = self._chosen(session.items, mutant.module)
                if mutant.module not in seconds:
                    seconds[mutant.module] = self._unchanged(items, mutant.module)
                limit = PATIENCE + seconds[mutant.module] * SLOWER
                killed = self._dies(mutant, items, limit)
                self._told.write(f"{json.dumps([number, killed])}\n")
                self._told.flush()
        return True

    def _chosen(self, items: Sequence[pytest.Item], module: str) -> list[pytest.Item]:
        """Return the tests of a module: the examples of its rules, then its files in order."""
        codes = [f"[{code}]" for code in codes_of(module)]
        own = [item for item in items if any(code in item.nodeid for code in codes)]
        files = self._tests(module)
        rest = [item for file in files for item in items if item.nodeid.startswith(f"{file}::")]
        return own + [item for item in rest if item not in own]

    def _unchanged(self, items: Sequence[pytest.Item], module: str) -> float:
        """Return how much processor time the tests take on the module as it is; they must pass."""
        start = time.process_time()
        self._run(items)
        if self._failed or not items:
            raise SystemExit(f"{module}: without any mutant, these fail: {self._failed or 'no tests at all'}")
        return time.process_time() - start

    def _dies(self, mutant: Mutant, items: Sequence[pytest.Item], limit: float) -> bool:
        child = os.fork()
        if child == 0:
            signal.setitimer(signal.ITIMER_PROF, limit)  # either signal ends the child, whatever it is at
            signal.alarm(WAITING)
            self._live(mutant, items)
        _, status = os.waitpid(child, 0)
        return status != 0

    def _live(self, mutant: Mutant, items: Sequence[pytest.Item]) -> None:
        """Be the mutant, until a test fails or none is left."""
        try:
            replace(mutant)
        except Exception:  # noqa: BLE001 -- whatever a module with a mistake raises when it is imported
            os._exit(1)
        self._run(items)
        os._exit(1 if self._failed else 0)

    def _run(self, items: Sequence[pytest.Item]) -> None:
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failed:
                return


@contextmanager
def shared_server(items: Sequence[pytest.Item]) -> Iterator[None]:
    """Lend one server to all tests of this worker that would start their own."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        modules = {item.module for item in items if isinstance(item, pytest.Function)}
        takers = [module for module in modules if hasattr(module, "temporary_server")]
        if takers:
            server = stack.enter_context(temporary_server())
            for module in takers:
                patch.setattr(module, "temporary_server", lambda: _lent(server))
        yield


@contextmanager
def _lent(server: Server) -> Iterator[Server]:
    yield server
