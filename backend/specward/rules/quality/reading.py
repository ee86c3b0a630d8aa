"""What the rules of this family share: what the tools said of the territory's Python files."""

from collections.abc import Iterator

from specward.findings import Finding, Severity
from specward.project import Project
from specward.quality.model import Remark, Report
from specward.quality.settings import Tools, read_tools
from specward.quality.tools import check_types, lint
from specward.specs.model import Place

_PYTHON = (".py", ".pyi")
WORLD = '[tool.ruff.lint]\nselect = ["F", "D1"]\n'


def tools(project: Project) -> Tools:
    """The commands to ask."""
    return read_tools(project.root, project.config, project.toml_of)


def linted(project: Project) -> Report:
    """What the linter says of the files of this run."""
    command = project.fact(tools).lint
    if not command:
        return Report("")
    beside = [path for path in project.paths_there if path.endswith(_PYTHON)]
    return lint(project.root, command, _digests(project), whole=project.paths is None, beside=beside)


def typed(project: Project) -> Report:
    """What the type checker says; it judges files together, so only of the project as a whole."""
    command = project.fact(tools).types
    return (
        check_types(project.root, command, _digests(project))
        if command and project.paths is None
        else Report("")
    )


def findings(code: str, report: Report, *, docstrings: bool = False) -> Iterator[Finding]:
    """Turn remarks into findings: those on docstrings (pydocstyle's D…), or all the others."""
    for remark in report.remarks:
        if _is_on_docstrings(remark) == docstrings:
            rule = f"{report.tool} {remark.rule}".strip()
            message = remark.message.rstrip(".")
            yield Finding(
                code,
                Severity.ERROR,
                Place(remark.path, remark.line, remark.column),
                f"{message} ({rule}).",
                f"Fix it, or make an exception by {report.tool}'s own means, in its settings or the line.",
            )


def _is_on_docstrings(remark: Remark) -> bool:
    return remark.rule[:1] == "D" and remark.rule[1:].isdigit()


def _digests(project: Project) -> dict[str, str]:
    return {
        path: source.digest
        for path, source in project.files.items()
        if path.endswith(_PYTHON) and not source.trouble
    }
