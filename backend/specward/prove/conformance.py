"""What only run time shows of a contract: Schemathesis, in this process, against the running application.

It comes with the extra `prove`; without it the proof says that this was not looked at.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

from specward.contract.served import Served
from specward.prove.client import somewhere
from specward.prove.people import Crowd, Person

if TYPE_CHECKING:
    from schemathesis import Case, HookContext

NOT_LOOKED_AT = (
    "Whether the answers are as the document says was not looked at: Schemathesis is not installed "
    "(pip install 'specward[prove]')."
)
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_schema_conformance", "response_headers_conformance"),
    *("unsupported_method", "allow_header_conformance", "negative_data_rejection"),
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
    from schemathesis import openapi  # noqa: PLC0415 -- an extra
    from schemathesis.config import SchemathesisConfig  # noqa: PLC0415
    from schemathesis.engine import events, from_schema  # noqa: PLC0415

    settings = {
        "seed": SEED,
        "base-url": f"http://127.0.0.1:{crowd.client.port}",
        "checks": {"enabled": False, **{name: {"enabled": True} for name in CHECKS}},
        "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none"},
        "phases": {"stateful": {"enabled": False}},
        "max-stream-events": 1,
        "request-timeout": 5,
    }
    schema = openapi.from_dict(document, config=SchemathesisConfig.from_dict(settings))
    people: dict[str, Person] = {}

    def before_call(_: "HookContext", case: "Case", kwargs: dict[str, object]) -> None:
        label = case.operation.label
        if label not in people:
            people[label] = crowd.join()
        del kwargs
        case.headers.update({"X-Forwarded-For": somewhere(), **people[label].credentials})

    schema.hooks.register(before_call)
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            for nodes in event.recorder.checks.values():
                for node in nodes:
                    if node.failure_info is not None:
                        failure = node.failure_info.failure
                        said = " ".join(f"{failure.title}: {failure.message}".split())
                        yield f"{event.recorder.label}: {said}"
        elif isinstance(event, events.NonFatalError):
            yield f"{event.label}: {' '.join(str(event.value).split())}"
        elif isinstance(event, events.FatalError):
            yield f"Schemathesis stopped: {event.exception}"
