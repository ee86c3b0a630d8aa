"""Tests that are collected once and then run against one mutant after the other, each in a forked child.

Importing pytest, the tests and the gate takes seconds, and so does making the repositories of the examples.
Forking pays that once instead of a thousand times: the tests run first without any mutant, which also tells
how long they take, and what they have laid out and learnt of other programs stays for the children.
"""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Self

import pytest
from bench.mutation.families import EXAMPLES, codes_of, reads_facts
from bench.mutation.mutants import Mutant, replace
from tests.specward.rules import test_examples

from specward.database.server import Server
from specward.database.temporary import temporary_server
from specward.rules.examples import Example
from specward.rules.registry import Entry, Rule

SLOWER = 4  # a mutant that takes this many times as long as the module itself has lost its way
PATIENCE = 2  # seconds of processor time that it is given in any case
WAITING = 300  # seconds by the clock, for one that sleeps
CACHE = ".specward/cache"

Chosen = Callable[[str], Sequence[str]]  # the test files of a module


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"  # a test failed
    HUNG = "hung"  # it took far more processor time than the module itself, however busy the machine
    LIVES = "lives"
    UNJUDGED = "unjudged"  # it waited too long by the clock, which may be the machine's fault


Tell = Callable[[Mutant, Fate], None]


class Suite:
    """A pytest plugin that runs mutants instead of the collected tests.

    Args:
        mutants: What to run.
        tests: Which test files judge a module.
        tell: Is told what became of a mutant as soon as it is known.
        workers: How many mutants run at the same time.
        folder: Where the examples' repositories stand while it runs.
    """

    def __init__(
        self, mutants: Sequence[Mutant], tests: Chosen, tell: Tell, workers: int, folder: Path
    ) -> None:
        self._mutants = mutants
        self._tests = tests
        self._tell = tell
        self._workers = workers
        self._folder = folder
        self._failed: list[str] = []
        self._asked: set[tuple[str, str]] = set()  # which test runs which rule
        self._seconds: dict[str, float] = {}  # of processor time that a test takes without any mutant

    @pytest.fixture
    def tmp_path(self, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
        """The examples' repositories stand in one place for all mutants."""
        if not request.node.nodeid.startswith(EXAMPLES):
            return tmp_path
        place = self._folder / str(request.node.name)
        place.mkdir(exist_ok=True)
        return place

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.append(report.nodeid)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        modules = {mutant.module: self._chosen(session.items, mutant.module) for mutant in self._mutants}
        chosen = list(dict.fromkeys(item for items in modules.values() for item in items))
        with Servers(session.items, self._workers) as servers, pytest.MonkeyPatch.context() as patch:
            patch.setattr(test_examples, "lay_out", laid_out_once(test_examples.lay_out))
            examples = [item for item in chosen if item.nodeid.startswith(EXAMPLES)]
            patch.setattr(Entry, "load", self._noted(Entry.load))
            self._unchanged(chosen)  # lays out, and notes who asks for which rule
            self._unchanged(examples)  # measures
            modules = {
                name: [item for item in items if self._judges(item, name)] for name, items in modules.items()
            }
            self._judge(modules, servers)
            self._unchanged(examples)  # no mutant has left anything behind
        return True

    def _chosen(self, items: Sequence[pytest.Item], module: str) -> list[pytest.Item]:
        """Return the tests of a module: the examples of its rules, then its files in order."""
        codes = [f"[{code}]" for code in codes_of(module)]
        own = [item for item in items if any(code in item.nodeid for code in codes)]
        files = self._tests(module)
        rest = [item for file in files for item in items if item.nodeid.startswith(f"{file}::")]
        return own + [item for item in rest if item not in own]

    def _noted(self, load: Callable[[Entry], Rule]) -> Callable[[Entry], Rule]:
        def noted(entry: Entry) -> Rule:
            self._asked.add((os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0], entry.code))
            return load(entry)

        return noted

    def _judges(self, item: pytest.Item, module: str) -> bool:
        """Whether a test runs the rule that the module is; what rules share may be held in any way."""
        codes = codes_of(module)
        return len(codes) > 1 or (item.nodeid, codes[0]) in self._asked

    def _unchanged(self, items: Sequence[pytest.Item]) -> None:
        """Run the tests on the modules as they are; they must pass."""
        for item, following in zip(items, [*items[1:], None], strict=True):
            start = time.process_time()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self._seconds[item.nodeid] = time.process_time() - start
        if self._failed or not items:
            raise SystemExit(f"Without any mutant, these fail: {self._failed or 'no tests at all'}")

    def _judge(self, modules: Mapping[str, Sequence[pytest.Item]], servers: "Servers") -> None:
        running: dict[int, tuple[Mutant, int]] = {}  # by process: the mutant, and whose server it has
        free = list(range(self._workers))
        waiting = list(reversed(self._mutants))
        while waiting or running:
            if waiting and free:
                mutant = waiting.pop()
                servers.place = free.pop()
                running[self._begin(mutant, modules[mutant.module])] = mutant, servers.place
            else:
                process, status = os.wait()
                mutant, place = running.pop(process)
                self._tell(mutant, _fate(status))
                free.append(place)

    def _begin(self, mutant: Mutant, items: Sequence[pytest.Item]) -> int:
        child = os.fork()
        if child == 0:
            limit = PATIENCE + SLOWER * sum(self._seconds[item.nodeid] for item in items)
            signal.setitimer(signal.ITIMER_PROF, limit)  # either signal ends the child, whatever it is at
            signal.alarm(WAITING)
            self._live(mutant, items)
        return child

    def _live(self, mutant: Mutant, items: Sequence[pytest.Item]) -> None:
        """Be the mutant, until a test fails or none is left."""
        try:
            if reads_facts(mutant.module):
                pytest.MonkeyPatch().setattr(test_examples, "lay_out", without_cache(test_examples.lay_out))
            replace(mutant)
        except Exception:  # noqa: BLE001 -- whatever a module with a mistake raises when it is imported
            os._exit(1)
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failed:
                os._exit(1)
        os._exit(0)


