"""Run a client beside the scripted API, in one network namespace: `python sandbox.py < plan > record`.

A process of its own, because the network namespace (`unshare --net`) must hold the API and the client and
nothing else. The plan is JSON: argv, cwd, env, script, seconds. So is the record: returncode, stdout,
stderr, requests.
"""

import contextlib
import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.client.messages_api import MessagesApi

SIOCSIFFLAGS = 0x8914  # linux/sockios.h
IFF_UP_RUNNING = 0x41  # linux/if.h


def raise_loopback() -> None:
    """Bring the loopback interface of a fresh network namespace up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP_RUNNING))


def run(plan: dict[str, Any]) -> dict[str, Any]:
    """Serve the script, run the client to its end or its time limit, and leave no process behind."""
    with MessagesApi(plan["script"]) as api:
        threading.Thread(target=api.serve_forever, args=(0.05,), daemon=True).start()
        client = subprocess.Popen(
            plan["argv"],
            cwd=plan["cwd"],
            env={**plan["env"], "ANTHROPIC_BASE_URL": api.url},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            stdout, stderr = client.communicate(timeout=plan["seconds"])
        except subprocess.TimeoutExpired:
            client.kill()
            stdout, stderr = client.communicate()
        with contextlib.suppress(ProcessLookupError):  # what it started has ended with it, as a rule
            os.killpg(client.pid, signal.SIGKILL)
        api.shutdown()
    return {"returncode": client.returncode, "stdout": stdout, "stderr": stderr, "requests": api.requests}


if __name__ == "__main__":
    if "--isolated" in sys.argv:
        raise_loopback()
    json.dump(run(json.load(sys.stdin)), sys.stdout)
