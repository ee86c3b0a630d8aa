"""The Model Context Protocol over standard input and output, as far as a server of tools needs it.

JSON-RPC 2.0, one message a line. Revision 2025-11-25 of the protocol; the older ones differ in nothing that
is used here. The official SDK would bring pydantic and a web framework into a gate that needs neither; the
tests hold this module against that SDK's client.
"""

import json
from collections.abc import Mapping
from typing import BinaryIO, NamedTuple, Protocol

from specward import __version__
from specward.errors import CouldNotRunError

REVISIONS = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
LONGEST = 1_000_000  # bytes of one message
PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602

Json = dict[str, object]


class Run(Protocol):
    """What a tool does: text for the model.

    Raises:
        CouldNotRunError: it cannot be done; the sentence is for the model too.
    """

    def __call__(self, arguments: Mapping[str, object], /) -> str:
        """Do it."""


class Tool(NamedTuple):
    """One tool of the server."""

    name: str
    description: str
    parameters: Mapping[str, str]  # each a text, with what it means
    required: tuple[str, ...]
    run: Run

    def as_json(self) -> Json:
        """Return it as `tools/list` has it."""
        properties = {name: {"type": "string", "description": what} for name, what in self.parameters.items()}
        schema = {"type": "object", "properties": properties, "required": list(self.required)}
        return {"name": self.name, "description": self.description, "inputSchema": schema}


class ProtocolError(Exception):
    """A request that cannot be answered, with the code that JSON-RPC gives it."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def serve(tools: tuple[Tool, ...], source: BinaryIO, sink: BinaryIO) -> None:
    """Answer requests, one after the other, until the client closes its end."""
    while line := source.readline(LONGEST + 1):
        if not line.strip():
            continue
        reply = respond(line, tools)
        if reply is not None:
            sink.write(json.dumps(reply).encode() + b"\n")
            sink.flush()


def respond(line: bytes, tools: tuple[Tool, ...]) -> Json | None:
    """Answer one message; None where none is expected. Never raises.

    Args:
        line: the message as it came.
        tools: what there is to be called.
    """
    number: object = None
    try:
        message = _read(line)
        if "method" not in message or "id" not in message:
            return None  # a notification, or an answer to a question that was never asked
        number = _number(message["id"])
        result = _result(str(message["method"]), _object(message.get("params", {})), tools)
    except ProtocolError as error:
        return {"jsonrpc": "2.0", "id": number, "error": {"code": error.code, "message": str(error)}}
    return {"jsonrpc": "2.0", "id": number, "result": result}


def _read(line: bytes) -> Json:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(PARSE_ERROR, "this is no JSON") from error
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise ProtocolError(INVALID_REQUEST, "this is not a JSON-RPC 2.0 message")
    return message


def _number(value: object) -> int | str:
    if not isinstance(value, int | str) or isinstance(value, bool):
        raise ProtocolError(INVALID_REQUEST, "the id is neither a number nor a string")
    return value


def _object(value: object) -> Json:
    if not isinstance(value, dict):
        raise ProtocolError(INVALID_PARAMS, "the parameters are not an object")
    return value


def _result(method: str, params: Json, tools: tuple[Tool, ...]) -> Json:
    if method == "initialize":
        return _introduction(params.get("protocolVersion"))
    if method == "ping":
        return {}
    if method == "tools/list":
        return {"tools": [tool.as_json() for tool in tools]}
    if method == "tools/call":
        return _call(params, tools)
    raise ProtocolError(METHOD_NOT_FOUND, f"{method} is not served")


def _introduction(revision: object) -> Json:
    return {
        "protocolVersion": revision if revision in REVISIONS else REVISIONS[0],
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "specward", "version": __version__},
    }


def _call(params: Json, tools: tuple[Tool, ...]) -> Json:
    tool = next((tool for tool in tools if tool.name == params.get("name")), None)
    if tool is None:
        raise ProtocolError(INVALID_PARAMS, f"there is no tool {params.get('name')}")
    arguments = _object(params.get("arguments", {}))
    try:
        text, failed = _run(tool, arguments), False
    except CouldNotRunError as error:
        text, failed = str(error), True
    return {"content": [{"type": "text", "text": text}], "isError": failed}


def _run(tool: Tool, arguments: Json) -> str:
    for name in tool.parameters:
        if name in arguments and not isinstance(arguments[name], str):
            raise CouldNotRunError(f"`{name}` of {tool.name} is a string: {tool.parameters[name]}.")
    missing = [name for name in tool.required if not str(arguments.get(name, "")).strip()]
    if missing:
        raise CouldNotRunError(f"{tool.name} needs {' and '.join(f'`{name}`' for name in missing)}.")
    return tool.run(arguments)
