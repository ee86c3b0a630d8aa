"""Transcripts, shortened from those of client 2.1.330."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from specward.history.transcript import Prompt, prompts_about, read_transcript

TRANSCRIPTS = Path(__file__).parent / "transcripts"


def test_a_prompt_is_taken_verbatim_and_hook_feedback_is_not() -> None:
    transcript = read_transcript((TRANSCRIPTS / "prompt.jsonl").read_text(encoding="utf-8"))
    [prompt] = transcript.prompts
    assert prompt.text.startswith(
        'Implement task T-042: "profiles", back\\slash and a colon: here.\n\n## Outcome'
    )
    assert prompt.command == ""
    assert transcript.response == "T-042 is implemented; all checks pass."
    assert transcript.model == "claude-opus-5-5"
    assert transcript.branch == "feature/profiles"


def test_a_slash_command_is_what_was_typed() -> None:
    transcript = read_transcript((TRANSCRIPTS / "command.jsonl").read_text(encoding="utf-8"))
    assert transcript.prompts == (Prompt("/implement T-042", "/implement T-042"),)
    assert transcript.response == "The backend engineer reports T-042 as done."


def test_a_sub_agents_own_transcript_is_read() -> None:
    transcript = read_transcript((TRANSCRIPTS / "subagent.jsonl").read_text(encoding="utf-8"))
    assert transcript.prompts == (Prompt("Implement T-042", ""),)
    assert transcript.response == "Sub done."
    assert transcript.branch == ""


def test_an_error_of_the_client_is_no_model() -> None:
    line = {
        "type": "assistant",
        "message": {"model": "<synthetic>", "content": [{"type": "text", "text": "529"}]},
    }
    assert read_transcript(json.dumps(line)).model == ""


def test_prompts_before_the_task_was_named_belong_to_something_else() -> None:
    lines = [
        {"type": "user", "message": {"content": text}} for text in ("Explain T-0421.", "Do t-042.", "Go on.")
    ]
    transcript = read_transcript("\n".join(map(json.dumps, lines)))
    assert [prompt.text for prompt in prompts_about(transcript, "T-042")] == ["Do t-042.", "Go on."]
    assert prompts_about(transcript, "T-999") == transcript.prompts


@given(st.binary())
def test_any_bytes_are_read(data: bytes) -> None:
    read_transcript(data.decode(errors="replace"))


JSON = st.recursive(
    st.none() | st.booleans() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["type", "message", "content", "text", "model"]), inner)
    ),
)


@given(JSON, JSON)
def test_any_json_is_read(first: object, second: object) -> None:
    read_transcript(f"{json.dumps({'type': 'user', 'message': first})}\n{json.dumps(second)}")
    read_transcript(
        json.dumps({"type": "assistant", "message": {"content": [first, second]}, "gitBranch": first})
    )
