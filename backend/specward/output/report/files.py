"""The files of the territory: which tasks asked for each, and which nobody asked for."""

from specward.code.sources import SourceFile
from specward.output.report.findings import Findings
from specward.output.report.links import Links, anchor
from specward.output.report.model import FileRow
from specward.permits.permit import permits_path
from specward.project import Project
from specward.specs.model import Task


def read_files(project: Project, links: Links, findings: Findings) -> tuple[FileRow, ...]:
    """List the files of the territory, in order of their paths."""
    return tuple(
        FileRow(
            anchor=file_anchor(path),
            path=path,
            description=source.header.description if source.header else "",
            tasks=tuple(links.task_item(task) for task in links.tasks_in(path)),
            findings=findings.at(path),
            unasked=_unasked(project, source, links.tasks_in(path)),
        )
        for path, source in sorted(project.files.items())
    )


def file_anchor(path: str) -> str:
    """Return the anchor of a file's row."""
    return anchor("file", path)


def _unasked(project: Project, source: SourceFile, tasks: tuple[Task, ...]) -> str:
    if not source.needs_header:
        return ""
    if source.header is None:
        return "it has no header"
    if not tasks:
        return "its header names no task that there is"
    if not any(permits_path(project.permit(task), source.path) for task in tasks):
        return "no task that it names permits it"
    return ""
