"""The doors on GitHub: every step of the action, and of the workflow that init writes, run in order."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.adoption.project import make_template, specward
from tests.adoption.runner import Runner, Step
from tests.adoption.wheel import ROOT, build_wheel, copy
from tests.specward.repository import commit, git, make_repository, write_tree

MACHINE = ("/usr/local/bin", "/usr/bin", "/bin")
OFFLINE = {  # pip installs without an index what the locked environment has
    "PIP_NO_INDEX": "1",
    "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it as the value of build isolation
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}


class Checkout(NamedTuple):
    """A repository that has adopted the gate, as a runner has checked it out, beside a fresh Python."""

    folder: Path
    python: Path  # the folder of its programs

    def runner(self, base: str, **contexts: dict[str, str]) -> Runner:
        """A runner of a pull request into `base`, or of a push."""
        wheels = str(self.folder.parent)
        variables = {**OFFLINE, "PIP_FIND_LINKS": wheels, "GITHUB_BASE_REF": base}
        github = {"action_path": str(ROOT), "base_ref": base}
        return Runner(self.folder, (self.python, *MACHINE), variables, {"github": github, **contexts})


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """The checkout of a branch; a change of its target is known as `origin/main`."""
    origin = make_template(tmp_path / "origin", **{"backend/requirements.txt": "fastapi\nsqlmodel\n"})
    specward(origin, "init", "--yes")
    commit(origin, "Adopt the gate")
    git(tmp_path, "clone", "--quiet", str(origin), "shop")
    git(tmp_path / "shop", "checkout", "--quiet", "-b", "work")
    return Checkout(tmp_path / "shop", environment(tmp_path / "python") / "bin")


def environment(folder: Path) -> Path:
    """A Python that has pip, what the application needs, and what the gate needs to be built and run."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (site,) = folder.glob("lib/python3*/site-packages")
    for name in ("pip", "fastapi", "sqlmodel", "hatchling", "jinja2", "pyyaml", "sqlglot"):
        copy(name, site)
    return folder


def steps_of(path: Path) -> list[Step]:
    """The steps of an action, or of the one job of a workflow."""
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    (job,) = loaded["jobs"].values() if "jobs" in loaded else (loaded["runs"],)
    found: list[Step] = job["steps"]
    return found


def change(checkout: Checkout, path: str) -> None:
    write_tree(checkout.folder, {path: "{}\n"})
    commit(checkout.folder, "Change")


def holds(steps: list[Step], checkout: Checkout, pull_request: Runner, push: Runner) -> None:
    """Whether the steps pass what is clean, and the last one tells a change of no task where there is one."""
    change(checkout, "frontend/data.json")
    assert [done.returncode for done in pull_request.run(steps)] == [0, 0]
    change(checkout, "backend/app/data.json")
    assert [done.returncode for done in push.run(steps[-1:])] == [0]
    (held,) = pull_request.run(steps[-1:])
    assert (held.returncode, "SW302" in held.stdout) == (1, True), held


def test_the_action_installs_the_gate_and_holds_a_change(checkout: Checkout) -> None:
    steps = steps_of(ROOT / "action.yml")
    inputs = {"base": "", "python": str(checkout.python / "python"), "working-directory": "."}
    push = checkout.runner("", inputs=inputs)
    holds(steps, checkout, checkout.runner("main", inputs=inputs), push)
    given = checkout.runner("", inputs={**inputs, "base": "origin/main"})
    assert [done.returncode for done in given.run(steps[-1:])] == [1]


def test_the_workflow_that_init_writes_holds_a_change(checkout: Checkout) -> None:
    build_wheel(checkout.folder.parent)  # in the place of the registry
    steps = steps_of(checkout.folder / ".github/workflows/specward.yml")
    scripts = [step for step in steps if "run" in step]
    holds(scripts, checkout, checkout.runner("main"), checkout.runner(""))


def test_the_workflow_takes_the_gate_from_where_it_is_installed_from(checkout: Checkout) -> None:
    source = checkout.folder.parent / "gate"
    shutil.copytree(ROOT / "backend/specward", source / "backend/specward")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    make_repository(source, {})
    address = f"git+{source.as_uri()}"
    pip = [str(checkout.python / "python"), "-m", "pip", "install", "--quiet", address]
    subprocess.run(pip, check=True, env={**OFFLINE, "PATH": os.pathsep.join(MACHINE)})
    workflow = checkout.folder / ".github/workflows/specward.yml"
    workflow.unlink()  # init leaves alone what a person may have changed
    init = [str(checkout.python / "specward"), "init", "--yes"]
    subprocess.run(init, check=True, cwd=checkout.folder, capture_output=True)
    commit(checkout.folder, "Take the gate from its repository")
    assert f" {address}@{git(source, 'rev-parse', 'HEAD').strip()}\n" in workflow.read_text(encoding="utf-8")
    scripts = [step for step in steps_of(workflow) if "run" in step]
    holds(scripts, checkout, checkout.runner("main"), checkout.runner(""))
