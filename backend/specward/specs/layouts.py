"""Where specifications stand: the flat layout, Spec Kit's folders, `speckit.*` files, aliases, others."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from specward.config import Config
from specward.patterns import pattern
from specward.specs.elsewhere import find_elsewhere
from specward.specs.found import Feature, Found, listed

_CONTRACTS = (".yaml", ".yml", ".json")
_OPENAPI = "openapi."
_KEYS = pattern(r"""(?:^|[{,])\s*["']?(openapi|swagger|paths)["']?\s*:""", re.MULTILINE)
_NOT_FEATURES = ("contracts", "checklists")
# Several names of one document, the likeliest first.
_FLAT = {
    "specify": ("specs/specify.md", "specs/spec.md", "specs/speckit.specify.md", "specs/speckit.specify"),
    "plan": ("specs/plan.md", "specs/speckit.plan.md", "specs/speckit.plan"),
    "tasks": ("specs/tasks.md", "specs/speckit.tasks.md", "specs/speckit.tasks"),
    "data-model": ("specs/data-model.md",),
    "research": ("specs/research.md",),
}
_ROOT = {role: (f"speckit.{role}", f"speckit.{role}.md") for role in ("specify", "plan", "tasks")}
_CONSTITUTION = (
    "specs/constitution.md",
    ".specify/memory/constitution.md",
    "speckit.constitution",
    "speckit.constitution.md",
)
_CORE = ("specify", "plan", "tasks")
_ROLES = {"spec": "specify", "requirements": "specify", "datamodel": "data-model", "data_model": "data-model"}


def find_features(root: Path, config: Config) -> tuple[Feature, ...]:
    """Find every feature of a repository: the flat one first, then Spec Kit's folders, then all others'."""
    constitution = tuple(Found("constitution", path) for path in _CONSTITUTION if _is_file(root, path))[:1]
    flat = _flat(root, config, constitution)
    folders = _spec_kit(root, constitution)
    return (*flat, *folders, *find_elsewhere(root))


def role_of(name: str) -> str:
    """Give the role that a document's name means: `speckit.specify`, `spec.md` and `Spec` are `specify`."""
    bare = name.strip().lower().replace(" ", "-").removeprefix("speckit.").removesuffix(".md")
    return _ROLES.get(bare, bare)


def usual_place(name: str) -> str:
    """Return where a document of that name stands in the flat layout; empty for a name that has no place."""
    return next(iter(_FLAT.get(role_of(name), ())), "")


def _flat(root: Path, config: Config, constitution: tuple[Found, ...]) -> Iterator[Feature]:
    found = {role_of(alias): [path] for alias, path in config.documents}
    for role, paths in (*_FLAT.items(), *_ROOT.items()):
        if role not in dict.fromkeys(role_of(alias) for alias, _ in config.documents):
            found.setdefault(role, []).extend(path for path in paths if _is_file(root, path))
    found.setdefault("constitution", []).extend(document.path for document in constitution)
    contracts = [*found.pop("contract", []), *_contracts(root, "specs")]
    if any(found.get(role) for role in _CORE):
        documents = [Found(role, paths[0]) for role, paths in found.items() if paths]
        documents += [Found("contract", path) for path in dict.fromkeys(contracts)]
        spare = (Found(role, path) for role, paths in found.items() for path in paths[1:])
        yield Feature(config.feature, tuple(documents), tuple(spare))


def _spec_kit(root: Path, constitution: tuple[Found, ...]) -> Iterator[Feature]:
    for folder in listed(root / "specs"):
        if folder in _NOT_FEATURES or folder.startswith(".") or not (root / "specs" / folder).is_dir():
            continue
        names = [name for name in listed(root / "specs" / folder) if name.endswith(".md")]
        documents = [Found(role_of(name), f"specs/{folder}/{name}") for name in names]
        taken = {document.role: document for document in reversed(documents)}
        if any(role in taken for role in _CORE):
            spare = tuple(document for document in documents if taken[document.role] != document)
            contracts = (Found("contract", path) for path in _contracts(root, f"specs/{folder}"))
            name = os.fsencode(folder).decode(errors="replace")
            yield Feature(name, (*taken.values(), *constitution, *contracts), spare)


def _contracts(root: Path, folder: str) -> list[str]:
    names = [name for name in listed(root / folder / "contracts") if name.endswith(_CONTRACTS)]
    names.sort(key=lambda name: (not name.startswith(_OPENAPI), name))
    return [path for name in names if _is_openapi(root, path := f"{folder}/contracts/{name}", name)]


def _is_openapi(root: Path, path: str, name: str) -> bool:
    """Whether a contract is one of an API: Spec Kit keeps tools, events and JSON schemas there, too."""
    if name.startswith(_OPENAPI):
        return True
    try:
        text = (root / path).read_text(encoding="utf-8", errors="replace")
    except OSError:  # told by whoever reads it
        return True
    return _KEYS.search(text) is not None


def _is_file(root: Path, path: str) -> bool:
    try:
        return (root / path).is_file()
    except OSError:
        return False
