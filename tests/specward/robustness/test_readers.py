"""Every reader takes what formats stumble over, and raises what it declares or nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
from bench.fuzz.targets import HARD, TARGETS, Target, hold, seeds

from specward.approvals.stamps import parse_approvals
from specward.contract.source import ContractError, parse
from specward.errors import CouldNotRunError
from specward.toml import read_toml


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_it_raises_what_it_declares_or_nothing(target: Target) -> None:
    for data in (*HARD, *seeds(target)):
        hold(target, data)


def test_a_contract_that_would_end_the_interpreter_is_refused() -> None:
    """Libyaml builds what is nested recursively and dies of it, so this runs in a process of its own."""
    code = "from bench.fuzz.targets import *; hold(named('openapi'), b'[' * 100_000)"
    root = Path(__file__).parents[3]
    path = f"{root}:{root / 'backend'}"
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": path}, check=False)
    assert done.returncode == 0
    with pytest.raises(ContractError, match="nested too deeply"):
        parse("openapi.yaml", "[" * 100_000)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = " + "[" * 5_000, "nested too deeply"),
        ("a = " + "9" * 5_000, "4300 digits"),
        ("a" + ".a" * 100_000 + " = 1", "more than 1,000 parts (at line 1)"),
    ],
)
def test_toml_that_the_library_stumbles_over_is_told_as_what_it_is(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("(", r"\(").replace(")", r"\)")):
        read_toml(text)
    with pytest.raises(CouldNotRunError, match="is not valid TOML"):
        parse_approvals(text)
