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
from specward.rules.registry import FAMILIES
from specward.specs.reader import read_specs

_TASK = """
    ### T-001: List orders

    - **From**: speckit.specify §1
    - **Files**: `{files}`
    - **Tests**: `{tests}`
    - **Done when**: a customer gets their own orders, the newest first.
"""
# Where others keep specifications whose form is not read.
_ELSEWHERE = (("openspec", "OpenSpec"), (".kiro/specs", "Kiro"), (".spec-workflow", "spec-workflow"))


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
        yield "Read those of isolation first: `specward check --no-baseline --select SW6`."


def closing(root: Path, found: Survey, written: Sequence[Proposal]) -> Iterator[str]:
    """Give the sentences, the next step last.

    Args:
        root: The repository's top.
        found: What the repository is.
        written: The files that have been written.
    """
    if not written:
        yield "Everything is in place already."
    if not found.application and not found.is_configured:
        yield (
            "No FastAPI application was found, so no code is held yet. Where there is one, set app, app_dir "
            f"and territory in {settings_file(root)}, and run `specward check --write-baseline`."
        )
    if not found.gate.here:
        yield (
            "Specward is in no environment of this repository, so the hooks run `specward` from the PATH and "
            "refuse everything where it is missing. Install it in .venv, and run `specward init` again."
        )
    if ignored := list_ignored(root, [each.path for each in written]):
        yield (
            f"git ignores {', '.join(ignored)}, so no one else gets the gate, and CI does not see it. Change "
            f"the pattern that `git check-ignore -v {ignored[0]}` names."
        )
    yield from _on_workflow(root, found, written)
    if not found.features:
        yield from _on_specifications(root, found)
    tasks = [task for each in read_specs(root, load_config(root)) for task in each.tasks]
    if unnamed := sum(not task.files for task in tasks):
        yield (
            f"{unnamed:,} of {len(tasks):,} tasks name no files, so they permit none. Name them, or set "
            'default_scope = "territory".'
        )
    if written:
        yield "Next: commit this, `specward approve` a task, and tell Claude Code `/implement` with its id."


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
    """Say that there are none that are read, and show one that would be."""
    others = [f"{name}'s in {folder}" for folder, name in _ELSEWHERE if (root / folder).is_dir()]
    begin = (
        f"Specifications in another form ({', '.join(others)}) are not read. It reads"
        if others
        else "There are no specifications yet:"
    )
    yield (
        f"{begin} Spec Kit's specs/NNN-name/; or specs/specify.md, with sections "
        'such as "## 1. Orders", and specs/tasks.md, with tasks such as'
    )
    yield from _TASK.format(files=_new_files(found.territory[0]), tests=found.tests[0]).split("\n")


def _new_files(territory: str) -> str:
    """Files for a first task that the territory holds."""
    within = territory.endswith("/**")
    return f"{territory.removesuffix('**')}orders/**" if within else f"{territory.partition('*')[0]}orders.py"
