"""The real Claude Code as the tests run it: bundled binary, scripted model, no network, nothing left."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import claude_agent_sdk

from tests.client.messages_api import Json, Script, Turn

BINARY = Path(claude_agent_sdk.__file__).parent / "_bundled" / "claude"
SANDBOX = Path(__file__).with_name("sandbox.py")
SECONDS = 60


class Run(NamedTuple):
    """What a run of the client left to look at."""

    returncode: int
    events: list[Json]  # the client's own account, one object a line
    requests: list[Json]  # what it asked the model
    stderr: str

    @property
    def result(self) -> Json:
        return next(event for event in self.events if event["type"] == "result")

    @property
    def told(self) -> str:
        """Everything the model was told, in all conversations, as one text."""
        return "\n".join(text for request in self.requests for text in _texts(request["messages"]))

    @property
    def longest(self) -> str:
        """What the model was told in the conversation that went furthest."""
        return "\n".join(_texts(max(self.requests, key=lambda request: len(request["messages"]))["messages"]))

    def answer_to(self, call: str) -> str:
        """What the model got back for the tool call with this id of the script."""
        return "\n".join(_texts(self._result_of(call)["content"]))

    def refused(self, call: str) -> bool:
        """Whether the model was told that the tool call failed."""
        return bool(self._result_of(call).get("is_error"))

    def _result_of(self, call: str) -> Json:
        for request in self.requests:
            for block in _blocks(request["messages"]):
                if block.get("type") == "tool_result" and block["tool_use_id"] == call:
                    return block
        raise AssertionError(f"no answer to {call} in {len(self.requests)} requests: {self.stderr}")


def text(words: str) -> Turn:
    """A turn in which the model only speaks; it ends the conversation unless the gate objects."""
    return [{"type": "text", "text": words}]


def call(name: str, identity: str, /, **arguments: object) -> Json:
    """One tool call of the model."""
    return {"type": "tool_use", "id": identity, "name": name, "input": arguments}


def run_claude(
    project: Path,
    prompt: str,
    script: Script,
    *options: str,
    env: dict[str, str] | None = None,
    seconds: int = SECONDS,
) -> Run:
    """Run the client in a project to its end.

    Args:
        project: where it runs.
        prompt: what the user says.
        script: what the model answers.
        options: further options of the command line.
        env: further environment variables.
        seconds: after which it is ended.
    """
    home = project.parent / f"home-{secrets.token_hex(4)}"
    home.mkdir()
    argv = [str(BINARY), "-p", prompt, "--output-format", "stream-json", "--verbose", *options]
    plan = {
        "argv": argv,
        "cwd": str(project),
        "env": _environment(home) | (env or {}),
        "script": script,
        "seconds": seconds,
    }
    isolation = _isolation()
    sandbox = [*isolation, sys.executable, str(SANDBOX), *(["--isolated"] if isolation else [])]
    done = subprocess.run(sandbox, input=json.dumps(plan), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    shutil.rmtree(home)
    events = [json.loads(line) for line in record["stdout"].splitlines()]
    return Run(record["returncode"], events, record["requests"], record["stderr"])


def _environment(home: Path) -> dict[str, str]:
    """A clean environment: nothing of the person's own client or account reaches the run."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "ANTHROPIC_API_KEY": secrets.token_hex(16),
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_TELEMETRY": "1",
        "DISABLE_AUTOUPDATER": "1",
        "no_proxy": "127.0.0.1",
        "https_proxy": "http://127.0.0.1:9",  # discard: a request to anywhere else fails at once
        "http_proxy": "http://127.0.0.1:9",
    }


@cache
def _isolation() -> tuple[str, ...]:
    """The command that gives a program a network of its own; none where the system allows none."""
    for command in (("unshare", "--net"), ("unshare", "--map-root-user", "--net")):
        if (
            shutil.which("unshare")
            and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
        ):
            return command
    return ()


def _blocks(messages: Any) -> list[Json]:
    return [
        block for message in messages if isinstance(message["content"], list) for block in message["content"]
    ]


def _texts(value: Any) -> list[str]:
    """Every text in a value of the API, however deep."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [found for item in value for found in _texts(item)]
    if isinstance(value, dict):
        return [found for key in ("text", "content") if key in value for found in _texts(value[key])]
    return []
