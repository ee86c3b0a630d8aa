"""Where Kiro, spec-workflow and OpenSpec keep specifications: folders whose tasks are numbered, `2.1`.

Kiro and spec-workflow have a folder for each feature, with requirements, a design and tasks. OpenSpec has one
for each change, with a proposal and what changes in the specification of each capability; when the change is
done, it moves to `archive/` under the date, and stays the same feature here, so that its approvals hold on.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from specward.patterns import pattern
from specward.specs.found import Feature, Found, listed

KIRO = (".kiro/specs", ".spec-workflow/specs")
CHANGES, CAPABILITIES = "openspec/changes", "openspec/specs"
FOLDERS = (*KIRO, CHANGES, CAPABILITIES)
_PREFIXES = tuple(f"{folder}/" for folder in FOLDERS)
_ARCHIVE = "archive"
_ROLES = {"requirements": "specify", "bugfix": "specify", "design": "plan"}
_DATE = pattern(r"^\d{4}-\d\d-\d\d-")


def find_elsewhere(root: Path) -> Iterator[Feature]:
    """Find the features of Kiro and spec-workflow, and the changes and capabilities of OpenSpec."""
    for place in KIRO:
        for folder in listed(root / place):
            yield from _feature(root, f"{place}/{folder}", folder)
    archived = f"{CHANGES}/{_ARCHIVE}"
    for place in (CHANGES, archived):
        for folder in listed(root / place):
            if f"{place}/{folder}" != archived:
                yield from _change(root, f"{place}/{folder}", _DATE.sub("", folder, count=1))
    if capabilities := tuple(_capabilities(root, CAPABILITIES)):
        yield Feature("openspec", capabilities)


def is_numbered(path: str) -> bool:
    """Whether a document is one of these, in which tasks and requirements are known by their numbers."""
    return path.startswith(_PREFIXES)


def _feature(root: Path, folder: str, name: str) -> Iterator[Feature]:
    documents = [Found(_role(each), f"{folder}/{each}") for each in listed(root / folder) if _is_text(each)]
    taken = {found.role: found for found in reversed(documents)}
    if not taken.keys().isdisjoint(("specify", "plan", "tasks")):
        spare = tuple(found for found in documents if taken[found.role] != found)
        yield Feature(_text(name), tuple(taken.values()), spare)


def _change(root: Path, folder: str, name: str) -> Iterator[Feature]:
    names = (each for each in listed(root / folder) if _is_text(each))
    documents = [Found(_role(each), f"{folder}/{each}") for each in names]
    capabilities = tuple(_capabilities(root, f"{folder}/specs"))
    if documents:
        roles = tuple(found.role for found in capabilities)
        yield Feature(_text(name), (*documents, *capabilities), cited=roles)


def _capabilities(root: Path, folder: str) -> Iterator[Found]:
    """Find what specifies each capability; its role carries the capability's name, for there are several."""
    for path in sorted((root / folder).rglob("spec.md")):
        name = path.parent.relative_to(root / folder).as_posix().replace("/", ".")
        yield Found(f"{_text(name)}-spec", path.relative_to(root).as_posix())


def _role(name: str) -> str:
    bare = name.lower().removesuffix(".md")
    return _ROLES.get(bare, bare)


def _is_text(name: str) -> bool:
    return name.endswith(".md")


def _text(name: str) -> str:
    return os.fsencode(name).decode(errors="replace")
