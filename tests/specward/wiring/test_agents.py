"""Agent files, taken or passed over as client 2.1.330 does."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.wiring.agents import plugin_of, read_agent, read_fork
from specward.wiring.client import misspelt_event, misspelt_tool

PATH = ".claude/agents/x.md"


@pytest.mark.parametrize(
    "head",
    [
        "name: colon\ndescription: a: b: c",
        "name: bracket\ndescription: [a, b",
        "name: UpperCase\ndescription: x",
        "name: under_score\ndescription: x",
        'name: ours\ndescription: Use it.\\n\\nuser: "do"\\nassistant: "I\'ll do"',
        "name: block\ndescription: |\n  many\n  lines: here",
    ],
)
def test_what_the_client_takes(head: str) -> None:
    agent = read_agent(PATH, f"---\n{head}\n---\nBody\n")
    assert agent.unread == ""
    assert agent.name == head.split()[1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('---\nname: badquote\ndescription: "unclosed\n---\nBody\n', "the front matter is not valid YAML"),
        ("---\nname: tabbed\n\tdescription: x\n---\nBody\n", "the front matter is not valid YAML"),
        ("---\nname: nodesc\n---\nBody\n", "it has no description"),
        ("---\ncolor: green\n---\nBody\n", "it has no name and no description"),
        ("---\nname: a:b\ndescription: x\n---\nBody\n", "'a:b' is not a valid name"),
        ("---\nname: -x\ndescription: x\n---\nBody\n", "'-x' is not a valid name"),
        ("\n---\nname: leading\ndescription: x\n---\nBody\n", "there is no front matter"),
        ("You are an agent.\n", "there is no front matter"),
    ],
)
def test_what_the_client_passes_over(text: str, reason: str) -> None:
    assert read_agent(PATH, text).unread.startswith(reason)


@pytest.mark.parametrize(
    "tools",
    ["Read, Agent(reviewer, tester), Write", "[Read, 'Agent(reviewer, tester)', Write]", "Read Agent Write"],
)
def test_tools_are_a_list_or_a_text(tools: str) -> None:
    agent = read_agent(PATH, f"---\nname: x\ndescription: y\ntools: {tools}\n---\n")
    assert agent.tools == ("Read", "Agent", "Write")


def test_the_prompt_of_this_repository_is_a_good_one() -> None:
    text = (Path(__file__).parent / "seed.md").read_text(encoding="utf-8")
    agent = read_agent(PATH, text)
    assert (agent.unread, agent.name, agent.tools) == ("", "backend-engineer", ())
    assert agent.head.body.startswith("\nYou are an expert Backend Engineer")


def test_forks_are_found() -> None:
    fork = read_fork("skills/x/SKILL.md", "---\nname: x\ncontext: fork\nagent: y\n---\n", "shop")
    assert fork is not None
    assert (fork.agent, fork.line, fork.plugin) == ("y", 4, "shop")
    assert read_fork("skills/x/SKILL.md", "---\nname: x\nagent: y\n---\n") is None


def test_files_belong_to_the_nearest_plugin() -> None:
    plugins = {".": "whole", "plugins/a": "inner"}
    assert plugin_of("plugins/a/agents/x.md", plugins) == "inner"
    assert plugin_of("agents/x.md", plugins) == "whole"
    assert plugin_of("agents/x.md", {}) == ""


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Write", None), ("mcp__x__Wirte", None), ("MultiEdit", "Edit"), ("write", "Write"),
        ("Note_book_edit", "NotebookEdit"), ("Wirte", "Write"), ("Frobnicate", None),
    ],
)  # fmt: skip
def test_misspelt_tools(name: str, meant: str | None) -> None:
    assert misspelt_tool(name) == meant


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Stop", None),
        ("preToolUse", "PreToolUse"),
        ("pre_tool_use", "PreToolUse"),
        ("SubAgentStop", "SubagentStop"),
    ],
)
def test_misspelt_events(name: str, meant: str | None) -> None:
    assert misspelt_event(name) == meant


@given(st.binary())
def test_any_bytes_are_read(data: bytes) -> None:
    text = data.decode(errors="replace")
    for content in (text, f"---\n{text}\n---\n"):
        agent = read_agent(PATH, content)
        assert agent.unread or agent.name
        assert isinstance(agent.tools, tuple)
        read_fork(PATH, content)


@given(st.text(alphabet="name:description \n\t\"'[]{}&*!|>-#,()\x00é"))
def test_any_head_is_read(head: str) -> None:
    read_agent(PATH, f"---\n{head}\n---\nBody")


def test_very_many_unclosed_restrictions_are_read_once() -> None:
    agent = read_agent(PATH, "---\nname: x\ndescription: y\ntools: " + "a(" * 200_000 + "\n---\n")
    assert set(agent.tools) == {"a"}  # a reading that begins again at each of them does not come to an end


@given(st.lists(st.sampled_from(["Read", "Agent(one, two)", "Bash(git *)"]), min_size=1, max_size=20))
def test_a_restriction_is_no_tool(tools: list[str]) -> None:
    agent = read_agent(PATH, f"---\nname: x\ndescription: y\ntools: {', '.join(tools)}\n---\n")
    assert agent.tools == tuple(tool.partition("(")[0] for tool in tools)
