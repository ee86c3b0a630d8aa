"""
[Task]: T-001, T-003, T-004, T-006, T-085, T-105, T-106, T-107
[From]: speckit.specify §2.5, §6.1, §6.7, speckit.plan §1.3, §4.1, §4.8
[Description]: The catalogue of problems, and the handlers that turn every error into one (RFC 9457).
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg.errors import ForeignKeyViolation, InvalidAuthorizationSpecification
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException
from starlette.routing import Match

MEDIA_TYPE, JSON = "application/problem+json", "application/json"
ACCEPT = {"POST": "Accept-Post", "PATCH": "Accept-Patch"}
"""The header that names the media types of a body, by method."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class ProblemType(NamedTuple):
    """One entry of the catalogue."""

    name: str
    status: int
    title: str
    description: str
    headers: tuple[tuple[str, str, str], ...] = ()
    """Name, JSON type and value of each header that always comes along."""


CHALLENGE = (("WWW-Authenticate", "string", "Bearer"),)

INVALID_REQUEST = ProblemType(
    "invalid-request",
    422,
    "The request does not match the contract.",
    "The request does not match this contract.",
)
MALFORMED = INVALID_REQUEST._replace(status=400)
"""What has not become a request: it is no HTTP."""
UNAUTHENTICATED = ProblemType(
    "unauthenticated", 401, "A valid access token is needed.", "No valid access token.", CHALLENGE
)
INVALID_CREDENTIALS = ProblemType(
    "invalid-credentials",
    401,
    "The credentials are wrong.",
    "The credentials are wrong; which part is not disclosed.",
    CHALLENGE,
)
WRONG_PASSWORD = ProblemType(
    "wrong-password", 403, "The password is wrong.", "The current password is wrong."
)
INVALID_TOKEN = ProblemType(
    "invalid-token",
    400,
    "The token is invalid or has expired.",
    "The mailed token is unknown, used or expired.",
)
NOT_FOUND = ProblemType(
    "not-found", 404, "There is no such resource.", "There is no such resource for this caller."
)
METHOD_NOT_ALLOWED = ProblemType(
    "method-not-allowed", 405, "This method is not allowed here.", "The method is not allowed here."
)
VERSION_MISMATCH = ProblemType(
    "version-mismatch",
    412,
    "The resource has changed since that version.",
    "The profile has changed since that version.",
)
VERSION_REQUIRED = ProblemType(
    "version-required", 428, "If-Match must name the version to change.", "If-Match is missing."
)
IDEMPOTENCY_MISMATCH = ProblemType(
    "idempotency-mismatch",
    422,
    "The Idempotency-Key was already used for another request.",
    INVALID_REQUEST.description,
)
TOO_MANY_REQUESTS = ProblemType(
    "too-many-requests",
    429,
    "Too many requests.",
    "Too many requests; Retry-After says when to try again.",
    (("Retry-After", "integer", ""),),
)
PAYLOAD_TOO_LARGE = ProblemType(
    "payload-too-large", 413, "The request is too large.", "The body has more than 64 KiB."
)
UNSUPPORTED_MEDIA_TYPE = ProblemType(
    "unsupported-media-type",
    415,
    "Content-Type must declare a JSON body.",
    "Content-Type does not declare a JSON body.",
)
HEAD_TOO_LARGE = ProblemType(
    "head-too-large",
    431,
    "The head of the request is too large.",
    "What stands before the body has more than 32 KiB.",
)
INTERNAL_ERROR = ProblemType(
    "internal-error", 500, "Something went wrong on our side.", "The service has failed."
)
UNAVAILABLE = ProblemType(
    "unavailable",
    503,
    "The service is temporarily unavailable.",
    "The service cannot answer at the moment, or not in time.",
    (("Retry-After", "integer", "5"),),
)

OF_A_BODY = (INVALID_REQUEST, UNSUPPORTED_MEDIA_TYPE)
"""What is said of a body that does not fit."""

OF_ANY = (PAYLOAD_TOO_LARGE, INTERNAL_ERROR, UNAVAILABLE)
"""What is answered before an operation and around it, whatever it does."""

_LENGTHS = {"too_short": ("min_length", "at least"), "too_long": ("max_length", "at most")}

BY_STATUS = {400: INVALID_REQUEST, 404: NOT_FOUND, 405: METHOD_NOT_ALLOWED, 413: PAYLOAD_TOO_LARGE}


class Fault(BaseModel):
    """Where a request does not fit, and why."""

    pointer: str
    """JSON pointer, or the parameter's name."""
    message: str


class Problem(BaseModel):
    """RFC 9457."""

    type: Annotated[str, Field(json_schema_extra={"format": "uri-reference"})]
    title: str
    status: int
    detail: str | None = None
    errors: list[Fault] | None = None


