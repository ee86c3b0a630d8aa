"""The gate in a project's continuous integration: one workflow of its own."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from specward.adoption.origin import requirement
from specward.adoption.survey import Survey
from specward.toml import read_toml

FOLDER = ".github/workflows"
PATH = f"{FOLDER}/specward.yml"
_PROJECT = "pyproject.toml"
# Where other services are told what to run: what stands there is a person's to extend.
_OTHERS = (
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "Jenkinsfile",
)


def other_service(root: Path) -> str:
    """Return the file of another service that this repository uses; empty: none."""
    return next((path for path in _OTHERS if (root / path).is_file()), "")


def is_held(root: Path) -> bool:
    """Whether a workflow of the repository, other than ours, runs the gate already."""
    workflows = [*(root / FOLDER).glob("*.yml"), *(root / FOLDER).glob("*.yaml")]
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in workflows if path != root / PATH)
    return any("specward" in text for text in texts)


def write_workflow(root: Path, found: Survey) -> str:
    """Return the workflow for a repository.

    The application's own requirements are installed beside the gate: it is imported to see what it serves.
    """
    template = files("specward.adoption").joinpath("templates/workflow.yml").read_text(encoding="utf-8")
    folder = found.application.folder if found.application else "."
    return template.replace("@PYTHON@", _python(root)).replace("@INSTALL@", _install(root, folder))


def _python(root: Path) -> str:
    is_pinned = (root / ".python-version").is_file()
    return "python-version-file: .python-version" if is_pinned else 'python-version: "3.13"'


def installs_application(root: Path, found: Survey) -> bool:
    """Whether the workflow can install the application's requirements, too."""
    return bool(_requirements(root, found.application.folder if found.application else "."))


def _install(root: Path, folder: str) -> str:
    """Return the command that installs the application and the gate."""
    needs = _requirements(root, folder)
    if needs.endswith(_PROJECT):  # no package: pip would try to build one; uv reads what it needs
        return f"python -m pip install uv && uv pip install --system {needs} {requirement()}"
    return " ".join(filter(None, ("python -m pip install", needs, requirement())))


def _requirements(root: Path, folder: str) -> str:
    """Return what an installer is to be told for the application; empty: nothing that it could read."""
    for place in dict.fromkeys((folder, ".")):
        name = "" if place == "." else f"{place}/"
        if (root / f"{name}requirements.txt").is_file():
            return f"-r {name}requirements.txt"
        settings = _settings(root / place / _PROJECT)
        tool = settings.get("tool")
        poetry = tool.get("poetry") if isinstance(tool, dict) else None
        is_package = not isinstance(poetry, dict) or poetry.get("package-mode", True)
        if "build-system" in settings and is_package and ("project" in settings or poetry):
            return "." if place == "." else f"./{place}"
        if "project" in settings:
            return f"-r {name}{_PROJECT}"
    return ""


def _settings(path: Path) -> Mapping[str, object]:
    try:
        return read_toml(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
