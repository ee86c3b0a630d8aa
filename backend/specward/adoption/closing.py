"""What a person is to know once `init` has written: what is missing still, and what comes next."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from specward import baseline
from specward.adoption import origin, workflow
from specward.adoption.configuration import settings_file
from specward.adoption.proposals import Proposal
from specward.adoption.survey import Survey
from specward.code.files import list_ignored
from specward.config import load_config
from specward.permits.permit import new_files
from specward.rules.registry import FAMILIES
from specward.specs.reader import read_specs

_TASK = """
    ### T-001: List orders

    - **From**: speckit.specify §1
    - **Files**: `{files}`
    - **Tests**: `{tests}`
    - **Done when**: a customer gets their own orders, the newest first.
"""
_BEGIN = (
    '; or begin by hand with specs/specify.md, with sections such as "## 1. Orders", and specs/tasks.md, '
    "with tasks such as"
)
# Where others keep specifications whose form is not read.
_ELSEWHERE = ((".taskmaster", "Task Master"), (".agent-os", "Agent OS"), ("_bmad", "BMAD"))


def baseline_lines(listed: baseline.Baseline) -> Iterator[str]:
    """Say what a new baseline holds, family by family, and how to read it."""
    counts: Counter[str] = Counter()
    for entry, count in listed.items():
        counts[FAMILIES[entry.code[:3]].partition(":")[0]] += count
    parts = ", ".join(f"{name} {count:,}" for name, count in counts.most_common())
    yield (
        f"{baseline.PATH} lists the {listed.total():,} findings of today ({parts}): these pass, new ones do "
        "not. `specward check --no-baseline` shows them."
    )
    if any(entry.code.startswith("SW6") for entry in listed):
        yield (
            "Read those of isolation first, for they are rows that other users may reach: "
            "`specward check --no-baseline --select SW6`."
        )


def closing(root: Path, found: Survey, written: Sequence[Proposal]) -> Iterator[str]:
    """Give the sentences, the next step last.

    Args:
        root: The repository's top.
        found: What the repository is.
        written: The files that have been written.
    """
    if not written:
        yield "Everything is in place already."
    still = [*_on_code(root, found), *_on_git(root, written), *_on_workflow(root, found, written)]
    still += _on_specifications(root, found)
    if still:
        yield ""
        yield "Still for you to do:"
        yield from (f"- {each}" for each in still)
    if not found.features:
        yield from _TASK.format(files=new_files(found.territory), tests=found.tests[0]).split("\n")
    if written:
        yield from [""] if found.features else []
        task = "approve a task with" if found.features else "write a task, approve it with"
        yield (
            f"Next: commit all this, {task} `specward approve`, and tell Claude Code `/implement` with its "
            "id. `specward init --undo` takes everything back."
        )


def _on_code(root: Path, found: Survey) -> Iterator[str]:
    """Say where no code is held, or no hook can run."""
    if not found.application and not found.is_configured:
        yield (
            "No FastAPI application was found, so no code is held yet. Where there is one, set app, app_dir "
            f"and territory in {settings_file(root)}, and run `specward check --write-baseline`."
        )
    if not found.gate.here:
        yield (
            "Install Specward in .venv of this repository, and run `specward init` again. It is in no "
            "environment here, so the hooks run `specward` from the PATH, and refuse every tool call of "
            "Claude Code on a machine where that is missing."
        )


def _on_git(root: Path, written: Sequence[Proposal]) -> Iterator[str]:
    if ignored := list_ignored(root, [each.path for each in written]):
        yield (
            f"git ignores {', '.join(ignored)}, so no one else gets the gate, and CI does not see it. Change "
            f"the pattern that `git check-ignore -v {ignored[0]}` names."
        )


def _on_workflow(root: Path, found: Survey, written: Sequence[Proposal]) -> Iterator[str]:
    """Say what a person has to add where changes are held for good."""
    if any(each.path == workflow.PATH and origin.INDEX in each.after for each in written):
        yield (
            f"{workflow.PATH} takes {origin.INDEX} from the package index. Where that has it not, write the "
            "address of its repository there, git+https://...@<commit>."
        )
    if any(each.path == workflow.PATH for each in written) and not workflow.installs_application(root, found):
        yield (
            f"{workflow.PATH} installs the gate alone, for this repository has no requirements that pip can "
            "read: add there how your application is installed."
        )
    if service := workflow.other_service(root):
        yield f"Add `specward check` to {service}: that is where a change is held for good."


def _on_specifications(root: Path, found: Survey) -> Iterator[str]:
    """Say what the specifications lack: a form that is read, or files in their tasks."""
    if not found.features:
        others = [f"{name}'s in {folder}" for folder, name in _ELSEWHERE if (root / folder).is_dir()]
        yield (
            f"Specifications in another form ({', '.join(others)}) are not read. What is read is that of "
            "Kiro, OpenSpec and Spec Kit"
            if others
            else "There are no specifications yet. Let Spec Kit, Kiro or OpenSpec write them"
        ) + _BEGIN
    tasks = [task for each in read_specs(root, load_config(root)) for task in each.tasks]
    if found.features and not tasks:
        yield "The specifications have no task yet, and work begins with one: `specward task` lists them."
    if unnamed := sum(not task.files for task in tasks):
        yield (
            f"{unnamed:,} of {len(tasks):,} tasks name no files, so they permit none. Give each a line such "
            f'as "- **Files**: `{new_files(found.territory)}`", or set default_scope = "territory" in '
            f"{settings_file(root)}, which opens all of it to every task."
        )
