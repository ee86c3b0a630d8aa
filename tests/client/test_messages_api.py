"""The double speaks the published protocol, event by event, and says the same with and without streaming."""

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.client.claude import call, text
from tests.client.messages_api import Json, MessagesApi

SCHEMA = json.loads(Path(__file__).with_name("messages.schema.json").read_text(encoding="utf-8"))
TURN = [{"type": "text", "text": "I write it."}, call("Write", "toolu_1", file_path="/a", content='"é"\n')]
REQUEST: Json = {
    "model": "m",
    "tools": [{"name": "Write"}],
    "messages": [{"role": "user", "content": "[main]"}],
}


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi({"[main]": [TURN, text("Done so.")]}) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def post(api: MessagesApi, path: str, body: Json) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", api.server_port, timeout=10)
    connection.request("POST", path, json.dumps(body))
    response = connection.getresponse()
    answer = response.read().decode()
    connection.close()
    return response.status, answer


def valid(kind: str, value: Json) -> Json:
    Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{kind}"}).validate(value)
    return value


def streamed(answer: str) -> list[Json]:
    events = []
    for block in answer.strip().split("\n\n"):
        name, data = block.split("\n")
        events.append(valid("event", json.loads(data.removeprefix("data: "))))
        assert name == f"event: {events[-1]['type']}"
    return events


def test_a_streamed_message_is_the_plain_one_in_pieces(api: MessagesApi) -> None:
    plain = valid("message", json.loads(post(api, "/v1/messages", REQUEST)[1]))
    events = streamed(post(api, "/v1/messages?beta=true", REQUEST | {"stream": True})[1])
    assert [event["type"] for event in events] == [
        "message_start",
        *["content_block_start", "content_block_delta", "content_block_stop"] * 2,
        "message_delta",
        "message_stop",
    ]
    deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]
    assert deltas[0]["text"] == plain["content"][0]["text"]
    assert json.loads(deltas[1]["partial_json"]) == plain["content"][1]["input"]
    assert events[-2]["delta"]["stop_reason"] == plain["stop_reason"] == "tool_use"


def test_a_conversation_follows_its_turns(api: MessagesApi) -> None:
    went_on = REQUEST | {"messages": [*REQUEST["messages"], {"role": "assistant", "content": TURN}]}
    answer = json.loads(post(api, "/v1/messages", went_on)[1])
    assert valid("message", answer)["content"] == text("Done so.")
    assert answer["stop_reason"] == "end_turn"
    assert api.requests == [went_on]


def test_what_the_client_asks_besides(api: MessagesApi) -> None:
    title = {key: value for key, value in REQUEST.items() if key != "tools"}
    assert json.loads(post(api, "/v1/messages", title)[1])["content"] == text("Done.")
    assert json.loads(post(api, "/v1/messages/count_tokens", REQUEST)[1]) == {"input_tokens": 1}
    status, answer = post(api, "/v1/nothing", {})
    assert (status, json.loads(answer)["error"]["type"]) == (404, "not_found_error")
