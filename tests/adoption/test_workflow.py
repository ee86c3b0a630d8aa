"""What the workflow installs beside the gate: the application, however its project names what it needs."""

from pathlib import Path

import pytest

from specward.adoption.survey import survey
from specward.adoption.workflow import installs_application, write_workflow
from tests.specward.repository import make_repository

MAIN = {"app/__init__.py": "", "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n"}
BUILT = '[build-system]\nrequires = ["hatchling"]\n'


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"requirements.txt": "fastapi\n"}, "python -m pip install -r requirements.txt specward"),
        ({"pyproject.toml": f'[project]\nname = "shop"\n{BUILT}'}, "python -m pip install . specward"),
        ({"pyproject.toml": f'[tool.poetry]\nname = "shop"\n{BUILT}'}, "python -m pip install . specward"),
        (
            {"pyproject.toml": '[project]\nname = "shop"\ndependencies = ["fastapi"]\n'},
            "python -m pip install uv && uv pip install --system -r pyproject.toml specward",
        ),
        ({"Pipfile": '[packages]\nfastapi = "*"\n'}, "python -m pip install specward"),
        (
            {"pyproject.toml": f"[tool.poetry]\npackage-mode = false\n{BUILT}"},
            "python -m pip install specward",
        ),
    ],
    ids=["requirements", "package", "poetry", "not a package", "pipenv", "poetry without a package"],
)
def test_the_application_is_installed_as_its_project_says(
    files: dict[str, str], command: str, tmp_path: Path
) -> None:
    root = make_repository(tmp_path, {**MAIN, **files})
    found = survey(root)
    assert f"run: {command}" in write_workflow(root, found)
    assert installs_application(root, found) is (command != "python -m pip install specward")
