"""What every test may use: the shared servers."""

from hypothesis import settings

pytest_plugins = ["tests.servers.plugin"]

# A deadline is a timed assertion: it fails on a busy machine and tells nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
