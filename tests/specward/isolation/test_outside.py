"""Code of the repository that the application runs, and that lies where no task and no rule holds it."""

from pathlib import Path

import pytest

from specward.rules.examples import HEADER, SPECS
from specward.verify import verify
from tests.specward.repository import make_repository

ROUTES = "backend/app/orders/routes.py"
SETTINGS = {"pyproject.toml": SPECS["pyproject.toml"] + 'app = "app.main:app"\napp_dir = "backend"\n'}
HELPER = {"backend/helpers.py": "X = 1\n"}


def found(root: Path, code: str, more: dict[str, str]) -> list[tuple[str, int]]:
    files = {**SPECS, **SETTINGS, ROUTES: f"{HEADER}{code}\n", "backend/app/db.py": HEADER, **more}
    findings = verify(make_repository(root, files), select=("SW610",)).findings
    assert all(finding.code == "SW610" for finding in findings)
    return [(finding.place.path, finding.place.line) for finding in findings]


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("import helpers", HELPER),
        ("import os, helpers as h", HELPER),
        ("from helpers import X", HELPER),
        ("def f():\n    from helpers import (\n        X,\n    )", HELPER),
        ("from importlib import import_module; import_module('helpers')", HELPER),
        ("from lib.deep import code", {"backend/lib/deep/code.py": ""}),
        ("from lib import (\n    code,\n)", {"backend/lib/code.py": ""}),
        ("import lib.deep", {"backend/lib/deep/__init__.py": ""}),
        ("from tests.shared import X", {"backend/tests/shared.py": ""}),
    ],
)
def test_what_lies_outside_and_is_imported_is_told(code: str, more: dict[str, str], tmp_path: Path) -> None:
    line = next(n for n, text in enumerate(code.split("\n"), 6) if "import" in text)
    assert found(tmp_path, code, more) == [(ROUTES, line)]


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("from app.db import x\nimport app.db", {}),
        ("from ..db import x\nfrom . import routes", {}),
        ("import os\nfrom fastapi import FastAPI", HELPER),
        ("from alembic import op", {"backend/alembic/env.py": "", "alembic.py": ""}),
        ("x = 'import helpers'\n# import helpers", HELPER),
        ("import helpers.more", {}),
    ],
)
def test_what_is_held_or_no_file_of_the_repository_is_not(
    code: str, more: dict[str, str], tmp_path: Path
) -> None:
    assert found(tmp_path, code, more) == []


def test_each_file_is_told_once(tmp_path: Path) -> None:
    other = {"backend/app/orders/more.py": f"{HEADER}import helpers\n"}
    assert found(tmp_path, "import helpers\nfrom helpers import X", {**HELPER, **other}) == [
        ("backend/app/orders/more.py", 6)
    ]


def test_a_territory_within_a_package_does_not_hold_its_siblings(tmp_path: Path) -> None:
    settings = SETTINGS["pyproject.toml"] + 'territory = ["backend/app/orders/**"]\n'
    assert found(tmp_path, "from ..db import x", {"pyproject.toml": settings}) == [(ROUTES, 6)]


def test_tests_may_import_what_they_like(tmp_path: Path) -> None:
    test = {"backend/app/tests/test_orders.py": f"{HEADER}import helpers\n"}
    assert found(tmp_path, "", {**HELPER, **test}) == []


def test_a_change_that_moves_a_query_out_of_sight_is_found(tmp_path: Path) -> None:
    query = "def read(session, id):\n    return session.get(Order, id)\n"
    assert found(tmp_path, "from helpers import read", {"backend/helpers.py": query}) == [(ROUTES, 6)]
