"""Agent files, skills and commands: Markdown with a head that the client reads, or passes over in silence."""

from pathlib import PurePosixPath
from typing import NamedTuple

from specward.frontmatter import FrontMatter, read_front_matter
from specward.patterns import pattern

# A tool in an agent's list may carry a restriction of its own: `Agent(reviewer, tester)`.
# Neither part may hold a parenthesis, so that a list of unclosed ones is read once and not from each of them.
_TOOL = pattern(r"[^,()\s]+(?:\([^()]*\))?")
_NAME = pattern(r"[^\s:-][^\s:]*")
_PLAIN = pattern(r"(?P<key>[A-Za-z_][\w-]*:[ \t]+)(?P<value>[^\s\"'|>].*)")


class AgentFile(NamedTuple):
    """One file of `agents/`."""

    path: str
    head: FrontMatter
    plugin: str  # the plugin's name; empty in a project

    @property
    def name(self) -> str:
        """Its identity: what it says, not what the file is called."""
        return self.head.text("name")

    @property
    def is_project(self) -> bool:
        """Whether the client reads it when it is started in the repository root."""
        return self.path.startswith(".claude/agents/")

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools it may use, without their restrictions; empty where it does not say."""
        listed = self.head.items("tools")
        return tuple(tool.partition("(")[0] for item in listed for tool in _TOOL.findall(item))

    @property
    def unread(self) -> str:
        """Why the client passes the file over; empty when it does not."""
        if self.head.defect:
            return self.head.defect
        missing = [key for key in ("name", "description") if not self.head.text(key)]
        if missing:
            return f"it has no {' and no '.join(missing)}"
        return (
            ""
            if _NAME.fullmatch(self.name)
            else f"{self.name!r} is not a valid name: it contains a colon or begins with a hyphen"
        )


class ForkingSkill(NamedTuple):
    """A skill or command that runs in an agent of its own."""

    path: str
    line: int  # of its `agent`
    agent: str  # empty: the client's general-purpose agent
    plugin: str


def read_agent(path: str, text: str, plugin: str = "") -> AgentFile:
    """Read an agent file. Never raises."""
    return AgentFile(path, _read_head(text), plugin)


def read_fork(path: str, text: str, plugin: str = "") -> ForkingSkill | None:
    """Read a skill or command; None where it does not fork. Never raises."""
    head = _read_head(text)
    if head.text("context") != "fork":
        return None
    line = head.line("agent") if head.text("agent") else head.line("context")
    return ForkingSkill(path, line, head.text("agent"), plugin)


def plugin_of(path: str, plugins: dict[str, str]) -> str:
    """Return the name of the plugin that a file belongs to; empty for none.

    Args:
        path: of the file.
        plugins: the name of each plugin, by its root.
    """
    folders = [str(folder) for folder in PurePosixPath(path).parents]
    return next((plugins[folder] for folder in folders if folder in plugins), "")


def _read_head(text: str) -> FrontMatter:
    """Read a head as the client does (2.1.330): where it is no YAML, each plain value is taken as a text.

    So an unquoted description with colons is fine, as the agents have that the client itself writes; an
    unclosed quote is not.
    """
    head = read_front_matter(text)
    if not head.defect:
        return head
    start = text.split("\n---", 1)
    quoted = "\n".join(map(_quoted, start[0].split("\n")))
    return read_front_matter("\n---".join([quoted, *start[1:]]))


def _quoted(line: str) -> str:
    match = _PLAIN.fullmatch(line.rstrip("\r"))
    if not match:
        return line
    return f"{match['key']}'{match['value'].replace(chr(39), chr(39) * 2)}'"
