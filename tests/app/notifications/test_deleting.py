"""T-082: one's own is gone; what is not there, or is somebody else's, answers 404."""

from uuid import uuid4

import pytest

from tests.app.conftest import Person

pytestmark = pytest.mark.anyio

PATH = "/v1/notifications"


async def test_deleting_it_again_answers_404(alice: Person) -> None:
    kept, gone = [(await alice.call("POST", f"{PATH}/test")).json()["id"] for _ in range(2)]
    answers = [await alice.call("DELETE", f"{PATH}/{gone}") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 404]
    assert (await alice.call("GET", f"{PATH}/{gone}")).status_code == 404
    assert [item["id"] for item in (await alice.call("GET", PATH)).json()["items"]] == [kept]


async def test_somebody_elses_is_none(alice: Person, bob: Person) -> None:
    target = (await alice.call("POST", f"{PATH}/test")).json()["id"]
    foreign = await bob.call("DELETE", f"{PATH}/{target}")
    missing = await bob.call("DELETE", f"{PATH}/{uuid4()}")
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert foreign.headers == missing.headers
    assert (await alice.call("GET", f"{PATH}/{target}")).status_code == 200
