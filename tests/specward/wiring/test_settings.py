"""Settings, matchers and commands, read as the client reads them."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.wiring.matchers import matches, names
from specward.wiring.programs import fails_closed, programs, wrong_form
from specward.wiring.settings import SETTINGS, Handler, Settings, read_settings


def handler(
    command: str = "specward hook",
    arguments: tuple[str, ...] | None = None,
    *,
    event: str = "PreToolUse",
    blocks: bool = False,
    asynchronous: bool = False,
) -> Handler:
    return Handler(event, "", "command", command, arguments, blocks, asynchronous, "")


def test_settings_are_read() -> None:
    hook = {
        "type": "command",
        "command": "specward-hook",
        "args": ["1"],
        "onFailure": "block",
        "if": "Bash(ls)",
    }
    text = json.dumps(
        {
            "disableAllHooks": True,
            "hooks": {"PreToolUse": [{"matcher": "*", "hooks": [hook]}]},
            "permissions": {"allow": ["Bash"], "defaultMode": "auto"},
            "env": {"CLAUDE_CODE_SIMPLE": 1},
            "enabledPlugins": {"specward@specward": True, "other@x": False},
        }
    )
    assert read_settings(SETTINGS, text.encode()) == Settings(
        SETTINGS,
        present=True,
        all_hooks_off=True,
        handlers=(
            Handler("PreToolUse", "*", "command", "specward-hook", ("1",), True, False, "Bash(ls)"),  # noqa: FBT003
        ),
        allowed=("Bash",),
        default_mode="auto",
        environment={"CLAUDE_CODE_SIMPLE": "1"},
        plugins=("specward@specward",),
    )


@pytest.mark.parametrize(
    ("data", "defect"),
    [
        (b"", "line 1: Expecting value"),
        (b'{"hooks": {},}', "line 1: Illegal trailing comma before end of object"),
        (b"// comment\n{}", "line 1: Expecting value"),
        (b"\xef\xbb\xbf{}", "line 1: Unexpected UTF-8 BOM (decode using utf-8-sig)"),
        (b"\xff", "byte 0 is not UTF-8"),
        (b"[]", "it is not an object"),
        (b"[" * 200_000, "it is nested too deeply, or has a number too long to read"),
    ],
)
def test_what_the_client_ignores_as_a_whole_is_told(data: bytes, defect: str) -> None:
    read = read_settings(SETTINGS, data)
    assert read.present
    assert read.defect
    assert read.defect == defect or defect.startswith("line 1: ")
    assert read.defect.startswith(defect.partition(":")[0])


def test_no_file_is_no_settings() -> None:
    assert read_settings(SETTINGS, None) == Settings(SETTINGS)


@pytest.mark.parametrize(
    ("hooks", "sentence"),
    [
        ([], "`hooks` is not an object of events."),
        ({"Stop": {}}, "`Stop` does not hold a list."),
        ({"Stop": [{"type": "command", "command": "x"}]}, "An entry of `Stop` has no list `hooks`."),
        ({"Stop": [{"hooks": [{"command": "x"}]}]}, "A hook of `Stop` has no `type` that the client knows."),
        ({"Stop": [{"hooks": [{"type": "command"}]}]}, "A hook of `Stop` has no `command`."),
        (
            {"Stop": [{"hooks": [{"type": "command", "command": "x", "args": "y"}]}]},
            "`args` of a hook of `Stop` is not a list of strings.",
        ),
    ],
)
def test_entries_of_the_wrong_shape_are_told(hooks: object, sentence: str) -> None:
    read = read_settings(SETTINGS, json.dumps({"hooks": hooks}).encode())
    assert read.malformed == (sentence,)
    assert read.handlers == ()


@given(st.binary())
def test_any_bytes_are_read(data: bytes) -> None:
    read_settings(SETTINGS, data)


KEYS = st.sampled_from(["hooks", "type", "command", "args", "matcher", "Stop", "permissions", "allow", "env"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just("command"),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
)


@given(st.dictionaries(KEYS, JSON))
def test_any_object_is_read(value: object) -> None:
    for found in read_settings(SETTINGS, json.dumps(value).encode()).handlers:
        programs(found, Path("/nowhere"))
        wrong_form(found)
        fails_closed(found)
        matches(found.matcher, "Write")


@pytest.mark.parametrize(
    ("matcher", "name", "matched"),
    [
        ("", "Write", True),
        ("*", "Write", True),
        ("Write|Edit", "Write", True),
        ("Write, Edit", "Edit", True),
        ("Write|Edit", "NotebookEdit", False),
        ("write", "Write", False),
        ("Edit.*", "NotebookEdit", True),
        ("^Edit$", "NotebookEdit", False),
        ("Task", "Agent", True),
        ("specward:backend-engineer", "specward:backend-engineer", True),
        ("backend-engineer", "specward:backend-engineer", False),
        ("(", "Write", False),
    ],
)
def test_matchers_match_as_in_the_client(matcher: str, name: str, matched: bool) -> None:  # noqa: FBT001
    assert matches(matcher, name) is matched


def test_the_names_of_a_matcher() -> None:
    assert names("Write| Edit,Bash") == ("Write", "Edit", "Bash")
    assert names("*") == names("Edit.*") == ()


@given(st.text(), st.text())
def test_any_matcher_is_read(matcher: str, name: str) -> None:
    matches(matcher, name)
    names(matcher)


def test_the_files_of_a_command_are_found(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").touch()
    shell = handler(
        '"$CLAUDE_PROJECT_DIR"/bin/python -I "${CLAUDE_PROJECT_DIR}"/gate/specward.py 1 || exit 2'
    )
    direct = handler("${CLAUDE_PROJECT_DIR}/bin/python", ("-I", "${CLAUDE_PROJECT_DIR}/gate/specward.py"))
    for given_handler in (shell, direct):
        assert [(found.is_interpreter, found.exists) for found in programs(given_handler, tmp_path)] == [
            (True, True),
            (False, False),
        ]
    assert programs(handler("specward hook"), tmp_path) == ()
    assert programs(handler('"unclosed'), tmp_path) == ()


def test_what_fails_closed() -> None:
    assert not fails_closed(handler())
    assert fails_closed(handler(blocks=True))
    assert fails_closed(handler("specward hook || exit 2"))
    assert fails_closed(handler("specward hook || { echo broken >&2; exit 2; }"))
    assert not fails_closed(handler("specward hook || exit 1"))
    assert fails_closed(handler("specward hook || exit 1", blocks=True))
    assert not fails_closed(handler("specward hook || true", blocks=True))
    assert not fails_closed(handler("specward hook; exit 0", blocks=True))
    assert not fails_closed(handler("specward hook || echo broken || exit 2"))
    assert not fails_closed(handler(event="Stop", blocks=True))
    assert not fails_closed(handler("specward hook || exit 2", blocks=True, asynchronous=True))
    assert not fails_closed(handler("specward", ("|| exit 2",)))


def test_what_cannot_run_as_written() -> None:
    assert wrong_form(handler()) == ""
    assert wrong_form(handler("specward", ("hook", "${CLAUDE_PROJECT_DIR}"))) == ""
    assert "one program" in wrong_form(handler("specward hook", ("1",)))
    assert "one program" in wrong_form(handler("a||b", ()))
    assert "not $CLAUDE_PROJECT_DIR" in wrong_form(handler("$CLAUDE_PROJECT_DIR/x", ()))
    assert "quotes" in wrong_form(handler("specward 'hook"))
    assert "empty" in wrong_form(handler("   "))
