"""What every test may use: the shared servers."""

import signal

from hypothesis import settings

pytest_plugins = ["tests.servers.plugin"]

# A deadline is a timed assertion: it fails on a busy machine and tells nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A shell starts what runs in the background deaf to Ctrl-C, and a process hands that on to its children.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
