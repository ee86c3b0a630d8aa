"""What is added to other people's files: all of theirs stays, whatever they hold, and once is enough."""

import contextlib
import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from specward.adoption.client_settings import merge
from specward.adoption.precommit import add_hook
from specward.adoption.proposals import template
from specward.errors import CouldNotRunError

OURS = template("settings.json")
EVENTS = st.sampled_from(["PreToolUse", "PostToolUse", "Stop", "Notification", "Later"])
WORDS = st.text(max_size=5)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.none() | st.booleans() | NUMBERS | WORDS
VALUES = PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(WORDS, PLAIN, max_size=2)
GROUP = st.fixed_dictionaries({"matcher": WORDS, "hooks": st.lists(VALUES, max_size=2)})
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "hooks": st.dictionaries(EVENTS, st.lists(GROUP | VALUES, max_size=2), max_size=2),
        "permissions": st.fixed_dictionaries(
            {}, optional={"deny": st.lists(WORDS, max_size=2), "allow": VALUES}
        ),
        "env": VALUES,
        "disableAllHooks": st.booleans(),
    },
)


@given(SETTINGS, st.sampled_from([None, 2, 4, "\t"]), st.sampled_from([True, False]))
def test_settings_keep_everything(theirs: dict[str, Any], indent: int | str | None, ascii: bool) -> None:  # noqa: A002, FBT001 (json.dumps calls them so)
    text = json.dumps(theirs, indent=indent, ensure_ascii=ascii)
    after = merge(text, OURS)
    merged = json.loads(after)
    for key, value in theirs.items():
        if key == "hooks":
            assert all(group in merged["hooks"][event] for event, groups in value.items() for group in groups)
        elif key == "permissions":
            assert merged[key] | {"deny": value.get("deny", [])} == {"deny": []} | value
            assert merged[key]["deny"][: len(value.get("deny", []))] == value.get("deny", [])
        else:
            assert merged[key] == value
    assert list(merged)[: len(theirs)] == list(theirs)
    assert merge(after, OURS) == after


@given(st.text() | VALUES.map(json.dumps))
def test_whatever_stands_there_is_merged_or_refused(text: str) -> None:
    with contextlib.suppress(CouldNotRunError):
        assert json.loads(merge(text, OURS))["hooks"]


def test_an_older_handler_of_the_gate_is_renewed_and_its_neighbour_stays() -> None:
    own = {"type": "command", "command": "true"}
    old = {"type": "command", "command": "sh .claude/hooks/specward.sh"}
    theirs = {"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [old, own]}, {"hooks": [old]}]}}
    merged = json.loads(merge(json.dumps(theirs), OURS))["hooks"]["PreToolUse"]
    assert merged == [{"matcher": "Bash", "hooks": [own]}, *json.loads(OURS)["hooks"]["PreToolUse"]]


@pytest.mark.parametrize("text", ["[]", "{", '{"hooks": {"Stop": {}}}', '{"a": NaN}', "[" * 100_000])
def test_a_refusal_says_what_to_do(text: str) -> None:
    with pytest.raises(CouldNotRunError, match="Mend it, then run"):
        merge(text, OURS)


@pytest.mark.parametrize(
    "text",
    [
        "repos:\n- repo: local\n  hooks: []\n",
        "repos:\n    - repo: local\n      hooks: []\n\n\n# the end\n",
        "repos:\n  # none yet\n  - repo: local\n    hooks:\n      - id: a\n        args: [--x]",
        "default_stages: [commit]\nrepos:\n  - repo: local\n    hooks: []\n\nci:\n  autofix_prs: false\n",
        "# only a comment\nrepos:\n  - repo: meta\n    hooks:\n      - id: identity\n",
    ],
)
def test_pre_commit_gains_one_hook(text: str) -> None:
    after = add_hook(text, "specward")
    before, found = yaml.safe_load(text), yaml.safe_load(after)
    assert found["repos"][:-1] == before["repos"]
    assert found["repos"][-1]["hooks"][0]["entry"] == "specward check"
    assert {**found, "repos": None} == {**before, "repos": None}
    assert [line for line in text.splitlines() if line not in after.splitlines()] == []
    assert add_hook(after, "specward") == after


@given(st.text(alphabet=st.sampled_from("repos:-{}[] \n#id'\"")))
def test_a_configuration_in_any_form_gains_it_or_is_refused(text: str) -> None:
    with contextlib.suppress(CouldNotRunError):
        after = add_hook(text, "specward")
        assert yaml.safe_load(after)["repos"][-1]["hooks"][0]["id"] == "specward"
