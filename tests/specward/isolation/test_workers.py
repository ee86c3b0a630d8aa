"""Other processes judge as this one does, and nothing is lost where they cannot."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from specward.code.dataflow.judging import workers
from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.judging.judge import Judge
from specward.code.dataflow.judging.project import Code
from specward.code.dataflow.judging.workers import Workers
from specward.code.dataflow.owners.schema import Options
from specward.code.dataflow.trail import Kept, Trail
from tests.specward.isolation.test_kept_routes import BOUND, DEPS, MODELS, ROUTES, UNBOUND

LONG = 60  # seconds: no worker takes as much to begin
FILES = {"app/models.py": MODELS, "app/deps.py": DEPS} | {
    path: text
    for number in range(40)
    for path, text in {
        f"app/r{number}/routes.py": ROUTES.replace("NAME", f"r{number}"),
        f"app/r{number}/store.py": UNBOUND if number % 3 else BOUND,
    }.items()
}


@pytest.fixture(autouse=True)
def begun(monkeypatch: pytest.MonkeyPatch) -> Iterator[list["subprocess.Popen[str]"]]:
    """The processes; none stays."""
    found, popen = list["subprocess.Popen[str]"](), subprocess.Popen

    def begin(command: list[str], **options: Any) -> "subprocess.Popen[str]":
        found.append(popen(command, **options))
        return found[-1]

    monkeypatch.setattr(workers, "_PATIENCE", 0.0)
    monkeypatch.setattr(workers, "_processors", lambda: 3)
    monkeypatch.setattr(subprocess, "Popen", begin)
    yield found
    assert found
    assert all(process.returncode is not None for process in found)


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Whether another process has judged something."""
    event, load = Event(), Trail.load

    def loaded(kept: Kept) -> Trail:
        event.set()
        return load(kept)

    monkeypatch.setattr(Trail, "load", loaded)
    return event


@pytest.fixture
def before_each(
    monkeypatch: pytest.MonkeyPatch, begun: list["subprocess.Popen[str]"]
) -> list[Callable[[], object]]:
    """What is done in this process before it judges a further route beside others."""
    judge, acts = Judge.judge, list[Callable[[], object]]()

    def acted(self: Judge, index: int) -> Trail:
        for act in acts if begun else ():
            act()
        return judge(self, index)

    monkeypatch.setattr(Judge, "judge", acted)
    return acts


def test_others_give_what_this_process_gives(
    answered: Event, before_each: list[Callable[[], object]]
) -> None:
    alone = analyse_files(FILES, Options())
    assert len(alone.violations) == 26
    before_each.append(lambda: answered.wait(LONG))
    with Workers() as hands:
        assert analyse_files(FILES, Options(), hands) == alone
    assert answered.is_set()


def test_what_a_killed_worker_had_taken_is_judged_here(
    begun: list["subprocess.Popen[str]"], answered: Event, before_each: list[Callable[[], object]]
) -> None:
    alone = analyse_files(FILES, Options())

    def kill() -> None:
        assert answered.wait(LONG)
        for process in begun:
            process.kill()

    before_each.append(kill)
    with Workers() as hands:
        assert analyse_files(FILES, Options(), hands) == alone


def test_whoever_is_interrupted_keeps_what_is_known(
    tmp_path: Path, answered: Event, before_each: list[Callable[[], object]]
) -> None:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    def interrupt() -> None:
        assert answered.wait(LONG)
        raise TimeoutError

    before_each.append(interrupt)
    with pytest.raises(TimeoutError):
        Code(tmp_path, FILES, {}, cached=True).analysis()
    assert (tmp_path / ".specward/cache/isolation-routes.jsonl").is_file()
    before_each.clear()
    found = Code(tmp_path, FILES, {}, cached=True).analysis()
    assert found == analyse_files(FILES, Options())
