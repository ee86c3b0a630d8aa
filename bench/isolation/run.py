"""Recall and precision of the isolation rules: `python bench/isolation/run.py [--verbose] [--held]`.

First on small cases, then on whole projects; of both only the tuning half is shown, unless `--held` asks.
What is told as a fault counts by itself, and together with what is asked (SW609): a question that is due
finds a fault, and one that is not is false.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[2] / "backend")]

from bench.isolation.corpus import Case, load
from bench.isolation.projects import Fault, Whole, load_projects

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.proof import QUESTIONS
from specward.code.dataflow.owners.schema import Options
from specward.code.dataflow.result import Violation


class Score(NamedTuple):
    """Counts of one group of cases."""

    found: int
    missed: int
    false: int

    @property
    def cases(self) -> int:
        return self.found + self.missed

    @property
    def recall(self) -> float:
        return self.found / max(self.found + self.missed, 1)

    @property
    def precision(self) -> float:
        return self.found / max(self.found + self.false, 1)


class Outcome(NamedTuple):
    """What the analyser said of one case."""

    case: Case
    due: tuple[Violation, ...]
    false: tuple[Violation, ...]  # on the fixed version, or elsewhere in the vulnerable one

    @property
    def found(self) -> bool:
        return bool(self.due)

    @property
    def told(self) -> "Outcome":
        """What is left without questions."""
        return Outcome(self.case, _faults(self.due), _faults(self.false))


def _faults(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    return tuple(item for item in violations if item.code not in QUESTIONS)


def judge(case: Case) -> Outcome:
    """Analyse both versions of a case."""
    before = analyse_files(case.vulnerable, Options()).violations
    after = analyse_files(case.fixed, Options()).violations
    due = tuple(item for item in before if _is_due(item, case))
    stray = [item for item in before if item not in due]
    return Outcome(case, due, (*stray, *after))


def _is_due(violation: Violation, case: Case) -> bool:
    names = {name for _, name in case.places}
    return bool(_steps(violation) & names)


class Report(NamedTuple):
    """What the analyser said of a whole project."""

    whole: Whole
    false: tuple[Violation, ...]  # on the project itself
    due: tuple[tuple[Fault, Violation], ...]
    stray: tuple[tuple[Fault, Violation], ...]  # on the project with a fault, elsewhere

    @property
    def missed(self) -> tuple[Fault, ...]:
        found = {fault.what for fault, _ in self.due}
        return tuple(fault for fault in self.whole.faults if fault.what not in found)

    @property
    def told(self) -> "Report":
        """What is left without questions."""
        due, stray = (tuple(pair for pair in pairs if _faults(pair[1:])) for pairs in (self.due, self.stray))
        return Report(self.whole, _faults(self.false), due, stray)

    @property
    def score(self) -> Score:
        """Each false finding counts, and each fault that brings some elsewhere."""
        elsewhere = {fault.what for fault, _ in self.stray}
        found = len(self.whole.faults) - len(self.missed)
        return Score(found, len(self.missed), len(self.false) + len(elsewhere))


def judge_project(whole: Whole) -> Report:
    """Analyse a project as it should be, and with each of its faults."""
    false = analyse_files(whole.files, Options()).violations
    known = {_key(item) for item in false}
    due: list[tuple[Fault, Violation]] = []
    stray: list[tuple[Fault, Violation]] = []
    for fault in whole.faults:
        found = analyse_files(whole.with_fault(fault), Options()).violations
        new = [item for item in found if _key(item) not in known]
        for item in new:
            (due if _steps(item) & fault.functions else stray).append((fault, item))
    return Report(whole, false, tuple(due), tuple(stray))


def _key(violation: Violation) -> tuple[object, ...]:
    """A finding without its line, which a fault above it moves."""
    return violation.code, violation.table, violation.site.path, violation.site.chain


def _steps(violation: Violation) -> set[str]:
    return {step.rpartition(".")[2] for step in violation.site.chain}


def score(outcomes: list[Outcome]) -> Score:
    """Count."""
    found = sum(item.found for item in outcomes)
    return Score(found, len(outcomes) - found, sum(bool(item.false) for item in outcomes))


def table(outcomes: list[Outcome], group: Callable[[Case], str]) -> Mapping[str, Score]:
    """Scores by group."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for item in outcomes:
        groups[group(item.case)].append(item)
    return {name: score(members) for name, members in sorted(groups.items())}


def main(arguments: list[str]) -> None:
    """Print the figures; --verbose lists what is wrong in the tuning half, --held in the other too."""
    outcomes = [judge(case) for case in load()]
    told = [item.told for item in outcomes]
    rows = {
        **table(told, lambda case: f"told, {'held back' if case.held_back else 'tuning'}"),
        **table(outcomes, lambda case: "held back" if case.held_back else "tuning"),
        "all": score(outcomes),
    }
    for name, row in {
        **rows,
        **table(outcomes, lambda case: f"{case.code} {'held' if case.held_back else 'tuning'}"),
    }.items():
        print(f"{name:18} cases {row.cases:4}  recall {row.recall:.3f}  precision {row.precision:.3f}")
    if "--verbose" in arguments:
        for item in outcomes:
            if (not item.case.held_back or "--held" in arguments) and (not item.found or item.false):
                print(item.case.name, "MISSED" if not item.found else "", *item.false, sep="\n    ")
    _print_projects(arguments)


def _print_projects(arguments: list[str]) -> None:
    reports = [judge_project(whole) for whole in load_projects()]
    for held_back, name in ((True, "held back"), (False, "tuning")):
        group = [report for report in reports if report.whole.held_back == held_back]
        for kind, scores in (
            ("told", [report.told.score for report in group]),
            ("all", [report.score for report in group]),
        ):
            total = Score(*map(sum, zip(*scores, strict=True)))
            print(
                f"whole, {name:9} {kind:6}  faults {total.cases:3}  recall {total.recall:.3f}  "
                f"precision {total.precision:.3f}  ({len(scores)} projects)"
            )
    for report in reports if "--verbose" in arguments else ():
        if not report.whole.held_back or "--held" in arguments:
            print(report.whole.name)
            for fault in report.missed:
                print("    MISSED", fault.what)
            for violation in report.false:
                print("    FALSE", *violation)
            for fault, violation in report.stray:
                print("    STRAY", *violation, "--", fault.what)


if __name__ == "__main__":
    main(sys.argv[1:])
