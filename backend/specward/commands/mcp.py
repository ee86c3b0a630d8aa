"""`specward mcp`: serve the gate's own tools to the agent, over the Model Context Protocol."""

import os
import signal
import sys
from argparse import ArgumentParser, Namespace

from specward.agent.rpc import serve
from specward.agent.tools import TOOLS

SUMMARY = "Serve the agent's tools over standard input and output (the client runs it, not people)."


def add_arguments(_parser: ArgumentParser) -> None:
    """Declare no options: who calls is said in each call."""


def run(_options: Namespace) -> int:
    """Serve until the client closes its end; 0."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that a test run ends with its server
    with os.fdopen(os.dup(1), "wb") as sink:
        os.dup2(2, 1)  # whatever else prints must not break the protocol
        serve(TOOLS, sys.stdin.buffer, sink)
    return 0
