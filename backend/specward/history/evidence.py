"""What checked the work: the last verdict of the gate, and a test run where its results were kept."""

import json
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from specward.errors import CouldNotRunError


class Totals(NamedTuple):
    """What became of the tests of a run."""

    passed: int
    failed: int
    skipped: int

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def read_verdict(path: Path) -> str:
    """Return the last verdict in a line; empty where none was kept, or it makes no sense.

    Args:
        path: `.specward/verdict.json`.
    """
    try:
        verdict = json.loads(path.read_bytes())
        clean, summary = verdict["clean"], verdict["summary"]
        errors, warnings = int(summary["errors"]), int(summary["warnings"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""
    return f"specward check: {'PASS' if clean is True else 'FAIL'} ({errors} errors, {warnings} warnings)"


def read_test_run(path: Path) -> Totals:
    """Read the totals of a JUnit report, as pytest's `--junit-xml` writes it.

    Raises:
        CouldNotRunError: there is no such report, or it is none.
    """
    try:
        root = ET.parse(path).getroot()  # noqa: S314 -- a file of this machine's own test run, and expat bounds entities
        suites = root.iter("testsuite") if root.tag == "testsuites" else iter((root,))
        totals = [[int(suite.get(key, "0")) for key in _TOTALS] for suite in suites]
    except OSError as error:
        raise CouldNotRunError(f"The test report {path} cannot be read: {error.strerror}.") from error
    except (ET.ParseError, ValueError) as error:
        raise CouldNotRunError(
            f"{path} is not a JUnit report: {error}. Write one with --junit-xml."
        ) from error
    tests, failures, errors, skipped = (
        (sum(column) for column in zip(*totals, strict=True)) if totals else (0,) * 4
    )
    return Totals(tests - failures - errors - skipped, failures + errors, skipped)


_TOTALS = ("tests", "failures", "errors", "skipped")
