"""`specward prove` as a program, where it cannot begin."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SPECWARD = Path(sys.executable).with_name("specward")


@pytest.mark.parametrize("url", ["postgresql://127.0.0.1:1/shop", "no URL"])
def test_a_database_that_cannot_be_reached_is_a_sentence(url: str) -> None:
    command = [str(SPECWARD), "prove", "--app-url", url, "--admin-url", url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("specward: The database of --admin-url cannot be reached: ")
    assert done.stderr.count("\n") == 1
