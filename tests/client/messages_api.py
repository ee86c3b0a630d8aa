"""A scripted Messages API on loopback: it answers from a script, and records what it was asked.

The wire format is the published one (Messages API, streaming: `message_start`, `content_block_*`,
`message_delta`, `message_stop`); `test_messages_api.py` holds it against `messages.schema.json`.
"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Turn = list[Json]  # the content blocks of one answer, and file changes made just before it is given
Script = dict[str, list[Turn]]  # the first user message holds the key: the conversation follows its turns

USAGE = {
    "input_tokens": 1,
    "output_tokens": 1,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
}


def events(answer: Json) -> Iterator[Json]:
    """Split a message into the events that a streaming client receives."""
    yield {"type": "message_start", "message": {**answer, "content": [], "stop_reason": None}}
    for index, block in enumerate(answer["content"]):
        if block["type"] == "text":
            empty: Json = {"type": "text", "text": ""}
            delta = {"type": "text_delta", "text": block["text"]}
        else:
            empty = {**block, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    stop = {"stop_reason": answer["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": stop, "usage": USAGE}
    yield {"type": "message_stop"}


def message(request: Json, blocks: list[Json], number: int) -> Json:
    """Make the answer to a request, as the API gives it without streaming."""
    uses_tools = any(block["type"] == "tool_use" for block in blocks)
    return {
        "id": f"msg_{number:04}",
        "type": "message",
        "role": "assistant",
        "model": request["model"],
        "content": blocks,
        "stop_reason": "tool_use" if uses_tools else "end_turn",
        "stop_sequence": None,
        "usage": USAGE,
    }


def first_words(request: Json) -> str:
    """Return the text of the first user message: what tells one conversation from another."""
    content = request["messages"][0]["content"]
    if isinstance(content, str):
        return content
    return "\n".join(block.get("text", "") for block in content)


class MessagesApi(ThreadingHTTPServer):
    """The server. `requests` holds every request for a message, in the order of their arrival."""

    daemon_threads = True

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script
        self.requests: list[Json] = []
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, request: Json) -> Json:
        """Give the next turn of the conversation that the request belongs to.

        The turn is found by counting the answers already given, so a repeated request gets the same answer.
        A request without tools is the client's own (a title, a summary) and gets a word.
        """
        with self._lock:
            self.requests.append(request)
            number = len(self.requests)
        blocks: list[Json] = [{"type": "text", "text": "Done."}]
        if request.get("tools"):
            given = sum(turn["role"] == "assistant" for turn in request["messages"])
            words = first_words(request)
            turns = next((turns for key, turns in self.script.items() if key in words), [])
            blocks = turns[given] if given < len(turns) else blocks
        for block in blocks:
            if block["type"] == "file_change":
                Path(block["path"]).write_text(block["text"], encoding="utf-8")
            elif block["type"] == "remove":
                Path(block["path"]).unlink()
        return message(request, [block for block in blocks if block["type"] in {"text", "tool_use"}], number)


class _Handler(BaseHTTPRequestHandler):
    server: MessagesApi
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        body: Json = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        route = self.path.partition("?")[0]
        if route == "/v1/messages/count_tokens":
            self._send(200, "application/json", json.dumps({"input_tokens": 1}))
        elif route != "/v1/messages":
            error = {"type": "not_found_error", "message": f"{route} is not scripted"}
            self._send(404, "application/json", json.dumps({"type": "error", "error": error}))
        elif body.get("stream"):
            lines = (
                f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
                for event in events(self.server.answer(body))
            )
            self._send(200, "text/event-stream", "".join(lines))
        else:
            self._send(200, "application/json", json.dumps(self.server.answer(body)))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
        """Keep quiet: the tests read the record instead."""

    def _send(self, status: int, content_type: str, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
