"""For code scanning: SARIF 2.1.0, within the limits of GitHub, which reads most of what is written."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from urllib.parse import quote

from specward import __version__
from specward.baseline import entry_of
from specward.findings import Finding, Severity, Verdict
from specward.output.excerpts import printable
from specward.project import Project
from specward.rules.explanation import explanation
from specward.rules.registry import FAMILIES, Entry, entries
from specward.specs.model import Place

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_MOST_RESULTS = 25_000  # in a run: GitHub rejects the whole file beyond that
_MOST_PLACES = 100  # of one result: those that GitHub shows
_LONGEST = 1_024  # characters of a description: GitHub cuts there

# What GitHub ranks as a vulnerability: the weakness, and the CVSS 3.1 base score of reading and writing what
# is another's over the network, with an account (PR:L) or without one (PR:N).
_SECURITY = {"SW6": ("cwe-639", "8.1"), "SW405": ("cwe-306", "9.1")}


def render(verdict: Verdict, project: Project) -> str:
    """Write a verdict as SARIF. Excused findings are left out: GitHub would open an alert for each."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(verdict, project)]}
    return json.dumps(log, indent=2) + "\n"


def _run(verdict: Verdict, project: Project) -> dict[str, object]:
    told = sorted(verdict.findings, key=lambda finding: finding.severity is not Severity.ERROR)
    told = told[:_MOST_RESULTS]
    notes = list(verdict.notes)
    if len(told) < len(verdict.findings):
        notes.append(
            f"{len(verdict.findings) - len(told):,} findings are left out; `specward check` has all."
        )
    ran = [entry for entry in entries() if entry.code in verdict.rules]
    return {
        "tool": {
            "driver": {
                "name": "Specward",
                "semanticVersion": __version__,
                "rules": [_rule(entry) for entry in ran],
            }
        },
        "automationDetails": {"id": "specward/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The repository's root."}}},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {"level": "note", "message": {"text": printable(note)}} for note in notes
                ],
            }
        ],
        "results": list(_results(told, project, {entry.code: index for index, entry in enumerate(ran)})),
        "properties": {"excused": len(verdict.excused), "baselined": verdict.baselined},
    }


def _rule(entry: Entry) -> dict[str, object]:
    rule = entry.load()
    text = explanation(entry)
    family = FAMILIES[entry.code[:3]].partition(":")[0]
    properties: dict[str, object] = {"tags": [family], "precision": "very-high"}
    for prefix, (weakness, score) in _SECURITY.items():
        if entry.code.startswith(prefix):
            properties["tags"] = [family, "security", f"external/cwe/{weakness}"]
            properties["security-severity"] = score
    return {
        "id": entry.code,
        "name": entry.module.rpartition(".")[2].partition("_")[2].title().replace("_", ""),
        "shortDescription": {"text": rule.SUMMARY},
        "fullDescription": {"text": _paragraphs(rule.__doc__ or "")},
        "help": {"text": text, "markdown": text},
        "properties": properties,
    }


def _paragraphs(text: str) -> str:
    """The paragraphs that fit where GitHub would cut; `help` has them all."""
    kept = ""
    for paragraph in text.strip().split("\n\n"):
        longer = f"{kept} {' '.join(paragraph.split())}".strip()
        if len(longer) > _LONGEST:
            break
        kept = longer
    return kept


def _results(
    findings: Iterable[Finding], project: Project, indices: Mapping[str, int]
) -> Iterator[dict[str, object]]:
    met: Counter[str] = Counter()
    for finding in findings:
        name = _fingerprint(finding, project)
        met[name] += 1
        yield {
            "ruleId": finding.code,
            "ruleIndex": indices[finding.code],
            "level": finding.severity.value,
            "message": {"text": printable(f"{finding.message} {finding.hint}")},
            "locations": [_location(finding.place)],
            "relatedLocations": [
                {"id": number, **_location(place), "message": {"text": "The other side of it."}}
                for number, place in enumerate(finding.related[:_MOST_PLACES], start=1)
            ],
            "partialFingerprints": {"primaryLocationLineHash": f"{name}:{met[name]}"},
        }


def _fingerprint(finding: Finding, project: Project) -> str:
    """Name a finding by rule, file and text of its line; the line's number changes with every edit above."""
    entry = entry_of(finding, project.text(finding.place.path))
    return sha256("\0".join(entry).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _location(place: Place) -> dict[str, object]:
    uri = quote(place.path.encode("utf-8", "surrogateescape"))
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri, "uriBaseId": _ROOT},
            "region": {"startLine": place.line, "startColumn": place.column},
        }
    }
