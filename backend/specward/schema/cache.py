"""An outcome of the comparison, kept under `.specward/cache` until anything that it depends on changes."""

from pathlib import Path
from typing import Any

from specward.code.cache import Cache
from specward.findings import Finding, Severity
from specward.schema.case import Outcome
from specward.specs.model import Place

_VERSION = "2"
_UNSURE = frozenset({"SW512", "SW513"})  # a failure may be of the moment: a full disk, a machine under load


def recall(root: Path, key: str) -> Outcome | None:
    """Return the outcome that is kept under a key; None where there is none, or somebody has edited it."""
    try:
        return _outcome(_cache(root).get(key))
    except (TypeError, ValueError):
        return None


def keep(root: Path, key: str, outcome: Outcome) -> None:
    """Keep an outcome in place of the one before."""
    if not any(finding.code in _UNSURE for finding in outcome.findings):
        cache = _cache(root)
        cache.put(key, [outcome.findings, outcome.notes])
        cache.save()


def _cache(root: Path) -> Cache:
    return Cache.open(root, "schema", _VERSION)


def _outcome(kept: Any) -> Outcome | None:  # whatever JSON holds
    if kept is None:
        return None
    findings, notes = kept
    return Outcome(tuple(_finding(*finding) for finding in findings), tuple(map(str, notes)))


def _finding(  # noqa: PLR0913, PLR0917 -- a finding has these parts
    code: str, severity: str, place: Any, message: str, hint: str, related: Any
) -> Finding:
    return Finding(
        code, Severity(severity), Place(*place), message, hint, tuple(Place(*each) for each in related)
    )
