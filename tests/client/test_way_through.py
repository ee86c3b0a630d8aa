"""The main job, from the order to the answer: the seed's own examples, in this very repository.

What an example asks for is taken out of a copy. The user says it, word by word, the client hands it to the
agent, the scripted model writes it anew under the gate, and what it leaves is migrated and served on a real
Postgres, to two people.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest

from tests.client.claude import call, run_claude, text
from tests.client.messages_api import Json, Turn
from tests.client.project import ROOT, commit, git
from tests.client.seed import TASKS, Example, examples

MAIN = "backend/app/main.py"
BINARIES = Path(sys.executable).parent
PASSWORD = "correct horse battery"
SECONDS = 300  # the whole repository is judged, for the first time in this copy


def _without_profiles(main: str) -> str:
    lines = [line for line in main.splitlines(keepends=True) if "profiles import" not in line]
    without = "".join(line for line in lines if "router(profiles)" not in line)
    return re.sub(r", T-042\b", "", without)


class Piece(NamedTuple):
    """What one of the examples asks for, in this repository."""

    tasks: str  # as the agent is told them
    new: str  # a pattern of the files that were not there before
    cites: str  # a section that the tasks cite
    beyond: str  # a file of the territory that none of them permits
    main_before: Callable[[str], str] = str


PIECES = (
    Piece(
        "T-042",
        r"backend/app/profiles/.*|.*_profiles\.py",
        "§3.2",
        "backend/app/notifications/models.py",
        _without_profiles,
    ),
    Piece(
        "T-078",
        r"backend/app/notifications/(__init__|models)\.py|.*_notifications\.py",
        "§4.6",
        "backend/app/notifications/routes.py",
    ),
    Piece(
        "T-101 through T-105",
        r"backend/app/accounts/(__init__|repository|routes|schemas|service)\.py"
        r"|backend/app/core/(tokens|passwords)\.py|.*_(accounts|sessions)\.py",
        "§2.3",
        "backend/app/profiles/routes.py",
    ),
)


@pytest.fixture(params=zip(examples(), PIECES, strict=True), ids=[piece.tasks for piece in PIECES])
def example(request: pytest.FixtureRequest) -> tuple[Example, Piece]:
    """One of the seed's examples, and what it means here."""
    found: tuple[Example, Piece] = request.param
    return found


@pytest.fixture
def project(example: tuple[Example, Piece], tmp_path: Path) -> Path:
    """This repository as it was before the work."""
    _, piece = example
    project = tmp_path / "project"
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for path in filter(None, listed):
        if (ROOT / path).is_file() and not re.fullmatch(f"{piece.new}|(tests|bench)/.*", path):
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, project / path)
    (project / MAIN).write_text(piece.main_before(_now(MAIN)), encoding="utf-8")
    (project / ".venv").symlink_to(sys.prefix)
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(project))
    commit(project)
    return project


def _now(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _contents(piece: Piece) -> dict[str, str]:
    """What the work leaves, by path: what is new, and what was another before."""
    paths = git(ROOT, "ls-files", "backend/app").splitlines()
    new = [path for path in sorted(paths) if re.fullmatch(piece.new, path)]
    changed = [MAIN] if piece.main_before(_now(MAIN)) != _now(MAIN) else []
    return {path: _now(path) for path in (*new, *changed)}


def test_the_agent_implements_a_task_and_what_it_leaves_serves_two_people(
    example: tuple[Example, Piece], project: Path
) -> None:
    (said, piece), work = example, _contents(example[1])

    def write(name: str, path: str, content: str) -> Json:
        return call("Write", name, file_path=str(project / path), content=content)

    first = next(iter(work))
    refused = {
        "page": write("page", "frontend/profile.ts", "export {}\n"),
        "contract": write("contract", "specs/contracts/new.yaml", "openapi: 3.1.0\n"),
        "beyond": write("beyond", piece.beyond, _now(first)),
    }
    order = {"subagent_type": "backend-engineer", "prompt": f"Implement {piece.tasks} [sub]"}
    handed_over = call("Agent", "agent", description="A task", run_in_background=False, **order)
    turns: list[Turn] = [
        [call("Read", "read", file_path=str(project / MAIN)), *refused.values()],
        [write("wrong", first, _now(first).replace("[From]: ", "[From]: speckit.specify §9.9, "))],
        text("Done."),  # not yet
        [write(path, path, content) for path, content in work.items()],
        text(f"{piece.tasks} done."),
    ]
    script = {"[sub]": turns, said.user: [[*text(said.assistant), handed_over], text("It is done.")]}
    run = run_claude(project, said.user, script, seconds=SECONDS)

    assert run.returncode == 0
    assert {name for name in refused if not run.refused(name)} == set()
    assert "outside the permit" in run.answer_to("beyond")
    assert piece.cites in run.told  # the brief: what the task cites, whole
    assert run.longest.count("feedback:\nNot done yet") == 1
    changed = set(git(project, "status", "--short", "--untracked-files=all").split()[1::2])
    records = {path for path in changed if path.startswith("history/prompts/")}
    told = [(project / path).read_text(encoding="utf-8") for path in records]
    assert all(order["prompt"] in text for text in told)
    recorded = [task for text in told for task in re.findall(r"^- (T-\d+)$", text, re.MULTILINE)]
    assert tuple(sorted(recorded)) == next(tasks for tasks in TASKS if tasks[0] in piece.tasks)
    assert changed == {*records, *work}
    verdict = (project / ".specward/verdict.json").read_text(encoding="utf-8")
    assert '"clean": true' in verdict
    with _served(project) as api:
        _two_people(api)


@contextmanager
def _served(project: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serve = ["uvicorn", "app.main:app", "--app-dir", "backend", "--port", str(port)]
    serve += ["--http", "app.core.protocol:BoundedHttp"]
    environment = {name: value for name, value in os.environ.items() if "DATABASE_URL" not in name}
    process = subprocess.Popen(
        [str(BINARIES / "specward"), "database", "run", "--", *serve],
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield _answering(f"http://127.0.0.1:{port}", process)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        stop = [str(BINARIES / "specward"), "database", "stop", "--remove"]
        subprocess.run(stop, cwd=project, env=environment, capture_output=True, check=True)


def _answering(api: str, process: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx2.get(f"{api}/readyz").raise_for_status()
        except httpx2.HTTPError:
            time.sleep(0.2)
        else:
            return api
    process.kill()
    raise AssertionError(f"the service did not come up: {process.communicate()[0]}")


def _two_people(api: str) -> None:
    ada, bob = (_signed_in(api, name) for name in ("ada", "bob"))
    with ada, bob:
        changed = ada.patch("/v1/profile", json={"display_name": "Ada"}, headers={"If-Match": '"0"'})
        assert changed.status_code == 200
        assert ada.get("/v1/profile").json()["display_name"] == "Ada"
        theirs = bob.get("/v1/profile")
        assert theirs.headers["etag"] == '"0"'
        assert theirs.json()["display_name"] is None
        assert httpx2.get(f"{api}/v1/profile").status_code == 401
        assert ada.get("/v1/notifications").json()["items"] == []


def _signed_in(api: str, name: str) -> httpx2.Client:
    person = {"email": f"{name}@example.com", "password": PASSWORD}
    assert httpx2.post(f"{api}/v1/auth/register", json=person).status_code == 202
    token = httpx2.post(f"{api}/v1/auth/login", json=person).json()["access_token"]
    merge_patch = "application/merge-patch+json"
    return httpx2.Client(
        base_url=api, headers={"Authorization": f"Bearer {token}", "Content-Type": merge_patch}
    )
