"""A double of Neon's API on loopback that holds each request and each of its own answers to the contract."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import yaml
from jsonschema import Draft202012Validator

CONTRACT = yaml.safe_load((Path(__file__).parent / "contract.yaml").read_text())
KEY = "napi_of_the_double"
PROJECT = "shiny-wind-028834"
MOMENT = "2026-11-23T12:00:00Z"
READY_AFTER = 3  # looks at an operation
HOST = "127.0.0.1"  # of every compute

Json = dict[str, Any]


class Neon:
    """A project, what is asked of it, and how it is to behave."""

    def __init__(self) -> None:
        self.url = ""
        self.branches: dict[str, Json] = {}
        self.asked: list[str] = []
        self.expiries: list[str] = []
        self.looks: dict[str, int] = {}
        self.busy = 0  # how many requests are answered with 423
        self.outcome = "finished"
        self.faults: list[str] = []  # where somebody broke the contract

    def list(self, query: dict[str, str]) -> tuple[int, Json]:
        found = [branch for branch in self.branches.values() if query.get("search", "") in branch["name"]]
        return 200, {"branches": found, "annotations": {}, "pagination": {}}

    def create(self, body: Json) -> tuple[int, Json]:
        name = body["branch"]["name"]
        if any(branch["name"] == name for branch in self.branches.values()):
            return 409, {"code": "BRANCH_ALREADY_EXISTS", "message": f"branch {name} already exists."}
        self.expiries.append(body["branch"]["expires_at"])
        published = example("/projects/{project_id}/branches", "get", "200")["branches"][0]
        branch = {**published, "id": f"br-{uuid4().hex[:12]}", "name": name, "project_id": PROJECT}
        self.branches[branch["id"]] = branch
        answer = {"branch": branch, "roles": [], "databases": [], "connection_uris": []}
        endpoints = [endpoint_of(branch["id"], wanted["type"]) for wanted in body.get("endpoints", [])]
        operations = [self.operation("create_branch"), self.operation("start_compute")]
        return 201, {**answer, "endpoints": endpoints, "operations": operations}

    def delete(self, branch: str) -> tuple[int, Json]:
        gone = self.branches.pop(branch, None)
        if gone is None:
            return 404, {"code": "NOT_FOUND", "message": "branch not found"}
        return 200, {"branch": gone, "operations": [self.operation("delete_timeline")]}

    def operation(self, action: str, status: str = "scheduling", name: str | None = None) -> Json:
        identity = {"id": name or str(uuid4()), "project_id": PROJECT, "action": action, "status": status}
        times = {"created_at": MOMENT, "updated_at": MOMENT, "total_duration_ms": 1, "failures_count": 0}
        return {**identity, **times}

    def look(self, operation: str) -> tuple[int, Json]:
        self.looks[operation] = self.looks.get(operation, 0) + 1
        status = self.outcome if self.looks[operation] >= READY_AFTER else "running"
        return 200, {"operation": self.operation("start_compute", status, operation)}

    def answer(self, method: str, path: str, query: dict[str, str], body: Json) -> tuple[int, Json]:
        if self.busy:
            self.busy -= 1
            return 423, {"code": "LOCKED", "message": "project already has running operations"}
        last = path.rpartition("/")[2]
        match method, path.split("/")[3]:
            case "GET", "branches":
                return self.list(query)
            case "POST", "branches":
                return self.create(body)
            case "DELETE", "branches":
                return self.delete(last)
            case _:
                return self.look(last)


def endpoint_of(branch: str, kind: str) -> Json:
    limits = {"autoscaling_limit_min_cu": 0.25, "autoscaling_limit_max_cu": 1, "suspend_timeout_seconds": 0}
    pooling = {"pooler_enabled": False, "pooler_mode": "transaction", "passwordless_access": True}
    times = {"created_at": MOMENT, "updated_at": MOMENT, "creation_source": "console"}
    return {
        "id": "ep-cool-sun-1",
        "host": HOST,
        "proxy_host": "neon.tech",
        "project_id": PROJECT,
        "branch_id": branch,
        "region_id": "aws-eu-central-1",
        "type": kind,
        "current_state": "init",
        "disabled": False,
        "settings": {},
        "provisioner": "k8s-neonvm",
        **limits,
        **pooling,
        **times,
    }


def example(path: str, method: str, status: str) -> Json:
    """An answer as Neon publishes it."""
    content = CONTRACT["paths"][path][method]["responses"][status]["content"]
    published: Json = content["application/json"]["example"]
    return published


def operation_of(method: str, path: str) -> Json | None:
    """The contract's operation for a request."""
    for template, item in CONTRACT["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[a-z0-9-]{1,60}", template), path):
            found: Json | None = item.get(method.lower())
            return found
    return None


def resolved(part: Json) -> Json:
    """What a reference leads to."""
    target: Any = part
    if reference := part.get("$ref"):
        target = CONTRACT
        for step in reference.split("/")[1:]:
            target = target[step]
    found: Json = target
    return found


def faults(part: Json, value: object) -> list[str]:
    """What in `value` is not as the media type's schema in `part` says."""
    content = resolved(part).get("content")
    if content is None:
        return ["a body where none belongs"] if value else []
    schema = {**content["application/json"]["schema"], "components": CONTRACT["components"]}
    return [error.message for error in Draft202012Validator(schema).iter_errors(value)]


class Handler(BaseHTTPRequestHandler):
    """One request: checked, answered, and the answer checked."""

    neon: Neon

    def handle_one(self) -> None:
        parts = urlsplit(self.path)
        query, text = dict(parse_qsl(parts.query)), self.rfile.read(int(self.headers["content-length"] or 0))
        body = json.loads(text) if text else {}
        self.neon.asked.append(f"{self.command} {parts.path}")
        operation = operation_of(self.command, parts.path)
        if operation is None:
            self.neon.faults.append(f"no such operation: {self.command} {parts.path}")
            self.reply(404, {"code": "NOT_FOUND", "message": "no such operation"})
            return
        known = {resolved(parameter)["name"] for parameter in operation.get("parameters", [])}
        self.neon.faults += [f"no such parameter: {name}" for name in set(query) - known]
        if "requestBody" in operation:
            self.neon.faults += faults(operation["requestBody"], body)
            self.neon.faults += unknown(operation["requestBody"], body)
        if self.headers["Authorization"] != f"Bearer {KEY}":
            status, answer = 401, {"code": "", "message": "supplied credentials do not pass authentication"}
        else:
            status, answer = self.neon.answer(self.command, parts.path, query, body)
        responses = operation["responses"]
        self.neon.faults += faults(responses.get(str(status), responses["default"]), answer)
        self.reply(status, answer)

    do_GET = do_POST = do_DELETE = handle_one  # noqa: N815 -- the base class's names

    def reply(self, status: int, answer: Json) -> None:
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def unknown(part: Json, body: Json) -> list[str]:
    """Members of a request that the contract does not have: Neon would not see them."""
    schema = part["content"]["application/json"]["schema"]
    parts = [resolved(one) for one in schema.get("allOf", [schema])]
    known = {name: resolved(value) for one in parts for name, value in one["properties"].items()}
    members = [name for name in body if name not in known]
    return members + [name for name in body["branch"] if name not in known["branch"]["properties"]]


@contextmanager
def neon_double() -> Iterator[Neon]:
    """Run the double while the context lasts; it fails if the contract was broken."""
    neon = Neon()
    handler = type("Bound", (Handler,), {"neon": neon})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        neon.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield neon
        finally:
            server.shutdown()
            thread.join()
    assert neon.faults == []
