"""The gate's own tools: over the official SDK's client, and as the real client's agent uses them."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import TextContent

from specward.agent.rpc import REVISIONS, respond
from specward.agent.tools import TOOLS
from tests.client.claude import Run, call, run_claude, text
from tests.client.hooks import SESSION, prompt, use
from tests.client.messages_api import Json, Turn
from tests.client.project import headed

NAMES = ("brief", "check", "test", "clarify")
QUESTION = {"task": "T-042", "kind": "jwt-unclear", "missing": "A", "consulted": "§2.1", "needed": "B"}


def tool(name: str, identity: str, **arguments: object) -> Json:
    return call(f"mcp__specward__{name}", identity, **arguments)


def as_main(project: Path, turns: list[Turn]) -> Run:
    return run_claude(project, "Implement T-042 [main]", {"[main]": turns}, "--agent", "backend-engineer")


def as_subagent(project: Path, turns: list[Turn]) -> Run:
    given: Json = {"subagent_type": "backend-engineer", "prompt": "Implement T-042 [sub]"}
    order = call("Agent", "agent", description="A task", run_in_background=False, **given)
    script = {"[main]": [[order], text("Handed over.")], "[sub]": turns}
    return run_claude(project, "Please go on [main]", script)


@pytest.mark.parametrize("run", [as_main, as_subagent])
def test_the_agent_works_with_them_from_the_brief_to_the_question(
    project: Path, run: Callable[[Path, list[Turn]], Run]
) -> None:
    test_file, code = "tests/app/notes/test_a.py", "backend/app/notes/a.py"
    failing = headed(code="def test_a():\n    assert 1 == 2\n")
    turns: list[Turn] = [
        [tool("brief", "brief"), tool("test", "none"), tool("test", "other", task="T-078")],
        [call("Write", "tests", file_path=str(project / test_file), content=failing)],
        [call("Write", "code", file_path=str(project / code), content=headed().replace("§2.1", "§9.9"))],
        [tool("test", "red"), tool("check", "wrong")],
        [call("Edit", "mend", file_path=str(project / test_file), old_string="== 2", new_string="== 1")],
        [call("Edit", "cite", file_path=str(project / code), old_string="§9.9", new_string="§2.1")],
        [tool("test", "green"), tool("check", "right")],
        [tool("clarify", "ask", **QUESTION), tool("clarify", "kind", **(QUESTION | {"kind": "because"}))],
        text("Done."),
    ]
    done = run(project, turns)
    assert "A signed-in user writes a note" in done.answer_to("brief")
    assert "has no test file yet" in done.answer_to("none")
    assert "T-078 is not your task" in done.answer_to("other")
    assert "Tests fail." in done.answer_to("red")
    assert f"{code}:3" in done.answer_to("wrong")
    assert "The tests pass." in done.answer_to("green")
    assert done.answer_to("right").startswith("Clean")
    assert (project / "history/clarifications/backend/T-042-jwt-unclear.md").is_file()
    assert done.refused("kind")
    assert len(list((project / "history/clarifications").rglob("*.md"))) == 1


@pytest.mark.anyio
async def test_the_official_client_understands_the_server(project: Path) -> None:
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "specward", "mcp"], cwd=project, env={"PYTHONPATH": "backend"}
    )
    async with stdio_client(server) as (reader, writer), ClientSession(reader, writer) as session:
        about = await session.initialize()
        assert (about.protocol_version, about.server_info.name) == (REVISIONS[0], "specward")
        await session.send_ping()
        listed = await session.list_tools()
        assert tuple(tool.name for tool in listed.tools) == NAMES
        answer = await session.call_tool("brief", {"task": "T-042"})
        assert answer.is_error  # the call did not come through the hook
        (content,) = answer.content
        assert isinstance(content, TextContent)
        assert "did not pass the gate's hook" in content.text


def test_the_hook_says_who_calls_whatever_the_model_says(project: Path) -> None:
    prompt(project, "Implement T-042")
    reply = use(project, "mcp__specward__test", caller={"session_id": "another"})
    specific = json.loads(reply.stdout)["hookSpecificOutput"]
    assert specific["permissionDecision"] == "allow"
    assert specific["updatedInput"]["caller"]["session_id"] == SESSION


def ask(message: object) -> Json | None:
    return respond(json.dumps(message).encode(), TOOLS)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ([], -32600),
        ({"id": 1, "method": "ping"}, -32600),
        ({"jsonrpc": "2.0", "id": True, "method": "ping"}, -32600),
        ({"jsonrpc": "2.0", "id": 1, "method": "resources/list"}, -32601),
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": []}, -32602),
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "shell"}}, -32602),
    ],
)
def test_what_cannot_be_answered_is_told_by_its_code(message: object, code: int) -> None:
    answer = ask(message)
    assert answer is not None
    assert answer["error"]["code"] == code


def test_a_notification_gets_no_answer() -> None:
    assert ask({"jsonrpc": "2.0", "method": "notifications/initialized"}) is None


def test_an_unknown_revision_is_answered_with_the_newest() -> None:
    answer = ask({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "1999"}})
    assert answer is not None
    assert answer["result"]["protocolVersion"] == REVISIONS[0]


@given(st.binary())
def test_no_bytes_break_it(line: bytes) -> None:
    answer = respond(line, TOOLS)
    assert answer is None or "error" in answer


@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner)))
def test_no_parameters_break_it(params: object) -> None:
    for name in NAMES:
        call_ = {"name": name, "arguments": params}
        answer = ask({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call_})
        assert answer is not None
        assert "error" in answer or answer["result"]["isError"]