def _fate(status: int) -> Fate:
    if os.WIFSIGNALED(status):
        ends = {signal.SIGPROF: Fate.HUNG, signal.SIGALRM: Fate.UNJUDGED}
        return ends.get(signal.Signals(os.WTERMSIG(status)), Fate.KILLED)
    return Fate.KILLED if status else Fate.LIVES


LayOut = Callable[[Example, Path], None]


def laid_out_once(lay_out: LayOut) -> LayOut:
    """Make each example's repository once; the gate writes nothing into one but its cache."""
    there: set[Path] = set()

    def once(example: Example, root: Path) -> None:
        if root not in there:
            lay_out(example, root)
            there.add(root)

    return once


def without_cache(lay_out: LayOut) -> LayOut:
    """Have the gate read every fact of a repository anew."""

    def cold(example: Example, root: Path) -> None:
        lay_out(example, root)
        shutil.rmtree(root / CACHE, ignore_errors=True)

    return cold


class Servers:
    """A database server for each worker, lent to all tests that would start their own.

    Args:
        items: The tests.
        count: How many workers there are.
    """

    def __init__(self, items: Sequence[pytest.Item], count: int) -> None:
        modules = {item.module for item in items if isinstance(item, pytest.Function)}
        self._takers = [module for module in modules if hasattr(module, "temporary_server")]
        self._count = count if self._takers else 0
        self._stack = ExitStack()
        self.place = 0  # whose turn it is

    def __enter__(self) -> Self:
        """Start them."""
        running = [self._stack.enter_context(temporary_server()) for _ in range(self._count)]

        @contextmanager
        def lent() -> Iterator[Server]:
            yield running[self.place]

        patch = self._stack.enter_context(pytest.MonkeyPatch.context())
        for module in self._takers:
            patch.setattr(module, "temporary_server", lent)
        return self

    def __exit__(self, *error: object) -> None:
        """Stop them."""
        self._stack.close()
