"""HEAD answers as GET does, without the body (RFC 9110 §9.3.2)."""

import httpx2
import pytest
from httpx2 import AsyncClient

from tests.app.conftest import Person
from tests.app.core.documented import operations
from tests.app.core.test_documented import PLACES

pytestmark = pytest.mark.anyio

STREAM = "/v1/notifications/stream"  # tests/app/notifications/test_stream.py asks for its head
READ = [path for method, path in operations() if method == "GET" and path != STREAM]


def head_of(answer: httpx2.Response) -> tuple[int, dict[str, str]]:
    """The status and the headers, of which none may differ."""
    return answer.status_code, dict(answer.headers)


@pytest.mark.parametrize("path", [*READ, "/openapi.json", "/docs", "/nowhere", "/v1/auth/login"])
async def test_it_answers_as_get_does(alice: Person, client: AsyncClient, path: str) -> None:
    """With a token and without, with what there is and with what there is not."""
    url = path.format(**PLACES)
    for head, get in (
        (await alice.call("HEAD", url), await alice.call("GET", url)),
        (await client.head(url), await client.get(url)),
    ):
        assert head_of(head) == head_of(get)
        assert head.content == b""
        assert get.content != b""


async def test_the_head_of_a_version_that_is_known(alice: Person) -> None:
    answer = await alice.call("HEAD", "/v1/profile", headers={"If-None-Match": '"0"'})
    assert (answer.status_code, answer.headers["etag"]) == (304, '"0"')


async def test_it_is_no_operation_of_the_document(client: AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert not any("head" in item for item in paths.values())
