"""Recall and precision of the isolation rules: `python bench/isolation/run.py [--verbose] [--held]`."""

import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[2] / "backend")]

from bench.isolation.corpus import Case, load

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options
from specward.code.dataflow.trail import Violation


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
    found: bool
    false: tuple[Violation, ...]  # on the fixed version, or elsewhere in the vulnerable one


def judge(case: Case) -> Outcome:
    """Analyse both versions of a case."""
    before = analyse_files(case.vulnerable, Options()).violations
    after = analyse_files(case.fixed, Options()).violations
    due = [item for item in before if _is_due(item, case)]
    stray = [item for item in before if item not in due]
    return Outcome(case, bool(due), (*stray, *after))


def _is_due(violation: Violation, case: Case) -> bool:
    names = {name for _, name in case.places}
    return bool({step.rpartition(".")[2] for step in violation.site.chain} & names)


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
    rows = {
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


if __name__ == "__main__":
    main(sys.argv[1:])
