"""Reading many documents at once."""

import subprocess
import sys

from specward.specs.processes import read_at_once

# Stands for a hook that its alarm kills while processes read for it.
KILLED = """
import os, time
from specward.specs.processes import read_at_once

def read(number):
    if number:
        time.sleep(600)
    os.kill(os.getppid(), 9)

read_at_once(read, [(0,), (1,)])
"""


def test_what_is_read_comes_in_order() -> None:
    assert read_at_once(divmod, [(7, 2), (9, 4), (5, 5)]) == [(3, 1), (2, 1), (1, 0)]


def test_nobody_who_reads_outlives_the_one_who_asked() -> None:
    """Whoever waits for the end of its output would wait for them."""
    done = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, timeout=60, check=False)
    assert done.returncode == -9
