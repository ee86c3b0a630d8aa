"""The labelled set: small projects with a vulnerability and its fix, written as one text with - and + lines.

A case names its class and the project it stands in; `cases/projects.txt` holds those projects. A line that
starts with - is in the vulnerable version only, one with + in the fixed version only. The functions that
contain such lines, or a line marked `# leak`, are where a finding is due in the vulnerable version; the
fixed version has none.
"""

import ast
import hashlib
from pathlib import Path
from typing import NamedTuple

_HERE = Path(__file__).parent / "cases"


class Case(NamedTuple):
    """A vulnerable project and its fixed twin."""

    name: str
    code: str  # the class it belongs to
    held_back: bool  # in the half that was never used for tuning
    vulnerable: dict[str, str]  # path -> text
    fixed: dict[str, str]
    places: frozenset[tuple[str, str]]  # (path, function) where the finding is due


def load() -> list[Case]:
    """All cases, in the order of the files."""
    projects = dict(_blocks(_HERE / "projects.txt"))
    cases = []
    for path in sorted(_HERE.glob("[0-9]*.txt")):
        for title, lines in _blocks(path):
            name, code, project = (part.strip() for part in title.split("|"))
            cases.append(_case(name, code, projects[project], lines))
    return cases


def held_back(name: str) -> bool:
    """The half a case belongs to: decided by its name alone."""
    return hashlib.sha256(name.encode()).digest()[0] % 2 == 1


def _blocks(path: Path) -> list[tuple[str, list[str]]]:
    blocks: list[tuple[str, list[str]]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("##### "):
            blocks.append((line[6:].strip(), []))
        else:
            blocks[-1][1].append(line)
    return blocks


def _case(name: str, code: str, project: list[str], lines: list[str]) -> Case:
    vulnerable = {**_version(project, "-"), **_version(lines, "-")}
    fixed = {**_version(project, "+"), **_version(lines, "+")}
    return Case(name, code, held_back(name), vulnerable, fixed, _places(lines, vulnerable))


def _version(lines: list[str], wanted: str) -> dict[str, str]:
    files: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines:
        if line.startswith("=== "):
            current = files.setdefault(line[4:].strip(), [])
        elif line[:1] in {wanted, " ", ""}:
            current.append(line[1:])
    return {path: "\n".join(body) + "\n" for path, body in files.items()}


def _places(lines: list[str], files: dict[str, str]) -> frozenset[tuple[str, str]]:
    touched: set[tuple[str, int]] = set()
    path, number = "", 0
    for line in lines:
        if line.startswith("=== "):
            path, number = line[4:].strip(), 0
            continue
        if line.startswith("+"):
            touched.add((path, number))
            continue
        number += 1
        if line.startswith("-") or line.endswith("# leak"):
            touched.add((path, number))
    return frozenset((path, name) for path, line in touched for name in _functions_at(files[path], line))


def _functions_at(text: str, line: int) -> list[str]:
    return [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and min([node.lineno, *(item.lineno for item in node.decorator_list)])
        <= line
        <= (node.end_lineno or 0)
    ]
