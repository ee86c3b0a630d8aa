"""The page as text: whole, harmless, the same every time; and the command that writes it."""

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from specward import baseline
from specward.findings import Verdict
from specward.output import html
from specward.project import Project
from specward.verify import judge, read_project
from tests.specward.output import told
from tests.specward.output.shop import make_shop
from tests.specward.repository import make_repository

SPECWARD = str(Path(sys.executable).with_name("specward"))


class Reader(HTMLParser):
    """Collects what a page refers to, and holds that its tags are closed in order."""

    VOID = frozenset({"meta", "link", "input", "rect", "path", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"]] if given.get("id") else []  # type: ignore[list-item]  # not None: asked
        self.references += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def page_of(root: Path) -> str:
    project = read_project(root)
    return html.render(judge(project), project)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert not reader.open
    return reader


def test_it_is_well_formed_and_refers_to_itself_alone(tmp_path: Path) -> None:
    reader = read(page_of(make_shop(tmp_path / "shop")))
    assert len(set(reader.ids)) == len(reader.ids)
    internal = {reference[1:] for reference in reader.references if reference.startswith("#")}
    assert internal <= set(reader.ids)
    assert {reference for reference in reader.references if not reference.startswith("#")} == {"data:,"}


def test_what_the_baseline_lists_is_counted(tmp_path: Path) -> None:
    root = make_repository(tmp_path, {"backend/app/old.py": "X = 1\n"})
    project = read_project(root)
    judge(project, select=["SW101"])
    baseline.write_baseline(root, baseline.of(project.standing, project.text))
    page = page_of(root)
    assert re.search(r"\d+ rules looked at 1 file\.", page)
    assert "The baseline lists 1 finding that is not shown" in page


def test_where_there_is_nothing_yet_it_says_how_to_begin(tmp_path: Path) -> None:
    nothing = Verdict(findings=(), files=0, tasks=0, rules=("SW101",))
    page = html.render(nothing, read_project(make_repository(tmp_path / "new", {})))
    read(page)
    assert "<h1>Nothing to hold yet</h1>" in page
    assert page.index("Write a task") < page.index("specward approve T-001") < page.index("/implement T-001")
    assert "Nothing to hold yet" not in page_of(make_shop(tmp_path / "shop"))


def test_what_other_users_reach_comes_first(tmp_path: Path) -> None:
    project = read_project(make_repository(tmp_path, {"backend/app/a.py": "eval(input())\n"}))
    verdict = judge(project, select=["SW1", "SW6"])
    assert [finding.code for finding in verdict.findings] == ["SW101", "SW608"]
    page = html.render(verdict, project)
    assert page.index(">SW608<") < page.index(">SW101<")


def test_it_is_the_same_wherever_and_whenever_it_is_made(tmp_path: Path) -> None:
    root = make_shop(tmp_path / "shop")
    page = page_of(root)
    assert page == page_of(root)
    other = tmp_path / "elsewhere" / "other"
    shutil.copytree(root, other)
    assert page == page_of(other)
    assert str(tmp_path) not in page


def test_words_of_the_repository_are_words(tmp_path: Path) -> None:
    page = page_of(make_shop(tmp_path / "shop"))
    assert page.count("<script>") == 1
    assert "<b>&amp; wrapping" not in page
    assert "<em>" not in page
    odd = html.render(told.VERDICT, told.project(tmp_path))
    assert "\\x1b[31m" in odd
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", odd)
    read(odd)


def test_what_a_sentence_quotes_is_code(tmp_path: Path) -> None:
    assert "<code>GET</code> answers &lt;em&gt;" in page_of(make_shop(tmp_path / "shop"))


@pytest.mark.parametrize("verdict", [told.VERDICT, told.CLEAN], ids=["findings", "clean"])
def test_it_says_the_verdict(verdict: Verdict, tmp_path: Path) -> None:
    page = html.render(verdict, told.project(tmp_path))
    assert f"<h1>{'Clean' if verdict.clean else '3 errors'}" in page


def test_the_command_writes_it(tmp_path: Path) -> None:
    root = make_shop(tmp_path / "shop")
    done = run(root, "report")
    assert (done.returncode, done.stdout) == (0, f"{root / '.specward/report.html'}\n")
    written = (root / ".specward/report.html").read_text(encoding="utf-8")
    done = run(root, "report -o -")
    assert (done.returncode, done.stdout) == (0, written)
    done = run(root, "check --format html")
    assert (done.returncode, done.stdout) == (1, written)
    done = run(root, "report -o /proc/none/report.html")
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_the_command_builds_a_database_where_it_is_asked_to(tmp_path: Path) -> None:
    root = make_shop(tmp_path / "shop")
    assert "No database was built" in run(root, "report -o -").stdout
    done = run(root, "report --database -o -")
    assert done.returncode == 0
    assert "<h1>" in done.stdout
    assert "No database was built" not in done.stdout


def run(root: Path, words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SPECWARD, *words.split()], cwd=root, capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_a_project_without_anything_has_a_page(tmp_path: Path) -> None:
    project = Project(tmp_path)
    read(html.render(judge(project), project))
