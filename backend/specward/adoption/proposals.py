"""What `init` would write into a repository, as whole texts: nothing is written here."""

import json
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from specward.adoption import client_settings, configuration, precommit, workflow
from specward.adoption.survey import Survey
from specward.errors import CouldNotRunError
from specward.storage import FOLDER
from specward.wiring.servers import SERVERS
from specward.wiring.settings import SETTINGS

PARTS = ("pre-commit", "ci")  # what a person may leave out
_IGNORED = f"{FOLDER}/"
# Files that are the gate's own, each with its template.
OWN = {
    ".claude/agents/backend-engineer.md": "backend-engineer.md",
    ".claude/skills/implement/SKILL.md": "SKILL.md",
    ".claude/hooks/specward.sh": "specward.sh",
}


class Proposal(NamedTuple):
    """One file as it is and as it would be."""

    path: str
    before: str | None  # None: it is not there
    after: str
    replaces: bool = False  # what stands there would be lost, not added to


def propose(root: Path, found: Survey, *, without: tuple[str, ...] = ()) -> tuple[Proposal, ...]:
    """Return every file that would change.

    Args:
        root: The repository's top.
        found: What the repository is.
        without: The PARTS to leave out.

    Raises:
        CouldNotRunError: a file cannot be read, or is in a form that cannot be added to.
    """
    return tuple(each for each in _all(root, found, without) if each.before != each.after)


def template(name: str) -> str:
    """Return a template: the one source of what `init`, the plugin and this repository have."""
    return files("specward.adoption").joinpath("templates", name).read_text(encoding="utf-8")


def server(program: str) -> str:
    """Return the servers that the gate wants in `.mcp.json`.

    Args:
        program: the gate, as a word of a POSIX shell.
    """
    return template("mcp.json").replace("@PROGRAM@", json.dumps(program)[1:-1])


def render(text: str, found: Survey) -> str:
    """Fit a template to a repository: how it reaches the gate, and what its territory is."""
    territory = ", ".join(f"`{glob}`" for glob in found.territory)
    text = text.replace("@GATE@", found.gate.hook).replace("`backend/app/**`", territory)
    return text.replace("`backend/app/migrations/**`", f"`{found.migrations}`")


def read(root: Path, path: str) -> str | None:
    """Read a file that may be added to; None where there is none.

    Raises:
        CouldNotRunError: it is no text, or a link leads out of the repository.
    """
    place = root / path
    if not place.resolve().is_relative_to(root.resolve()):
        raise CouldNotRunError(f"{path} leads out of the repository, so nothing is written there.")
    try:
        return place.read_bytes().decode()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise CouldNotRunError(f"{path} cannot be added to, because it cannot be read: {error}.") from error


def _all(root: Path, found: Survey, without: tuple[str, ...]) -> Iterator[Proposal]:
    for path, name in OWN.items():
        before = read(root, path)
        after = render(template(name), found)
        yield Proposal(path, before, after, replaces=before is not None)
    yield _extended(
        root, SETTINGS, lambda text: client_settings.merge(text or "{}", template("settings.json"))
    )
    yield _extended(
        root, SERVERS, lambda text: client_settings.merge_servers(text or "{}", server(found.gate.program))
    )
    settings = configuration.settings_file(root)
    yield _extended(root, settings, lambda text: configuration.add_settings(settings, text, found))
    yield _extended(root, ".gitignore", _ignored)
    if "pre-commit" not in without:
        yield _extended(root, precommit.PATH, lambda text: precommit.add_hook(text, found.gate.program))
    if "ci" not in without and not workflow.other_service(root) and not workflow.is_held(root):
        before = read(root, workflow.PATH)
        yield Proposal(
            workflow.PATH, before, workflow.write_workflow(root, found), replaces=before is not None
        )


def _extended(root: Path, path: str, extend: Callable[[str], str]) -> Proposal:
    before = read(root, path)
    return Proposal(path, before, extend(before or ""))


def _ignored(text: str) -> str:
    """Add the gate's run state to what git ignores."""
    if any(line.strip() in (_IGNORED, f"/{_IGNORED}", FOLDER, f"/{FOLDER}") for line in text.splitlines()):
        return text
    end = "\r\n" if "\r\n" in text else "\n"
    return f"{text}{'' if not text or text.endswith(chr(10)) else end}{_IGNORED}{end}"
