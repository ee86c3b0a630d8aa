"""Whoever reads a file in the middle of an analysis does not take the alarm for a bad disk."""

import time
from contextlib import suppress

import pytest

from specward.agent import standing


def test_an_alarm_goes_through_those_who_expect_a_bad_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "TIME_TO_REMEMBER", 1)
    with pytest.raises(vars(standing)["_OutOfTimeError"]):
        _wait()


def _wait() -> None:
    with vars(standing)["_time_limit"](), suppress(OSError):
        time.sleep(10)
