"""From what the interpreter found to findings, in the words of each rule."""

from collections.abc import Iterable

from specward.code.dataflow.result import Analysis, Violation
from specward.findings import Finding, Severity
from specward.project import Project
from specward.specs.model import Place


def findings(  # noqa: PLR0913 -- the words of a rule, and which of its findings they are for
    project: Project,
    code: str,
    what: str,
    hint: str,
    severity: Severity = Severity.ERROR,
    *,
    changes: bool | None = None,
) -> Iterable[Finding]:
    """Give the findings of one rule.

    Args:
        project: The project.
        code: The rule's code.
        what: What is wrong; `{table}` and `{path}` stand for the table and the way to its owner.
        hint: How to mend it, with the same names.
        severity: How grave it is.
        changes: Only what changes rows, or only what does not; both if nothing is said.
    """
    analysis = project.isolation
    for violation in analysis.violations:
        if violation.code == code and changes in {None, violation.changes}:
            words = {"table": violation.table, "path": analysis.owner_path(violation.table)}
            yield Finding(
                code,
                severity,
                Place(*violation.site[:3]),
                f"{_way(violation)} {what.format(**words)}",
                hint.format(**words),
                (*_table(analysis, violation.table), *_following(violation)),
            )


def _way(violation: Violation) -> str:
    """`GET /items/{id} → read_item → crud.get_item`."""
    return " → ".join(violation.site.chain) or "This function"


def _following(violation: Violation) -> list[Place]:
    return sorted({Place(*site[:3]) for site in violation.follows})


def _table(analysis: Analysis, name: str) -> tuple[Place, ...]:
    place = analysis.place(name.partition(".")[0])
    return (Place(*place),) if place is not None else ()
