"""Where processes cannot be begun, or say what nobody asked for, nothing is lost and nothing is mixed up."""

import sys
import threading
import time
from itertools import starmap
from pathlib import Path

import pytest

from specward.code.dataflow.judging import workers
from specward.code.dataflow.judging.judge import Judge
from specward.code.dataflow.judging.workers import Workers
from specward.code.dataflow.owners.schema import Options
from specward.code.dataflow.sources.source import read
from specward.code.dataflow.trail import Trail
from tests.specward.isolation.test_workers import FILES


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Judge:
    monkeypatch.setattr(workers, "_PATIENCE", 0.0)
    monkeypatch.setattr(workers, "_processors", lambda: 2)
    return Judge(filter(None, starmap(read, sorted(FILES.items()))), Options())


def _judged(judge: Judge, hands: Workers) -> list[object]:
    trails = dict(hands.judge(judge, range(len(judge.routes))))
    return [trails[index].dump() for index in range(len(judge.routes))]


@pytest.mark.parametrize("executable", ["", None, "/nowhere/python"])
def test_where_none_can_be_begun_this_process_does_it_all(
    monkeypatch: pytest.MonkeyPatch, judge: Judge, executable: str | None
) -> None:
    monkeypatch.setattr(sys, "executable", executable)
    with Workers() as hands:
        assert _judged(judge, hands) == [judge.judge(index).dump() for index in range(len(judge.routes))]


def test_a_search_path_may_hold_paths(monkeypatch: pytest.MonkeyPatch, judge: Judge) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path, Path("/nowhere")])
    with Workers() as hands:
        assert len(_judged(judge, hands)) == len(judge.routes)


@pytest.mark.parametrize("said", ["hello", "1", "{}"])
def test_who_says_something_else_first_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch, judge: Judge, said: str
) -> None:
    """What a `sitecustomize` prints would put every answer one question behind."""
    alone = [judge.judge(index).dump() for index in range(len(judge.routes))]
    monkeypatch.setattr(workers, "_START", f"print({said!r})\n{vars(workers)['_START']}")
    few, work = threading.active_count(), Judge.judge

    def slow(self: Judge, index: int) -> Trail:
        while threading.active_count() > few and index == 1:
            time.sleep(0.01)
        return work(self, index)

    monkeypatch.setattr(Judge, "judge", slow)
    with Workers() as hands:
        assert _judged(judge, hands) == alone
        assert _judged(judge, hands) == alone


def test_who_is_stopped_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, judge: Judge) -> None:
    alone = [judge.judge(index).dump() for index in range(len(judge.routes))]
    stop = "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"
    monkeypatch.setattr(workers, "_START", f"{stop}\n{vars(workers)['_START']}")
    monkeypatch.setattr(workers, "_WAIT", 0.1)
    few, work, told = threading.active_count(), Judge.judge, list[int]()

    def slow(self: Judge, index: int) -> Trail:
        told.append(index)
        time.sleep(0.05)  # in which the other takes one
        return work(self, index)

    monkeypatch.setattr(Judge, "judge", slow)
    with Workers() as hands:
        assert _judged(judge, hands) == alone
        assert threading.active_count() == few
        assert _judged(judge, hands) == alone
    assert told != sorted(told)  # what the other had taken came last
