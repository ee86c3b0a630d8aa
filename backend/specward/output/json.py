"""For programs: the whole verdict as one JSON object, keys and findings in a fixed order."""

import json

from specward.findings import Finding, Verdict
from specward.project import Project
from specward.specs.model import Place

VERSION = 1


def render(verdict: Verdict, project: Project) -> str:
    """Write a verdict as JSON."""
    return json.dumps(as_object(verdict, project), indent=2, ensure_ascii=True) + "\n"


def as_object(verdict: Verdict, project: Project) -> dict[str, object]:
    """Return a verdict as JSON values. Fields are added; `version` grows when one changes its meaning."""
    return {
        "version": VERSION,
        "clean": verdict.clean,
        "tasks": list(project.bound_names),
        "base": project.base,
        "summary": {
            "errors": verdict.errors,
            "warnings": verdict.warnings,
            "excused": len(verdict.excused),
            "baselined": verdict.baselined,
            "files": verdict.files,
            "changes": verdict.changes,
            "tasks": verdict.tasks,
        },
        "rules": list(verdict.rules),
        "notes": list(verdict.notes),
        "findings": [_finding(finding) for finding in verdict.findings],
        "excused": [{**_finding(finding), "reason": reason} for finding, reason in verdict.excused],
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        **_place(finding.place),
        "message": finding.message,
        "hint": finding.hint,
        "related": [_place(place) for place in finding.related],
    }


def _place(place: Place) -> dict[str, object]:
    return {"path": place.path, "line": place.line, "column": place.column}
