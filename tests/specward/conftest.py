"""What the tests of the gate share."""

from hypothesis import settings

# A deadline is a timed assertion: it fails on a busy machine and tells nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
