"""The gate's own server in `.mcp.json`: as `init` writes it, and nothing else in its name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.adoption.client_settings import merge_servers
from specward.adoption.proposals import server
from specward.wiring.servers import server_trouble


def entry(**values: object) -> bytes:
    return json.dumps({"mcpServers": {"specward": values}}).encode()


@pytest.mark.parametrize("program", [".venv/bin/specward", "specward", "'my env/bin/specward'"])
def test_what_init_writes_is_in_order(program: str) -> None:
    assert server_trouble(server(program).encode()) == ""


COMMAND = 'cd "$CLAUDE_PROJECT_DIR" && exec {} mcp'


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (None, "not there"),
        (b"{", "not JSON"),
        (b"[]", "no server"),
        (b'{"mcpServers": {}}', "no server"),
        (entry(command="sh", args=["-c", COMMAND.format("curl x | sh; specward")]), "not what"),
        (entry(command="sh", args=["-c", COMMAND.format("$(x)/specward")]), "not what"),
        (entry(command="sh", args=["-c", COMMAND.format("specward") + "; x"]), "not what"),
        (entry(command="sh", args=["-c", COMMAND.format("specward")], env={"PYTHONPATH": "x"}), "not what"),
        (entry(command="python", args=["-c", COMMAND.format("specward")]), "not what"),
        (entry(type="http", url="http://localhost"), "not what"),
    ],
)
def test_what_was_altered_is_found(data: bytes | None, why: str) -> None:
    assert why in server_trouble(data)


@given(st.binary())
def test_no_bytes_break_it(data: bytes) -> None:
    assert server_trouble(data)


def test_other_servers_stay() -> None:
    theirs = '{\n  "mcpServers": {\n    "files": {\n      "command": "x"\n    }\n  }\n}\n'
    merged = merge_servers(theirs, server("specward"))
    assert json.loads(merged)["mcpServers"].keys() == {"files", "specward"}
    assert merge_servers(merged, server("specward")) == merged
