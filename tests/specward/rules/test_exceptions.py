"""Exceptions and the baseline beside the rules that they are about, which no example of theirs shows."""

import json
from pathlib import Path

import pytest

from specward.baseline import PATH, Baseline, entry_of, write_baseline
from specward.findings import Finding
from specward.rules.examples import HEADER, SPECS
from specward.verify import verify
from tests.specward.repository import commit, make_repository, write_tree

ALLOWED = "X = 1  # specward: allow SW101 -- it is made by the build\n"


def found(root: Path, *paths: str) -> list[tuple[str, str]]:
    return [(finding.code, finding.place.path) for finding in judged(root, *paths)]


def judged(root: Path, *paths: str) -> tuple[Finding, ...]:
    return verify(root, paths=paths or None, select=("SW0", "SW101")).findings


@pytest.mark.parametrize(
    ("files", "vain"),
    [
        ({"backend/app/a.py": ALLOWED}, []),
        ({"backend/app/a.py": ALLOWED.replace("SW101", "SW101, SW006")}, ["backend/app/a.py"]),
        ({"backend/app/a.py": f"Y = 1\n{ALLOWED}"}, ["backend/app/a.py"]),
        ({"backend/app/a.py": f"{HEADER}{ALLOWED}"}, ["backend/app/a.py"]),
        ({"backend/app/a.py": ALLOWED, "backend/app/b.py": f"{HEADER}{ALLOWED}"}, ["backend/app/b.py"]),
        ({"backend/app/a.py": "X = 1\n", "backend/app/b.py": f"{HEADER}{ALLOWED}"}, ["backend/app/b.py"]),
        (
            {
                "backend/app/a.py": "X = 1\n",
                "backend/app/b.py": f"# specward: allow SW101 -- it is made by the build\n{HEADER}",
            },
            ["backend/app/b.py"],
        ),
    ],
)
def test_an_exception_is_in_vain_where_its_own_file_has_no_such_finding(
    files: dict[str, str], vain: list[str], tmp_path: Path
) -> None:
    make_repository(tmp_path, {**SPECS, **files})
    assert [path for code, path in found(tmp_path) if code == "SW002"] == vain


def test_what_is_still_there_is_not_stale(tmp_path: Path) -> None:
    files = {"backend/app/a.py": "X = 1\n", "backend/app/b.py": "Y = 1\n"}
    make_repository(tmp_path, {**SPECS, **files})
    [one, two] = judged(tmp_path)
    entries = [
        [*entry_of(one, files["backend/app/a.py"]), 2],
        [*entry_of(two, files["backend/app/b.py"]), 1],
    ]
    write_tree(tmp_path, {PATH: json.dumps({"version": 1, "findings": entries[::-1]})})
    [stale] = judged(tmp_path)
    assert (stale.code, stale.place.path) == ("SW004", PATH)
    assert stale.message.startswith("1 SW101 in backend/app/a.py was fixed")
    assert found(tmp_path, "backend/app/b.py", PATH) == []


@pytest.mark.parametrize(
    ("after", "own"),
    [
        ("X = 1  # specward: allow SW101 -- agreed\nY = 2\n", 0),
        ("\n\nX = 1    # specward: allow SW101 -- agreed\n", 0),
        ("X = 1  # specward: allow SW101 -- agreed\nX = 1  # specward: allow SW101 -- agreed\n", 1),
        ("X = 1  # specward: allow SW101 -- agreed\nY = 2  # specward: allow SW101 -- agreed\n", 1),
        ("X = 1\nY = 2  # specward: allow SW101 -- agreed\n", 1),
        ("# specward: allow SW101 -- agreed\nX = 1\n", 1),
    ],
)
def test_a_persons_exception_holds_where_they_made_it_and_nowhere_else(
    after: str, own: int, tmp_path: Path
) -> None:
    path = "backend/app/orders/a.py"
    make_repository(tmp_path, {**SPECS, path: "X = 1  # specward: allow SW101 -- agreed\n"})
    write_tree(tmp_path, {path: after})
    judged = verify(tmp_path, tasks=("T-001",), select=("SW003",)).findings
    assert len(judged) == own


@pytest.mark.parametrize("how", ["baseline", "exception"])
def test_what_is_let_be_of_old_code_does_not_speak_for_new_code(how: str, tmp_path: Path) -> None:
    old, new = "backend/app/orders/a.py", "backend/app/orders/b.py"
    text = HEADER if how == "baseline" else f"# specward: allow SW201 -- it was before us\n{HEADER}"
    root = make_repository(tmp_path, {**SPECS, old: text})
    known = Baseline(entry_of(finding, text) for finding in unapproved(root))
    write_baseline(root, known)
    commit(root, "Adopt")
    assert not unapproved(root)
    write_tree(root, {old: f"{text}X = 1\n", new: HEADER})
    [finding] = unapproved(root, base="HEAD")
    assert (finding.code, finding.place.path) == ("SW201", new)


def unapproved(root: Path, base: str | None = None) -> tuple[Finding, ...]:
    return verify(root, base=base, select=("SW0", "SW201")).findings
