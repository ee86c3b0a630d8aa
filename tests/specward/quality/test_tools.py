"""The tools are asked about what is new, once; and whatever keeps them from answering is said in words."""

import json
import sys
from pathlib import Path

import pytest

from specward.config import load_config
from specward.errors import CouldNotRunError
from specward.quality.model import Remark, Report
from specward.quality.settings import MYPY, PYRIGHT, RUFF, Tools, read_tools
from specward.quality.tools import check_types, lint

# Each answers with one remark for each file, and writes down what it was asked about.
LINTER = """
import json, sys
open("asked", "a").write(" ".join(sys.argv[1:]) + "\\n")
place = {"row": 1, "column": 2}
said = [{"filename": path, "location": place, "code": "X1", "message": path} for path in sys.argv[1:]]
print(json.dumps(said))
"""
TYPES = """
import json, sys
open("asked", "a").write(" ".join(sys.argv[1:]) + "\\n")
for path in sys.argv[1:]:
    said = {"file": path, "line": 1, "column": 1, "severity": "error", "code": "x", "message": path}
    print(json.dumps(said))
sys.exit(1)
"""


def tool(root: Path, source: str) -> tuple[str, ...]:
    (root / "tool.py").write_text(source)
    return (Path(sys.executable).name, "tool.py")


def asked(root: Path) -> list[str]:
    return (root / "asked").read_text().splitlines()


def test_a_linter_is_asked_about_new_contents_alone(tmp_path: Path) -> None:
    command = tool(tmp_path, LINTER)
    first = lint(tmp_path, command, {"a.py": "1", "b.py": "1"})
    assert first.remarks == (Remark("a.py", 1, 2, "X1", "a.py"), Remark("b.py", 1, 2, "X1", "b.py"))
    assert lint(tmp_path, command, {"a.py": "1", "b.py": "2"}) == first
    assert lint(tmp_path, command, {"a.py": "1", "b.py": "2"}) == first
    assert asked(tmp_path) == ["a.py b.py", "b.py"]


def test_a_look_at_one_file_forgets_nothing_of_the_others(tmp_path: Path) -> None:
    command = tool(tmp_path, LINTER)
    both = {"a.py": "1", "b.py": "1"}
    lint(tmp_path, command, both)
    lint(tmp_path, command, {"a.py": "1"}, whole=False)
    lint(tmp_path, command, both)
    assert asked(tmp_path) == ["a.py b.py"]


def test_a_type_checker_is_asked_about_all_files_when_one_is_new(tmp_path: Path) -> None:
    command = tool(tmp_path, TYPES)
    for digests in ({"a.py": "1", "b.py": "1"}, {"a.py": "1", "b.py": "1"}, {"a.py": "1", "b.py": "2"}):
        report = check_types(tmp_path, command, digests)
        assert [remark.path for remark in report.remarks] == ["a.py", "b.py"]
    assert asked(tmp_path) == ["a.py b.py", "a.py b.py"]


def test_new_settings_are_a_new_question(tmp_path: Path) -> None:
    command = tool(tmp_path, LINTER)
    lint(tmp_path, command, {"a.py": "1"})
    (tmp_path / "ruff.toml").write_text("")
    lint(tmp_path, command, {"a.py": "1"})
    assert asked(tmp_path) == ["a.py", "a.py"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            "import sys\nprint('bad settings', file=sys.stderr)\nsys.exit(2)",
            "ended with status 2: bad settings",
        ),
        ("print('all is well')", "did not report in JSON"),
    ],
)
def test_a_tool_that_gives_no_answer_is_named(source: str, said: str, tmp_path: Path) -> None:
    report = check_types(tmp_path, tool(tmp_path, source), {"a.py": "1"})
    assert report.remarks == ()
    assert said in report.trouble


@pytest.mark.parametrize("stream", ["stdout", "stderr"])  # mypy: of a source, of its settings
def test_what_keeps_a_type_checker_from_starting_is_said_in_its_own_words(
    stream: str, tmp_path: Path
) -> None:
    place = {"file": "mypy.ini", "line": 3, "column": 0}
    said = json.dumps({**place, "severity": "error", "code": None, "message": "No plugin"})
    script = f"import sys\nprint({said!r}, file=sys.{stream})\nsys.exit(2)"
    report = check_types(tmp_path, tool(tmp_path, script), {"a.py": "1"})
    name = Path(sys.executable).name
    assert report == Report(name, trouble=f"{name} gave up at mypy.ini:3: No plugin")


@pytest.mark.parametrize("setting", ["fix = true", "fix-only = true"])
def test_a_look_mends_nothing_in_the_sources(setting: str, tmp_path: Path) -> None:
    source = "import os\n\nLIMIT = 50\n"
    (tmp_path / "a.py").write_text(source)
    (tmp_path / "ruff.toml").write_text(f"{setting}\n")
    report = lint(tmp_path, RUFF, {"a.py": "1"})
    assert (tmp_path / "a.py").read_text() == source
    assert [remark.rule for remark in report.remarks] == ["F401"]


def test_a_tool_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert lint(tmp_path, ("no-such-linter",), {"a.py": "1"}).trouble == "no-such-linter is not installed"
    assert not lint(tmp_path, ("no-such-linter",), {}).trouble


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, Tools()),
        ({"ruff.toml": ""}, Tools(lint=RUFF)),
        ({"pyproject.toml": "[tool.ruff]\n[tool.mypy]\n"}, Tools(RUFF, MYPY)),
        ({"pyproject.toml": "[tool.pyright]\n"}, Tools(types=PYRIGHT)),
        ({"pyproject.toml": "[tool.mypy]\n[tool.specward.quality]\ntypes = []\n"}, Tools()),
        (
            {"pyproject.toml": "[tool.specward.quality]\nlint = ['flake', '-j']\n"},
            Tools(lint=("flake", "-j")),
        ),
    ],
)
def test_the_tools_are_those_that_the_project_has_settings_for(
    files: dict[str, str], found: Tools, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert read_tools(tmp_path, load_config(tmp_path)) == found


def test_a_command_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.specward.quality]\nlint = 'ruff'\n")
    with pytest.raises(CouldNotRunError, match=r"quality\.lint .* must be a list of strings"):
        read_tools(tmp_path, load_config(tmp_path))