class ProblemError(Exception):
    """Answer the request with an entry of the catalogue."""

    def __init__(self, kind: ProblemType, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(kind.name)
        self.kind = kind
        self.headers = headers


def invalid(source: str, name: str, why: str) -> RequestValidationError:
    """Make the error of a request that is refused for what its schema cannot say.

    Args:
        source: Where: `body`, `query` or `header`.
        name: Of the field or parameter.
        why: In a sentence.
    """
    return RequestValidationError([{"type": "value_error", "loc": (source, name), "msg": why}])


def responses(*kinds: ProblemType) -> dict[int | str, dict[str, Any]]:
    """Document problems as answers of an operation, for FastAPI's `responses`."""
    schema = {"$ref": "#/components/schemas/Problem"}
    documented: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        content: dict[str, Any] = {"schema": schema, "examples": {}}
        answer_of = {"description": kind.description, "content": {MEDIA_TYPE: content}}
        told = documented.setdefault(kind.status, answer_of)["content"][MEDIA_TYPE]
        told["examples"][kind.name] = {"value": _document(kind).model_dump(exclude_none=True)}
        if kind.headers:
            headers = {name: {"schema": {"type": json_type}} for name, json_type, _ in kind.headers}
            documented[kind.status]["headers"] = headers
    return documented


def schemas() -> dict[str, Any]:
    """Give the component schemas that `responses` refers to."""
    models = [(Problem, "serialization"), (Fault, "serialization")]
    # A list of pairs is invariant, and the modes are literals there.
    _, document = models_json_schema(models, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    definitions: dict[str, Any] = document["$defs"]
    return definitions


def install(app: FastAPI) -> None:
    """Make every error of the application a problem document."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)
    for error in (InvalidAuthorizationSpecification, ForeignKeyViolation):
        app.add_exception_handler(error, _on_missing_owner)


def answer(
    kind: ProblemType,
    headers: Mapping[str, str] | None = None,
    detail: str | None = None,
    errors: Sequence[Fault] | None = None,
) -> JSONResponse:
    """Write an entry of the catalogue as an answer."""
    document = _document(kind)
    document.detail, document.errors = detail, list(errors) if errors else None
    content = document.model_dump(exclude_none=True)
    always = {name: value for name, _, value in kind.headers}
    return JSONResponse(content, kind.status, {**always, **(headers or {})}, media_type=MEDIA_TYPE)


def _document(kind: ProblemType) -> Problem:
    return Problem(type=f"/problems/{kind.name}", title=kind.title, status=kind.status)


def internal_error(request_id: str) -> JSONResponse:
    """Answer for a fault of ours: the id under which the log tells more, and nothing else."""
    return answer(INTERNAL_ERROR, detail=request_id)


def _on_problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProblemError)  # noqa: S101 -- registered for it
    return answer(error.kind, error.headers)


def _on_invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 -- registered for it
    if isinstance(error.body, bytes):  # FastAPI reads as JSON what is declared to be, and leaves all else
        return answer(UNSUPPORTED_MEDIA_TYPE, {ACCEPT.get(request.method, "Accept"): _taken(request)})
    # None stands for what may be left out; a client cannot write it, so it is no way to mend the request.
    faults = [fault for fault in error.errors() if fault["type"] != "none_required"]
    return answer(INVALID_REQUEST, errors=[_fault(fault) for fault in faults])


def _taken(request: Request) -> str:
    """List the media types of the body that the target takes."""
    own = request.scope["route"].body_field.field_info.media_type
    return ", ".join(dict.fromkeys((own, JSON)))


def _on_http_exception(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 -- registered for it
    other = ProblemType("other", error.status_code, "The request cannot be served.", "")
    headers = error.headers
    if error.status_code == METHOD_NOT_ALLOWED.status:
        headers = {**(headers or {}), "Allow": ", ".join(_methods_of(request))}
    return answer(BY_STATUS.get(error.status_code, other), headers)


def _methods_of(request: Request) -> list[str]:
    """List the methods of the target, whichever of its routes has refused (RFC 9110 §15.5.6)."""
    return [method for method in METHODS if _is_served(request, method)]


def _is_served(request: Request, method: str) -> bool:
    method = "GET" if method == "HEAD" else method
    scope = {**request.scope, "method": method, "path_params": {}}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


def _on_missing_owner(request: Request, _: Exception) -> JSONResponse:
    """Refuse the token of an account that has been deleted since: nothing is its own any more."""
    return _on_problem(request, ProblemError(UNAUTHENTICATED))


def _fault(error: Mapping[str, Any]) -> Fault:
    """Say where and why without a word of the input: it may be a password."""
    source, *path = error["loc"]
    if error["type"] == "extra_forbidden":
        path.pop()
    if error["type"] == "json_invalid":
        path.clear()  # it is an offset, and no member of the document
    pointer = str(path[0]) if source != "body" and path else "".join(f"/{step}" for step in path)
    return Fault(pointer=pointer, message=_message(error))


def _message(error: Mapping[str, Any]) -> str:
    kind = error["type"]
    if kind == "extra_forbidden":
        return "This field is unknown."
    # Pydantic's parsers quote what they could not parse; its other messages speak of the rule alone.
    if kind.endswith("_parsing") or kind in {"json_invalid", "string_unicode"}:
        return "It cannot be parsed."
    if kind in _LENGTHS and error["ctx"]["field_type"] == "Value":  # a secret; Pydantic tells its length
        name, limit = _LENGTHS[kind]
        return f"It must have {limit} {error['ctx'][name]} characters."
    return str(error["msg"]).removeprefix("Value error, ")
