"""The promise itself: recall and precision on the labelled set, on each half."""

from collections import Counter

import pytest
from bench.isolation.corpus import Case, load
from bench.isolation.run import judge, score

CASES = load()


@pytest.mark.parametrize("held_back", [False, True], ids=["tuning", "held-back"])
def test_recall_and_precision_hold(*, held_back: bool) -> None:
    outcomes = [judge(case) for case in CASES if case.held_back == held_back]
    result = score(outcomes)
    assert result.recall >= 0.9
    assert result.precision >= 0.9


@pytest.mark.parametrize("case", [case for case in CASES if not case.held_back], ids=lambda case: case.name)
def test_the_tuning_half_is_right(case: Case) -> None:
    outcome = judge(case)
    assert outcome.found
    assert not outcome.false


def test_the_set_is_large_and_its_halves_even() -> None:
    halves = Counter(case.held_back for case in CASES)
    assert len(CASES) == len({case.name for case in CASES})
    assert len(CASES) >= 120
    assert min(halves.values()) > 50
