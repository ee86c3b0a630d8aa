"""How a short run ends once it has said what it had to say."""

import os
import sys
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """End the process at once: to take apart all that was read takes a tenth of the time of a run.

    Nothing may be left to do but that. No exit handler runs, and nobody waits for a thread.

    Args:
        code: The exit code.

    Raises:
        OSError: what was said cannot be written.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # as Python has one that was closed before it began
            stream.flush()
    os._exit(code)
