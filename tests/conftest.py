"""What every test may use: the shared servers."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.servers.plugin"]

# A deadline is a timed assertion: it fails on a busy machine and tells nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """With --cov, let the instances of the service that tests start be measured as well."""
    if getattr(config.option, "cov_source", None):
        root = Path(__file__).parents[1]
        os.environ["COVERAGE_PROCESS_START"] = str(root / "pyproject.toml")
        os.environ["COVERAGE_FILE"] = str(root / ".coverage")
