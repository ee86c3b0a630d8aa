"""Code that nobody can read, in tests that lie in the territory: told where it runs with the application."""

from pathlib import Path

import pytest

from specward.verify import judge, read_project
from tests.specward.repository import make_repository, write_tree

SETTINGS = (
    '[tool.specward]\napp = "app.main:app"\napp_dir = "backend"\nterritory = ["backend/app/**"]\n'
    'tests = ["backend/app/tests/**"]\n'
)
FILES = {
    "pyproject.toml": SETTINGS,
    "backend/app/__init__.py": "",
    "backend/app/main.py": "from fastapi import FastAPI\n\nfrom app.utils import load\n\napp = FastAPI()\n",
    "backend/app/utils.py": "def load() -> None: ...\n",
    "backend/app/tests/__init__.py": "",
    "backend/app/tests/utils.py": "def load(path: str) -> None:\n    exec(open(path).read())\n",
    "backend/app/tests/test_load.py": "from app.tests.utils import load\n\nload(input())\n",
}
UTILS = "backend/app/tests/utils.py"


def told(root: Path, *paths: str) -> list[str]:
    verdict = judge(read_project(root, paths=paths or None), select=["SW608"])
    return [finding.place.path for finding in verdict.findings]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repository(tmp_path, FILES)


def test_tests_that_nothing_imports_answer_nobody(root: Path) -> None:
    assert told(root) == []
    assert told(root, UTILS) == []


@pytest.mark.parametrize(
    "line",
    [
        "from app.tests.utils import load",
        "from app.tests import utils",
        "import app.tests.utils",
        "from .tests.utils import load",
        "from utils import load",  # where the search for modules begins is the application's to say
        "from importlib import import_module\nimport_module('app.tests.utils')",
        "from app.tests import test_load",  # which imports it
    ],
)
def test_tests_that_the_application_imports_run(line: str, root: Path) -> None:
    write_tree(root, {"backend/app/utils.py": f"{line}\n"})
    assert told(root) == [UTILS]
    assert told(root, UTILS) == [UTILS]


def test_a_package_runs_with_what_lies_in_it(root: Path) -> None:
    package = "backend/app/tests/__init__.py"
    write_tree(root, {package: "eval(input())\n", "backend/app/tests/sums.py": "X = 1\n"})
    assert told(root) == []
    write_tree(root, {"backend/app/utils.py": "import app.tests.sums\n"})
    assert told(root) == [package]


def test_the_application_is_no_test_wherever_it_lies(root: Path) -> None:
    write_tree(root, {"backend/app/tests/server.py": "from app.tests import utils\n"})
    write_tree(root, {"pyproject.toml": SETTINGS.replace("app.main", "app.tests.server")})
    assert told(root) == [UTILS]


def test_a_name_alone_makes_no_test(root: Path) -> None:
    write_tree(root, {"backend/app/versions/test_sums.py": "eval(input())\n"})
    assert told(root) == ["backend/app/versions/test_sums.py"]
