"""From a project and its verdict to the report."""

from specward.config import Config
from specward.findings import Verdict
from specward.output.report.chains import Chains, tally
from specward.output.report.contract import read_operations
from specward.output.report.files import read_files
from specward.output.report.findings import Findings
from specward.output.report.links import Links
from specward.output.report.model import Report
from specward.output.report.sections import read_sections
from specward.output.report.tables import read_tables
from specward.project import Project
from specward.toml import read_toml


def read_report(verdict: Verdict, project: Project) -> Report:
    """Compute everything that a page shows; the same project and verdict always give the same report."""
    links, findings = Links(project), Findings(verdict, project)
    operations = read_operations(project, links, findings)
    chains = Chains(project, links, findings, operations).read()
    return Report(
        name=_name(project, links.features),
        features=links.features,
        clean=verdict.clean,
        errors=verdict.errors,
        warnings=verdict.warnings,
        baselined=verdict.baselined,
        rules=len(verdict.rules),
        notes=verdict.notes,
        findings=findings.standing,
        excused=findings.excused,
        tallies=tally(chains),
        chains=chains,
        documents=read_sections(project, links),
        files=read_files(project, links, findings),
        operations=operations,
        tables=read_tables(project, links, findings),
    )


def _name(project: Project, features: tuple[str, ...]) -> str:
    """The features' names where they are few; that of the package where nobody gave one."""
    name = ", ".join(features) if len(features) in (1, 2, 3) else project.config.feature
    if name != Config().feature:
        return name
    package = read_toml(project.text("pyproject.toml")).get("project")
    return str(package.get("name", name)) if isinstance(package, dict) else name
