"""The gate among a project's pre-commit hooks: text is added to the file, its comments and order stay."""

import re

import yaml

from specward.errors import CouldNotRunError
from specward.patterns import pattern

PATH = ".pre-commit-config.yaml"
_ID = "specward"
_ITEM = pattern(r"^([ \t]*)- ", re.MULTILINE)
_FORM = "its list `repos` is not written one entry a line"
_ENTRY = """\
- repo: local
  hooks:
    - id: specward
      name: specward
      entry: {program} check
      language: system
      pass_filenames: false
      always_run: true
"""


def add_hook(text: str, program: str) -> str:
    """Return a pre-commit configuration with the gate's hook.

    Args:
        text: The file as it is; empty where there is none.
        program: The gate's command line, as a shell runs it from the repository's top.

    Raises:
        CouldNotRunError: The file is in a form that cannot be added to.
    """
    entry = _ENTRY.format(program=program)
    if not text.strip():
        return f"repos:\n{_indented(entry, '  ')}"
    before = _repositories(text, "it is no YAML")
    if any(_holds_gate(repository) for repository in before):
        return text
    added = _inserted(text, entry)
    if _repositories(added, _FORM) != [*before, *yaml.safe_load(entry)]:
        raise _unusable(_FORM)
    return added


def _inserted(text: str, entry: str) -> str:
    """Put an entry at the end of the list, which ends where the next key of the file begins."""
    lines = text.splitlines(keepends=True)
    start = next((i for i, line in enumerate(lines) if line.startswith("repos:")), 0)
    end = next((i for i in range(start + 1, len(lines)) if re.match(r"[A-Za-z_]", lines[i])), len(lines))
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    first = _ITEM.search("".join(lines[start + 1 : end]))
    added = _indented(entry, first[1] if first else "  ")
    if "\r\n" in text:
        added = added.replace("\n", "\r\n")
    head = "".join(lines[:end])
    gap = "" if head.endswith("\n") else "\n"
    return head + gap + added + "".join(lines[end:])


def _indented(entry: str, indent: str) -> str:
    return "".join(f"{indent}{line}\n" for line in entry.splitlines())


def _repositories(text: str, reason: str) -> list[object]:
    try:
        loaded = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _unusable(reason) from error
    repositories = loaded.get("repos") if isinstance(loaded, dict) else None
    if not isinstance(repositories, list):
        raise _unusable("it has no list `repos`")
    return repositories


def _holds_gate(repository: object) -> bool:
    hooks = repository.get("hooks") if isinstance(repository, dict) else None
    return isinstance(hooks, list) and any(isinstance(hook, dict) and hook.get("id") == _ID for hook in hooks)


def _unusable(reason: str) -> CouldNotRunError:
    return CouldNotRunError(
        f"{PATH} cannot be added to: {reason}. Add a hook that runs `specward check` yourself, and run "
        "`specward init --without pre-commit`."
    )
