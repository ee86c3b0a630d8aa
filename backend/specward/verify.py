"""The one function behind every door: hooks, tool server, pre-commit, CI and the command line."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from specward import baseline, excuses
from specward.findings import Finding, Verdict
from specward.output import json
from specward.project import Project
from specward.rules.registry import Entry, begin, entries
from specward.storage import FOLDER, keep

if TYPE_CHECKING:
    from specward.database.server import Lend

VERDICT = f"{FOLDER}/verdict.json"


def verify(  # noqa: PLR0913 -- each is a choice of its own, by name
    root: Path,
    *,
    tasks: Sequence[str] = (),
    base: str | None = None,
    paths: Sequence[str] | None = None,
    select: Sequence[str] | None = None,
    lend: "Lend | None" = None,
) -> Verdict:
    """Hold a project against its specifications.

    Args:
        root: The repository's top.
        tasks: Tasks bound to this run: every changed path is held against their permits.
        base: A revision: changes are counted from its merge base, and judged by the tasks their files name.
        paths: Confine the run to these files or folders, relative to `root`.
        select: Run these rules or families only (`SW1`, `SW603`).
        lend: Gives a database server of our own, for the rules that need one; None leaves them out.

    Returns:
        The verdict. A run over the whole project with every rule also keeps it as
        `.specward/verdict.json`, where the disk lets it.

    Raises:
        CouldNotRunError: something keeps the gate from judging; the text says what.
    """
    return judge(read_project(root, tasks=tasks, base=base, paths=paths, lend=lend), select=select)


def read_project(
    root: Path,
    *,
    tasks: Sequence[str] = (),
    base: str | None = None,
    paths: Sequence[str] | None = None,
    lend: "Lend | None" = None,
) -> Project:
    """Return the project as `verify` judges it, for those who also render the verdict."""
    covered = None if paths is None else tuple(paths)
    return Project(root, tasks=tuple(tasks), base=base, paths=covered, lend=lend)


def judge(project: Project, *, select: Sequence[str] | None = None, with_baseline: bool = True) -> Verdict:
    """Run the rules on a project, part the findings, and keep the verdict of a whole run.

    Args:
        project: What is judged.
        select: Run these rules or families only.
        with_baseline: Let what the baseline lists pass; without, it is told, too, and no verdict is kept.
    """
    project.look_ahead()
    selected = [entry for entry in entries() if _is_chosen(entry.code, select, project.config.ignore)]
    project.reads_code = any(entry.family == "SW6" for entry in selected)
    chosen = [entry for entry in selected if entry.applies(project)]
    begin(project, chosen)
    project.raised = tuple(_run(project, (entry for entry in chosen if not entry.closes)))
    project.ran = frozenset(entry.code for entry in chosen if entry.sees_all(project))
    project.standing, excused = excuses.apply(project, project.raised)
    listed = project.baseline if with_baseline else baseline.Baseline()
    standing, known = baseline.part(project.standing, listed, project.text)
    standing += _run(project, (entry for entry in chosen if entry.closes))
    is_whole = project.paths is None and select is None
    project.keep(whole=is_whole)
    verdict = Verdict(
        findings=tuple(sorted(standing, key=lambda finding: finding.order)),
        excused=tuple(excused),
        baselined=known.total(),
        files=len(project.files),
        changes=len(project.changes) if project.compares else None,
        tasks=project.tasks.count,
        rules=tuple(entry.code for entry in chosen),
        notes=project.notes,
    )
    if is_whole and with_baseline:
        keep(project.root / VERDICT, json.render(verdict, project))
    return verdict


def _run(project: Project, chosen: Iterable[Entry]) -> Iterable[Finding]:
    for entry in chosen:
        project.judging = entry.family
        for finding in entry.load().check(project):
            if project.covers(finding.place.path):
                yield finding


def _is_chosen(code: str, select: Sequence[str] | None, ignore: Sequence[str]) -> bool:
    wanted = select is None or any(code.startswith(prefix.upper()) for prefix in select)
    return wanted and not any(code.startswith(prefix.upper()) for prefix in ignore)
