"""Processes that judge routes beside this one, when there is more to do than one does in a moment."""

import json
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from threading import Thread
from typing import Self, TypeAlias

from specward.code.dataflow.judging.judge import Judge, Lesson
from specward.code.dataflow.trail import Trail

_PATIENCE = 1.0  # seconds before others are asked: they take about as long to begin
_WAIT = 15.0  # seconds for what others have taken when nothing more waits: one may have been stopped
_FEW = 8  # routes that are not worth it
_MOST = 8  # processes: each reads the project for itself
# Isolated, with the path of this process: what lies in the current folder is never imported.
_START = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from specward.code.dataflow.judging.worker import main
main()
"""


_Done: TypeAlias = deque[tuple[int, Trail]]


class Workers:
    """A process for each further processor, started when first needed; they end with the `with` block."""

    def __init__(self) -> None:
        self._workers: list[_Worker] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers or ():
            worker.end()

    def judge(self, judge: Judge, indices: Sequence[int]) -> Iterator[tuple[int, Trail]]:
        """Judge the routes of these numbers, here and, once it proves long, elsewhere too."""
        waiting, done = deque(indices), _Done()
        asked, patience = list[_Worker](), time.monotonic() + _PATIENCE
        left = {*indices}
        for index in _taken(waiting):
            done.append((index, judge.judge(index)))
            yield from _drained(done, left)
            if not asked and len(waiting) > _FEW and time.monotonic() > patience:
                asked = self._begun(judge)
                for worker in asked:
                    worker.ask(judge.lessons, waiting, done)
        end = time.monotonic() + _WAIT
        for worker in asked:
            worker.join(max(0.0, end - time.monotonic()))
        yield from _drained(done, left)
        for index in sorted(left):
            yield index, judge.judge(index)  # a worker that was killed has left it

    def _begun(self, judge: Judge) -> "list[_Worker]":
        if self._workers is None:
            self._workers = []
            task = _task(judge)
            with suppress(OSError):  # none, or no more, can be begun: this process does what they do not
                for _ in range(_processors() - 1 if sys.executable else 0):
                    self._workers.append(_Worker(task))
        return self._workers


class _Worker:
    """One process: it is told the task once, then a route at a time."""

    def __init__(self, task: str) -> None:
        self._unsaid = [task]
        self._thread: Thread | None = None
        self._process = subprocess.Popen(  # noqa: S603 -- this program itself
            [sys.executable, "-I", "-c", _START, json.dumps([*map(str, sys.path)])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )

    def ask(self, lessons: Sequence[Lesson], waiting: deque[int], done: _Done) -> None:
        """Let it take what waits, until nothing does."""
        if self._process.poll() is None:
            self._thread = Thread(target=self._work, args=(lessons, waiting, done))
            self._thread.start()

    def join(self, seconds: float | None = None) -> None:
        """Wait until it has done what it took; whoever takes too long is asked no more."""
        if self._thread is None:
            return
        self._thread.join(seconds)
        if self._thread.is_alive():
            self._process.kill()
            self._thread.join()

    def _work(self, lessons: Sequence[Lesson], waiting: deque[int], done: _Done) -> None:
        try:
            for index in _taken(waiting):
                answer = self._answer({"lessons": lessons, "route": index})
                done.append((index, Trail.load(json.loads(answer))))
        except (OSError, ValueError, TypeError, KeyError):
            # It has ended, or what it says is no trail: the next may be of an earlier question. It is asked
            # no more, and what it had taken is done by the one who asked.
            self._process.kill()
            self._process.wait()

    def _answer(self, question: object) -> str:
        said, heard = self._process.stdin, self._process.stdout
        if said is None or heard is None:
            return ""
        for line in [*self._unsaid, json.dumps(question)]:
            said.write(f"{line}\n")
        self._unsaid = []
        said.flush()
        return heard.readline()

    def end(self) -> None:
        """Stop it, whatever it does."""
        self._process.kill()
        self._process.wait()
        self.join()
        for pipe in filter(None, (self._process.stdin, self._process.stdout)):
            with suppress(OSError):  # what it was not told any more
                pipe.close()


def _task(judge: Judge) -> str:
    files = [(source.path, source.text, source.outline) for source in judge.program.sources.values()]
    return json.dumps({"files": files, "options": judge.schema.settings._asdict()})


def _taken(waiting: deque[int]) -> Iterator[int]:
    """Take one after the other, while others take from it too."""
    while waiting:
        try:
            yield waiting.popleft()
        except IndexError:
            return


def _drained(done: _Done, left: set[int]) -> Iterator[tuple[int, Trail]]:
    while done:
        index, trail = done.popleft()
        left.discard(index)
        yield index, trail


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return min(len(affinity(0)) if affinity else os.cpu_count() or 1, _MOST)
