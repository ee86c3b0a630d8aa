"""A fresh repository under the gate for each test."""

import shutil
from pathlib import Path

import pytest

from tests.client.project import make_project


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository that the others are copies of."""
    return make_project(tmp_path_factory.mktemp("template") / "project")


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """A repository of the test's own."""
    return Path(shutil.copytree(template, tmp_path / "project", symlinks=True))
