"""Branches made by Neon's API: as its contract has it, always deleted, and the key never shown."""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from specward.database.branches import branch
from specward.database.neon import NeonBranches, Project, RefusedError, project_in
from specward.database.provision import Urls
from specward.errors import CouldNotRunError
from tests.database.neon.double import KEY, PROJECT, Neon, neon_double


@pytest.fixture
def neon() -> Iterator[Neon]:
    with neon_double() as neon:
        yield neon


class Clock:
    """Keeps the pauses instead of waiting."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def __call__(self, pause: float) -> None:
        self.pauses.append(pause)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def project(neon: Neon, clock: Clock) -> Project:
    return Project(PROJECT, KEY, api=neon.url, sleep=clock)


@pytest.fixture
def branches(project: Project, database: Urls) -> NeonBranches:
    return NeonBranches(project, database)


def test_a_branch_is_made_used_and_deleted(neon: Neon, branches: NeonBranches, clock: Clock) -> None:
    with branch(branches, "task-t-042") as urls:
        assert [made["name"] for made in neon.branches.values()] == ["task-t-042"]
        with psycopg.connect(urls.app) as connection:
            assert connection.info.user == "app_user"
    assert neon.branches == {}
    assert clock.pauses[:2] == [0.25, 0.375]  # it polls, less and less often


def test_a_branch_expires_if_nobody_deletes_it(neon: Neon, branches: NeonBranches) -> None:
    with branch(branches, "forgotten"):
        pass
    (expiry,) = neon.expiries
    assert datetime.fromisoformat(expiry) > datetime.now(UTC)


def test_a_branch_goes_with_what_failed_in_it(neon: Neon, branches: NeonBranches) -> None:
    with pytest.raises(ZeroDivisionError), branch(branches, "failing"):
        raise ZeroDivisionError
    assert neon.branches == {}


@pytest.mark.parametrize("outcome", ["failed", "cancelled"])
def test_a_branch_that_could_not_be_made_is_deleted(
    neon: Neon, branches: NeonBranches, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    neon.outcome = outcome
    monkeypatch.setattr(neon, "delete", lambda name, delete=neon.delete: _done(neon, delete(name)))
    with pytest.raises(CouldNotRunError, match=f"start_compute {outcome}"):
        branches.create("unlucky")
    assert neon.branches == {}


def _done(neon: Neon, answer: tuple[int, dict[str, object]]) -> tuple[int, dict[str, object]]:
    neon.outcome = "finished"
    return answer


def test_a_busy_project_is_asked_again(neon: Neon, branches: NeonBranches, clock: Clock) -> None:
    neon.busy = 4
    with branch(branches, "patient"):
        assert neon.asked[:5] == [f"POST /projects/{PROJECT}/branches"] * 5
    assert clock.pauses[:4] == sorted(clock.pauses[:4])


def test_patience_ends(neon: Neon, branches: NeonBranches, clock: Clock) -> None:
    neon.busy = 1000
    with pytest.raises(CouldNotRunError, match="not ready after 300 seconds"):
        branches.delete("anything")
    assert max(clock.pauses) == 5.0
    assert 300 < sum(clock.pauses) < 310


def test_a_sleeping_compute_is_woken(
    neon: Neon, branches: NeonBranches, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, refusals = psycopg.connect, iter([True, True, False])

    def sleepy(url: str, *, connect_timeout: int) -> object:
        if next(refusals):
            raise psycopg.OperationalError("the compute is not there yet")
        return connect(url, connect_timeout=connect_timeout)

    monkeypatch.setattr("specward.database.neon.psycopg.connect", sleepy)
    branches.create("asleep")
    assert next(refusals, None) is None
    branches.delete("asleep")
    assert neon.branches == {}


def test_somebody_elses_branch_of_the_same_name_stays(neon: Neon, branches: NeonBranches) -> None:
    branches.create("shared")
    with pytest.raises(RefusedError, match="status 409: branch shared already exists"):
        branches.create("shared")
    assert len(neon.branches) == 1


def test_only_the_branch_of_that_very_name_is_deleted(neon: Neon, branches: NeonBranches) -> None:
    for name in ("task", "task-2"):
        branches.create(name)
    branches.delete("task")
    assert [left["name"] for left in neon.branches.values()] == ["task-2"]
    branches.delete("task")


def test_a_branch_that_goes_meanwhile_is_no_error(
    neon: Neon, branches: NeonBranches, monkeypatch: pytest.MonkeyPatch
) -> None:
    branches.create("quick")
    monkeypatch.setattr(neon, "delete", lambda _: (404, {"code": "", "message": "branch not found"}))
    branches.delete("quick")


def test_the_key_is_in_no_message(neon: Neon, database: Urls) -> None:
    wrong = Project(PROJECT, "napi_wrong", api=neon.url)
    with pytest.raises(RefusedError, match="Look at NEON_API_KEY") as refused:
        NeonBranches(wrong, database).create("any")
    assert "napi_wrong" not in repr(refused.value) + repr(wrong) + repr(
        NeonBranches(wrong, database)._asdict()["project"]
    )


def test_nobody_there_is_a_sentence(database: Urls) -> None:
    nowhere = Project(PROJECT, KEY, api="http://127.0.0.1:1")
    with pytest.raises(CouldNotRunError, match="Neon does not answer"):
        NeonBranches(nowhere, database).delete("any")


def test_the_pooler_of_the_parent_becomes_the_pooler_of_the_branch(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NeonBranches, "_wake", lambda *_: None)
    monkeypatch.setattr("tests.database.neon.double.HOST", "ep-new-2.eu.aws.neon.tech")
    app = "postgresql://app_user:u@ep-old-1-pooler.eu.aws.neon.tech/neondb?sslmode=require"
    migration = "postgresql://app_migrator:m@ep-old-1.eu.aws.neon.tech/neondb?sslmode=require"
    assert NeonBranches(project, Urls(app, migration)).create("pooled") == Urls(
        app.replace("ep-old-1", "ep-new-2"), migration.replace("ep-old-1", "ep-new-2")
    )


def test_the_environment_names_key_and_project() -> None:
    assert project_in({}) is None
    assert project_in({"NEON_API_KEY": "k", "NEON_PROJECT_ID": "p"}) is not None
    with pytest.raises(CouldNotRunError, match="NEON_PROJECT_ID"):
        project_in({"NEON_API_KEY": "k"})
