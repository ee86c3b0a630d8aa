"""What the rules of quality hand to the tools: every readable Python file, and nothing else."""

import json
import sys
from pathlib import Path

import pytest

from specward.rules.examples import HEADER, SPECS
from specward.verify import verify
from tests.specward.repository import make_repository, write_tree

TOOL = """
import json, sys
open("asked", "a").write(" ".join(sorted(sys.argv[1:])) + "\\n")
place = {"row": 1, "column": 1}
print(json.dumps([{"filename": p, "location": place, "code": "X1", "message": "Odd."} for p in sys.argv[1:]]))
"""
TYPES = """
import json, sys
open("asked", "a").write(" ".join(sys.argv[1:]) + "\\n")
for path in sys.argv[1:]:
    said = {"file": path, "line": 1, "column": 1, "severity": "error", "code": "x", "message": "Odd."}
    print(json.dumps(said))
"""
COMMAND = json.dumps([Path(sys.executable).name, "tool.py"])
ROUTES = "backend/app/orders/routes.py"
STUB = "backend/app/orders/types.pyi"


def shop(root: Path, **more: str) -> Path:
    settings = f"[tool.specward.quality]\nlint = {COMMAND}\ntypes = []\n"
    files = {**SPECS, "tool.py": TOOL, "pyproject.toml": settings, ROUTES: HEADER, **more}
    return make_repository(root, files)


def asked(root: Path) -> list[str]:
    return (root / "asked").read_text().splitlines()


def test_only_readable_python_is_handed_over(tmp_path: Path) -> None:
    root = shop(tmp_path, **{STUB: HEADER, "backend/app/run.sh": "echo\n"})
    (root / "backend/app/orders/broken.py").write_bytes(b"\0")
    verify(root, select=["SW7"])
    assert asked(root) == [f"{ROUTES} {STUB}"]


def test_a_remark_ends_in_one_full_stop(tmp_path: Path) -> None:
    (finding,) = verify(shop(tmp_path), select=["SW7"]).findings
    assert (finding.code, finding.place.path) == ("SW701", ROUTES)
    assert finding.message.startswith("Odd (")
    assert finding.message.endswith("X1).")


@pytest.mark.parametrize(
    ("rule", "code"), [("D103", "SW703"), ("DTZ001", "SW701"), ("DJ001", "SW701"), ("D", "SW701")]
)
def test_remarks_on_docstrings_have_a_rule_of_their_own(rule: str, code: str, tmp_path: Path) -> None:
    root = shop(tmp_path, **{"tool.py": TOOL.replace("X1", rule)})
    assert [finding.code for finding in verify(root, select=["SW7"]).findings] == [code]


def test_types_are_no_matter_of_one_file(tmp_path: Path) -> None:
    settings = f"[tool.specward.quality]\nlint = []\ntypes = {COMMAND}\n"
    root = shop(tmp_path, **{"tool.py": TYPES, "pyproject.toml": settings})
    assert verify(root, paths=[ROUTES], select=["SW702"]).findings == ()
    (finding,) = verify(root, select=["SW702"]).findings
    assert finding.place.path == ROUTES
    assert asked(root) == [ROUTES]


def test_a_look_at_one_file_keeps_what_was_said_of_the_others(tmp_path: Path) -> None:
    root = shop(tmp_path, **{STUB: HEADER})
    verify(root, select=["SW7"])
    verify(root, paths=[ROUTES], select=["SW7"])
    verify(root, select=["SW7"])
    assert asked(root) == [f"{ROUTES} {STUB}"]


def test_what_has_gone_is_forgotten_by_a_look_at_all(tmp_path: Path) -> None:
    root = shop(tmp_path, **{STUB: HEADER})
    verify(root, select=["SW7"])
    (root / STUB).unlink()
    verify(root, select=["SW7"])
    write_tree(root, {STUB: HEADER})
    verify(root, select=["SW7"])
    assert asked(root) == [f"{ROUTES} {STUB}", ROUTES, f"{ROUTES} {STUB}"]


def test_a_file_that_comes_beside_others_is_news_for_them(tmp_path: Path) -> None:
    settings = SPECS["pyproject.toml"] + '[tool.ruff.lint]\nselect = ["INP"]\n'
    root = make_repository(tmp_path, {**SPECS, "pyproject.toml": settings, ROUTES: HEADER})
    (finding,) = verify(root, select=["SW701"]).findings
    assert "INP001" in finding.message
    write_tree(root, {"backend/app/orders/__init__.py": HEADER, "backend/app/__init__.py": HEADER})
    assert verify(root, select=["SW701"]).findings == ()
