"""What `init` would write, so that a person reads it: changes to what is there whole, new files by name."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import unified_diff

from specward.adoption import precommit, workflow
from specward.adoption.proposals import OWN, Proposal
from specward.adoption.survey import OWN as OWN_SETTINGS
from specward.wiring.servers import SERVERS
from specward.wiring.settings import SETTINGS

_AGENT, _SKILL, _HOOK = OWN
# What each file is for, to one who has never seen it.
_PURPOSES = {
    _AGENT: "the agent: how Claude Code implements an approved task",
    _SKILL: "/implement T-001, which gives that agent a task",
    _HOOK: "what Claude Code asks before and after each tool call",
    SETTINGS: "has Claude Code call that, and bars it from the gate's files",
    SERVERS: "the gate's tools for the agent: brief, check, test, clarify",
    OWN_SETTINGS: "the settings: the application, and where tasks may write",
    ".gitignore": "leaves out .specward/, the gate's notes between runs",
    precommit.PATH: "the gate before each commit",
    workflow.PATH: "the gate in GitHub's CI, where a change is held for good",
}


def lines(proposals: Sequence[Proposal], *, whole: bool) -> Iterator[str]:
    """Give what a person is shown before anything is written.

    Args:
        proposals: the files.
        whole: whether new files are shown to the letter; what changes in a file that exists always is.
    """
    new = [each for each in proposals if each.before is None]
    changed = [each for each in proposals if each.before is not None]
    if new:
        yield f"{_count(new, 'new ')}:"
        yield from _table(new)
        yield ""
    if whole:
        yield from _differences(new)
    if changed:
        yield f"{_count(changed)} that {'changes' if len(changed) == 1 else 'change'}:"
        yield ""
        yield from _differences(changed)


def whole(proposals: Iterable[Proposal]) -> Iterator[str]:
    """Give the new files to the letter."""
    yield from _differences(each for each in proposals if each.before is None)


def _table(proposals: Sequence[Proposal]) -> Iterator[str]:
    width = max(len(each.path) for each in proposals)
    for each in proposals:
        count = len(each.after.splitlines())
        yield f"  {each.path:<{width}}  {count:>3} lines  {_PURPOSES.get(each.path, '')}".rstrip()


def _differences(proposals: Iterable[Proposal]) -> Iterator[str]:
    for each in proposals:
        before = (each.before or "").splitlines()
        source = "/dev/null" if each.before is None else each.path
        yield from unified_diff(before, each.after.splitlines(), source, each.path, lineterm="")
        yield ""


def _count(proposals: Sequence[Proposal], kind: str = "") -> str:
    return f"{len(proposals)} {kind}file{'s' if len(proposals) != 1 else ''}"
