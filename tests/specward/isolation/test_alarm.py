"""Whoever reads a file in the middle of an analysis does not take the alarm for a bad disk."""

import time
from contextlib import suppress

import pytest

from specward.agent.alarm import OutOfTimeError, time_limit


def test_an_alarm_goes_through_those_who_expect_a_bad_disk() -> None:
    with pytest.raises(OutOfTimeError), time_limit(1), suppress(OSError):
        time.sleep(10)
