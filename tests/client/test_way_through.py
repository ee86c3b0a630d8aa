"""The main job, from the order to the answer: the real client implements T-042 in this very repository.

The profile slice is taken out of a copy, the scripted model writes it anew under the gate, and what it leaves
is migrated and served on a real Postgres, to two people.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.client.claude import call, run_claude, text
from tests.client.messages_api import Json, Turn
from tests.client.project import ROOT, commit, git

MAIN = "backend/app/main.py"
BINARIES = Path(sys.executable).parent
PASSWORD = "correct horse battery"


@pytest.fixture
def without_profiles(tmp_path: Path) -> Path:
    """This repository as it was before T-042."""
    project = tmp_path / "project"
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for path in filter(None, listed):
        if (ROOT / path).is_file() and not _of_profiles(path):
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, project / path)
    (project / MAIN).write_text(
        _without_profiles((ROOT / MAIN).read_text(encoding="utf-8")), encoding="utf-8"
    )
    (project / ".venv").symlink_to(sys.prefix)
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(project))
    commit(project)
    return project


def _of_profiles(path: str) -> bool:
    return path.startswith(("backend/app/profiles/", "tests/", "bench/")) or path.endswith("_profiles.py")


def _without_profiles(main: str) -> str:
    lines = [line for line in main.splitlines(keepends=True) if "profiles import" not in line]
    without = "".join(line for line in lines if "router(profiles)" not in line)
    return re.sub(r", T-042\b", "", without)


def _written_by_the_model(project: Path) -> list[Json]:
    paths = sorted(path for path in git(ROOT, "ls-files", "backend/app").split() if _of_profiles(path))
    contents = {path: (ROOT / path).read_text(encoding="utf-8") for path in [*paths, MAIN]}
    return [
        call("Write", path, file_path=str(project / path), content=content)
        for path, content in contents.items()
    ]


def test_the_agent_implements_a_task_and_what_it_leaves_serves_two_people(without_profiles: Path) -> None:
    project = without_profiles
    refused = {
        "page": call("Write", "page", file_path=str(project / "frontend/profile.ts"), content="export {}\n"),
        "contract": call(
            "Write",
            "contract",
            file_path=str(project / "specs/contracts/new.yaml"),
            content="openapi: 3.1.0\n",
        ),
    }
    turns: list[Turn] = [
        [call("Read", "read", file_path=str(project / MAIN)), *refused.values()],
        _written_by_the_model(project),
        text("T-042 is implemented."),
    ]
    run = run_claude(project, "Implement task T-042 [main]", {"[main]": turns}, "--agent", "backend-engineer")
    assert run.returncode == 0
    assert all(run.refused(name) for name in refused)
    assert "§3.2" in run.told  # the brief: what the task cites, whole
    changed = set(git(project, "status", "--short", "--untracked-files=all").split()[1::2])
    (record,) = (path for path in changed if path.startswith("history/prompts/"))
    assert "Implement task T-042 [main]" in (project / record).read_text(encoding="utf-8")
    assert changed == {record, *(call_["id"] for call_ in turns[1])}
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


def _signed_in(api: str, name: str) -> httpx2.Client:
    person = {"email": f"{name}@example.com", "password": PASSWORD}
    assert httpx2.post(f"{api}/v1/auth/register", json=person).status_code == 202
    token = httpx2.post(f"{api}/v1/auth/login", json=person).json()["access_token"]
    merge_patch = "application/merge-patch+json"
    return httpx2.Client(
        base_url=api, headers={"Authorization": f"Bearer {token}", "Content-Type": merge_patch}
    )
