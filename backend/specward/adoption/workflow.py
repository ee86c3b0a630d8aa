"""The gate in a project's continuous integration: one workflow of its own."""

from importlib.resources import files
from pathlib import Path

from specward.adoption.origin import requirement
from specward.adoption.survey import Survey

FOLDER = ".github/workflows"
PATH = f"{FOLDER}/specward.yml"
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


def _install(root: Path, folder: str) -> str:
    gate = requirement()
    for place in dict.fromkeys((folder, ".")):
        name = "requirements.txt" if place == "." else f"{place}/requirements.txt"
        if (root / name).is_file():
            return f"-r {name} {gate}"
        settings = root / place / "pyproject.toml"
        if settings.is_file() and "[project]" in settings.read_text(encoding="utf-8", errors="replace"):
            return f"{'.' if place == '.' else f'./{place}'} {gate}"
    return gate
