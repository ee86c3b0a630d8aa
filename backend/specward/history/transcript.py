"""The client's own record of a session: Claude Code's transcript, JSON lines (read with 2.1.330).

The format is the client's internal one, so everything is optional and a line that makes no sense is passed
over. Of all it holds only four things are taken: what a person typed, what was last answered, by which model,
on which branch.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from specward.patterns import pattern

_COMMAND = pattern(r"<command-name>(?P<name>[^<]*)</command-name>")
_ARGUMENTS = pattern(r"<command-args>(?P<arguments>.*?)</command-args>", re.DOTALL)
# What the client itself puts where a person's words stand.
_NOT_TYPED = ("<local-command-", "<bash-", "<system-reminder>", "[Request interrupted", "<task-notification>")


class Prompt(NamedTuple):
    """What a person typed once, verbatim."""

    text: str
    command: str  # the slash command with its arguments, where it was one


class Transcript(NamedTuple):
    """One session."""

    prompts: tuple[Prompt, ...]
    response: str  # the last text the model gave
    model: str
    branch: str


def read_transcript(text: str) -> Transcript:
    """Read a transcript, of a session or of one sub-agent. Never raises; what is missing is empty.

    Args:
        text: the whole `.jsonl` file.
    """
    entries = [entry for line in text.split("\n") if (entry := _entry(line))]
    prompts = [prompt for entry in entries if (prompt := _prompt(entry))]
    answers = [entry for entry in entries if entry.get("type") == "assistant"]
    return Transcript(
        prompts=tuple(prompts),
        response=next((text for entry in reversed(answers) if (text := _text(entry))), ""),
        model=next((model for entry in reversed(answers) if (model := _model(entry))), ""),
        branch=next((branch for entry in reversed(entries) if (branch := _branch(entry))), ""),
    )


def prompts_about(transcript: Transcript, task_id: str) -> tuple[Prompt, ...]:
    """Return the prompts that belong to a task: from the first that names it on; all where none does."""
    named = re.compile(rf"(?<!\w){re.escape(task_id)}(?!\w)", re.IGNORECASE)
    first = next((i for i, prompt in enumerate(transcript.prompts) if named.search(prompt.text)), 0)
    return transcript.prompts[first:]


def _entry(line: str) -> Mapping[str, object]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _prompt(entry: Mapping[str, object]) -> Prompt | None:
    """Return what a person typed; hook feedback and skill texts are `isMeta`, tool results have no text."""
    if entry.get("type") != "user" or entry.get("isMeta") or entry.get("isCompactSummary"):
        return None
    text = _text(entry)
    if not text.strip() or text.startswith(_NOT_TYPED):
        return None
    name = _COMMAND.search(text) if text.startswith("<command-") else None
    if not name:
        return Prompt(text, "")
    arguments = _ARGUMENTS.search(text)
    typed = f"{name['name']} {arguments['arguments'] if arguments else ''}".strip()
    return Prompt(typed, typed)


def _text(entry: Mapping[str, object]) -> str:
    message = entry.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, str):
        return content
    return "\n\n".join(_texts(content)) if isinstance(content, list) else ""


def _texts(blocks: list[object]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, dict) and block.get("type") == "text" and isinstance(block.get("text"), str):
            yield block["text"]


def _model(entry: Mapping[str, object]) -> str:
    message = entry.get("message")
    model = message.get("model") if isinstance(message, dict) else None
    # The client's own error messages come as answers of a "model" named <synthetic>.
    return model if isinstance(model, str) and not model.startswith("<") else ""


def _branch(entry: Mapping[str, object]) -> str:
    branch = entry.get("gitBranch")
    return branch if isinstance(branch, str) and branch != "HEAD" else ""  # HEAD: detached, or no repository
