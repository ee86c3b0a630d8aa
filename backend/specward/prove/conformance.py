"""What only run time shows of a contract: Schemathesis, in this process, against the running application.

It comes with the extra `prove`; without it the proof says that this was not looked at.
"""

import re
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from specward.contract.served import Served
from specward.prove.client import somewhere
from specward.prove.people import Crowd, Person

if TYPE_CHECKING:
    from schemathesis import Case, HookContext
    from schemathesis.engine.recorder import ScenarioRecorder

NOT_LOOKED_AT = (
    "Whether the answers are as the document says was not looked at: Schemathesis is not installed "
    "(pip install 'specward[prove]')."
)
# Not allow_header_conformance: Starlette names the methods of the first route of a path alone.
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_schema_conformance", "response_headers_conformance"),
    *("unsupported_method", "negative_data_rejection"),
)
EXAMPLES = 5  # for each operation, beside the cases that go through every keyword of its schemas
SEED = 1  # the same cases in every run


def is_installed() -> bool:
    """Return whether Schemathesis is there."""
    return find_spec("schemathesis") is not None


def departures(served: Served, crowd: Crowd) -> tuple[str, ...]:
    """Ask every operation for answers of every kind, as somebody with an account.

    Args:
        served: What the application serves.
        crowd: Makes those who ask: one for each operation, for some end their own credentials.

    Returns:
        A sentence for each kind of answer that is not as the application's own document says.
    """
    found: dict[str, None] = {}
    for _, document in served.documents:
        if isinstance(document, dict):
            found.update(dict.fromkeys(_failures(document, crowd)))
    return tuple(found)


def _failures(document: dict[str, object], crowd: Crowd) -> Iterator[str]:
    from schemathesis import hook, openapi  # noqa: PLC0415 -- an extra
    from schemathesis.config import SchemathesisConfig  # noqa: PLC0415
    from schemathesis.engine import events, from_schema  # noqa: PLC0415
    from schemathesis.hooks import unregister  # noqa: PLC0415

    settings = {
        "seed": SEED,
        "base-url": f"http://127.0.0.1:{crowd.client.port}",
        "checks": {"enabled": False, **{name: {"enabled": True} for name in CHECKS}},
        "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none"},
        "phases": {"stateful": {"enabled": False}},
        "operations": [
            {"include-path": path, "checks": {"unsupported_method": {"enabled": False}}}
            for path in _within_another(document)
        ],
        "max-stream-events": 1,
        "request-timeout": 5,
    }
    schema = openapi.from_dict(document, config=SchemathesisConfig.from_dict(settings))
    people: dict[str, Person] = {}

    def before_call(_: "HookContext", case: "Case[Any]", __: dict[str, object]) -> None:
        label = case.operation.label
        if label not in people:
            people[label] = crowd.join()
        case.headers.update({"X-Forwarded-For": somewhere(), **people[label].credentials})

    hook(before_call)
    try:
        for event in from_schema(schema).execute():
            if isinstance(event, events.ScenarioFinished):
                yield from _of_scenario(event.recorder)
            elif isinstance(event, events.NonFatalError):
                yield f"{event.label}: {_line(event.value)}"
            elif isinstance(event, events.FatalError):
                yield f"Schemathesis has stopped: {_line(event.exception)}"
    finally:
        unregister(before_call)


def _of_scenario(recorder: "ScenarioRecorder") -> Iterator[str]:
    for nodes in recorder.checks.values():
        for node in nodes:
            if node.failure_info is not None:
                failure = node.failure_info.failure
                yield f"{recorder.label}: {_line(failure.title)}: {_line(failure.message)}"


def _within_another(document: dict[str, object]) -> list[str]:
    """Return the paths that another template fits as well: its methods answer there, rightly."""
    paths = document.get("paths")
    templates = list(paths) if isinstance(paths, dict) else []
    patterns = {path: re.compile(re.sub(r"\\\{[^/]*\\\}", "[^/]+", re.escape(path))) for path in templates}
    return [
        path
        for path in templates
        if any(other != path and pattern.fullmatch(path) for other, pattern in patterns.items())
    ]


def _line(text: object) -> str:
    return " ".join(str(text).split())
