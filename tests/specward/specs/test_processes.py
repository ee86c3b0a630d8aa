"""Reading many documents at once."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from specward.specs.processes import read_at_once

# Stands for a hook that its alarm kills while processes read for it.
KILLED = """
import os, time
from specward.specs.processes import read_at_once

def read(number):
    if number:
        time.sleep(600)
    os.kill(os.getppid(), 9)

read_at_once(read, [(0,), (1,)], lambda: None)
"""


def test_what_is_read_comes_in_order() -> None:
    assert read_at_once(divmod, [(7, 2), (9, 4), (5, 5)], list) == [(3, 1), (2, 1), (1, 0)]


def test_there_is_something_else_to_do_meanwhile(tmp_path: Path) -> None:
    """The others wait for a file that this process makes; so it does not wait for them."""
    made = tmp_path / "made"
    assert read_at_once(wait_for, [(str(made),), (str(made),)], made.touch) == [True, True]


def test_what_breaks_meanwhile_calls_off_what_has_not_begun(tmp_path: Path) -> None:
    sources = [(str(tmp_path), number) for number in range(1000)]
    with pytest.raises(ZeroDivisionError):
        read_at_once(note, sources, lambda: 1 // 0)
    assert len([*tmp_path.iterdir()]) < 1000


def wait_for(path: str) -> bool:
    until = time.monotonic() + 30
    while not Path(path).exists() and time.monotonic() < until:
        time.sleep(0.01)
    return Path(path).exists()


def note(folder: str, number: int) -> None:
    Path(folder, f"{number}").touch()
    time.sleep(0.02)


def test_nobody_who_reads_outlives_the_one_who_asked() -> None:
    """Whoever waits for the end of its output would wait for them."""
    done = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, timeout=60, check=False)
    assert done.returncode == -9
