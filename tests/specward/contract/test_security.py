"""What is less than the contract demands, and what is only different."""

import pytest

from tests.specward.contract.held import held

ROOT = """openapi: 3.1.0
info: {title: T, version: '1'}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
    jwt: {type: http, scheme: Bearer, bearerFormat: JWT}
    oauth: {type: oauth2, flows: {password: {tokenUrl: /token, scopes: {read: R, write: W}}}}
    key: {type: apiKey, in: header, name: X-Key}
    lower: {type: apiKey, in: header, name: x-key}
    cookie: {type: apiKey, in: cookie, name: session}
"""


def document(security: str | None, *, root: str | None = None) -> str:
    own = "" if security is None else f"security: {security}, "
    head = "" if root is None else f"security: {root}\n"
    return f"{ROOT}{head}paths: {{/a: {{get: {{{own}responses: {{200: {{}}}}}}}}}}\n"


@pytest.mark.parametrize(
    ("contract", "served", "weaker"),
    [
        ("[{bearer: []}]", "[]", True),
        ("[{bearer: []}]", "[{}]", True),
        ("[{bearer: []}]", "[{bearer: []}, {}]", True),
        ("[{bearer: []}]", "[{key: []}]", True),
        ("[{bearer: [], key: []}]", "[{bearer: []}]", True),
        ("[{bearer: [], key: []}]", "[{bearer: []}, {key: []}]", True),
        ("[{oauth: [read, write]}]", "[{oauth: [read]}]", True),
        ("[{cookie: []}]", "[{key: []}]", True),
        ("[]", "[{bearer: []}]", False),
        ("[{bearer: []}]", "[{bearer: [], key: []}]", False),
        ("[{bearer: []}, {key: []}]", "[{bearer: []}]", False),
        ("[{oauth: [read]}]", "[{oauth: [read, write]}]", False),
        ("[{bearer: []}]", "[{oauth: []}]", False),
    ],
)
def test_different(contract: str, served: str, weaker: bool) -> None:  # noqa: FBT001 -- a column of the table
    [mismatch] = held(document(contract), document(served))
    assert mismatch.weaker is weaker
    assert [difference.where for difference in mismatch.differences] == ["security"]


@pytest.mark.parametrize(
    ("contract", "served"),
    [
        (document("[{bearer: []}]"), document("[{jwt: []}]")),
        (document("[{bearer: []}]"), document(None, root="[{bearer: []}]")),
        (document("[]", root="[{bearer: []}]"), document(None)),
        (document("[{}]"), document("[]")),
        (document("[{key: []}]"), document("[{lower: []}]")),
        (document("[{bearer: []}, {key: []}]"), document("[{key: []}, {bearer: []}]")),
    ],
)
def test_alike(contract: str, served: str) -> None:
    assert held(contract, served) == []
