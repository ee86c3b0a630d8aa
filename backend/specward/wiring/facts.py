"""Everything the repository tells Claude Code, read once for all rules."""

import json
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from specward.code.files import list_files
from specward.project import Project
from specward.wiring.agents import AgentFile, ForkingSkill, plugin_of, read_agent, read_fork
from specward.wiring.servers import SERVERS, server_trouble
from specward.wiring.settings import LOCAL_SETTINGS, SETTINGS, Handler, Settings, read_settings

AGENT = "backend-engineer"
AGENT_PATH = f".claude/agents/{AGENT}.md"

_MANIFEST = ".claude-plugin/plugin.json"
_AGENTS = ("**/agents/**/*.md",)
_SKILLS = ("**/skills/*/SKILL.md", "**/commands/**/*.md")
_LONGEST = 1_000_000  # bytes of a file that a model is to read


class Wiring(NamedTuple):
    """What the client reads, as the repository has it."""

    settings: Settings
    local: Settings  # `.claude/settings.local.json`: one person's, and read after the other
    agents: tuple[AgentFile, ...]
    forks: tuple[ForkingSkill, ...]
    nested: tuple[str, ...]  # files of `.claude` folders below the root
    server_trouble: str = ""  # why the gate's own tools are not served
    server_lacks: bool = False  # whether there is no `.mcp.json` at all

    @property
    def both_settings(self) -> tuple[Settings, Settings]:
        """The shared settings and the personal ones."""
        return self.settings, self.local

    @property
    def gate(self) -> tuple[Handler, ...]:
        """The hooks that run Specward."""
        return tuple(handler for handler in self.settings.handlers if handler.is_gate)

    @property
    def engineer(self) -> AgentFile | None:
        """The project's backend engineer, by its name."""
        return next((agent for agent in self.agents if agent.name == AGENT and agent.is_project), None)

    @property
    def gate_is_a_plugin(self) -> bool:
        """Whether the hooks come from the Specward plugin instead of the settings."""
        return any(name.startswith("specward@") for name in self.settings.plugins)


def wiring(project: Project) -> Wiring:
    """Return the project's wiring; a fact. A run over a few source files has no need of it."""
    if project.paths is not None and not any(_may_hold_wiring(project.root / path) for path in project.paths):
        return Wiring(Settings(SETTINGS), Settings(LOCAL_SETTINGS), (), (), ())
    return read_wiring(project.root)


def _may_hold_wiring(path: Path) -> bool:
    return path.suffix in (".json", ".md") or path.is_dir()


def read_wiring(root: Path) -> Wiring:
    """Read what a repository tells the client. No file stops it.

    Args:
        root: the repository root.
    """
    plugins = {_folder(path): _plugin_name(root, path) for path in list_files(root, (f"**/{_MANIFEST}",))}
    agents = (
        read_agent(path, _text(root, path), plugin_of(path, plugins)) for path in list_files(root, _AGENTS)
    )
    forks = (
        read_fork(path, _text(root, path), plugin_of(path, plugins)) for path in list_files(root, _SKILLS)
    )
    return Wiring(
        settings=read_settings(SETTINGS, _content(root / SETTINGS)),
        local=read_settings(LOCAL_SETTINGS, _content(root / LOCAL_SETTINGS)),
        agents=tuple(agent for agent in agents if agent.is_project or agent.plugin),
        forks=tuple(fork for fork in forks if fork),
        server_trouble=server_trouble(_content(root / SERVERS)),
        server_lacks=not (root / SERVERS).is_file(),
        nested=list_files(root, ("*/**/.claude/agents/**", "*/**/.claude/settings*.json")),
    )


def _folder(manifest: str) -> str:
    """Return the root of the plugin that a manifest stands in."""
    return str(PurePosixPath(manifest).parent.parent)


def _plugin_name(root: Path, manifest: str) -> str:
    try:
        loaded = json.loads(_text(root, manifest))
    except (ValueError, RecursionError):
        loaded = {}
    name = loaded.get("name") if isinstance(loaded, dict) else None
    return name if isinstance(name, str) and name else PurePosixPath(_folder(manifest)).name or "plugin"


def _text(root: Path, path: str) -> str:
    return (_content(root / path) or b"").decode(errors="replace")


def _content(path: Path) -> bytes | None:
    """Return a file's content; None where there is none, nothing where it cannot be read."""
    try:
        if not path.is_file():  # a pipe would never end
            return b"" if path.exists() else None
        with path.open("rb") as stream:
            return stream.read(_LONGEST)
    except OSError:
        return b""
