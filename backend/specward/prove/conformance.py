"""What only run time shows of a contract: Schemathesis, in this process, against the running application.

It comes with the extra `prove`; without it the proof says that this was not looked at.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from specward.contract.served import Served
from specward.prove.client import somewhere
from specward.prove.operations import Target, documented
from specward.prove.people import Crowd

if TYPE_CHECKING:
    from schemathesis import Case, HookContext
    from schemathesis.engine.recorder import ScenarioRecorder

NOT_LOOKED_AT = (
    "The answers were not checked against the OpenAPI document: Schemathesis is not installed "
    "(pip install 'specward[prove]')."
)
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_schema_conformance", "response_headers_conformance", "missing_required_header"),
    *("unsupported_method", "allow_header_conformance", "ignored_auth"),
    *("negative_data_rejection", "use_after_free", "ensure_resource_availability"),
)
# What a request may be answered that fits its schemas: it is about what is there, not about its form. The
# precondition of RFC 9110 §13.1 and its absence (RFC 6585 §3) are no more than that.
FITTING = ("2xx", "3xx", "401", "403", "404", "409", "412", "428", "429", "5xx")
BY_METHOD = ("unsupported_method", "allow_header_conformance")
ON, OFF = {"enabled": True}, {"enabled": False}
ALONE = ("examples", "coverage", "fuzzing")  # the phases that ask each operation by itself
EXAMPLES = 5  # for each operation, beside the cases that go through every keyword of its schemas
SEED = 1  # the same cases in every run
KEY = "Idempotency-Key"
FORMATS = {"uuid": "[0-9A-Fa-f-]{32,36}", "integer": "-?[0-9]+", "number": "-?[0-9.]+"}


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
    for prefix, document in served.documents:
        if isinstance(document, dict):
            for look in _looks(document, crowd):
                found.update(dict.fromkeys(_failures(document, prefix, crowd.client.port, look)))
    return tuple(found)


def _looks(document: dict[str, object], crowd: Crowd) -> Iterator[dict[str, object]]:
    """Yield the settings of two looks: each operation by itself, and where answers lead to others."""
    operations = tuple(documented("", document))
    overlapped = _overlapped(operations)

    def about(operation: Target) -> dict[str, object]:
        refusals = crowd.settings.refuses.get(operation.name, ())
        checks: dict[str, object] = {
            "positive_data_acceptance": {**ON, "expected-statuses": [*FITTING, *refusals]}
        }
        if operation.path in overlapped:
            checks |= dict.fromkeys(BY_METHOD, OFF)
        return {"include-name": operation.label, "checks": checks}

    own = [{**about(operation), "headers": {**crowd.join().credentials}} for operation in operations]
    yield {"operations": own, "phases": {"stateful": OFF}}
    yield {
        "operations": [*map(about, operations)],
        "headers": {**crowd.join().credentials},
        "phases": dict.fromkeys(ALONE, OFF),
    }


def _failures(
    document: dict[str, object], prefix: str, port: int, look: Mapping[str, object]
) -> Iterator[str]:
    from schemathesis import hook, openapi  # noqa: PLC0415 -- an extra
    from schemathesis.config import SchemathesisConfig  # noqa: PLC0415
    from schemathesis.engine import events, from_schema  # noqa: PLC0415
    from schemathesis.hooks import unregister  # noqa: PLC0415

    settings = {
        "seed": SEED,
        "base-url": f"http://127.0.0.1:{port}{prefix}",
        "checks": {**OFF, **dict.fromkeys(CHECKS, ON)},
        "generation": {
            "max-examples": EXAMPLES,
            "deterministic": True,
            "database": "none",
            # Credentials are headers of every request; whether they are needed, `ignored_auth` looks at.
            "with-security-parameters": False,
        },
        "max-stream-events": 1,
        "request-timeout": 5,
        **look,
    }
    schema = openapi.from_dict(document, config=SchemathesisConfig.from_dict(settings))

    def before_call(_: "HookContext", case: "Case[Any]", __: dict[str, object]) -> None:
        case.headers["X-Forwarded-For"] = somewhere()
        if KEY in case.headers and case.meta is not None and case.meta.generation.mode.is_positive:
            # With another request it is to be refused: draft-ietf-httpapi-idempotency-key-header §2.7.
            case.headers[KEY] = secrets.token_hex()

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
                yield f"{failure.operation}: {_line(failure.title)}: {_line(failure.message)}"


def _overlapped(operations: tuple[Target, ...]) -> frozenset[str]:
    """Return the paths that another template fits as well: a router may serve its methods there.

    (OpenAPI would have the plain path matched alone; where both are right for a client, routers differ.)
    """
    patterns = {operation.path: _pattern(operation) for operation in operations}
    return frozenset(
        path
        for path in patterns
        if any(other != path and pattern.fullmatch(path) for other, pattern in patterns.items())
    )


def _pattern(operation: Target) -> re.Pattern[str]:
    """Write what fits a path: a parameter stands for what its schema allows, as far as its type says that."""
    pattern = re.escape(operation.path)
    for parameter in operation.parameters:
        schema = parameter.schema if isinstance(parameter.schema, dict) else {}
        fitting = FORMATS.get(str(schema.get("format", schema.get("type"))), "[^/]+")
        pattern = pattern.replace(re.escape(f"{{{parameter.name}}}"), fitting)
    return re.compile(pattern)


def _line(text: object) -> str:
    return " ".join(str(text).split())
