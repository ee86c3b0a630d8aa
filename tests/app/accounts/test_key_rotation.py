"""T-105: the signing key is rotated, deployment by deployment, and nobody notices."""

import json
from contextlib import AsyncExitStack
from itertools import pairwise

import jwt
import pytest
from pydantic import SecretStr

from app.core.keys import SigningKey, new_key, write_private
from app.main import create_app
from specward.database.provision import Urls
from tests.app.accounts.test_refresh import refresh
from tests.app.conftest import join, running, settings_for

pytestmark = pytest.mark.anyio


def key_set(*keys: SigningKey) -> SecretStr:
    """The setting SIGNING_KEYS with several keys, as an operator writes it."""
    return SecretStr(json.dumps({"keys": [json.loads(write_private(key))["keys"][0] for key in keys]}))


async def test_rotating_the_key_ends_no_session(database: Urls) -> None:
    """The deployments of plan §3.5. While one is rolled out, instances of both sides serve a caller."""
    old, new = new_key(), new_key()
    deployments = [key_set(old), key_set(old, new), key_set(new, old), key_set(new)]
    async with AsyncExitStack() as stack:
        clients = []
        for keys in deployments:
            settings = settings_for(database.app).model_copy(update={"signing_keys": keys})
            clients.append(await stack.enter_async_context(running(create_app(settings))))
        person = await join(clients[0])
        for before, after in pairwise(clients):
            for client in (before, after):
                answer = await refresh(client, person.tokens["refresh_token"])
                assert answer.status_code == 200
                person = person._replace(tokens=answer.json())
                for server in (before, after):
                    assert (await person._replace(client=server).call("GET", "/v1/account")).is_success


async def test_a_key_is_published_before_it_signs(database: Urls) -> None:
    """Whoever cached the keys of the deployment before can verify what this one signs."""
    old, new = new_key(), new_key()
    deployments = [key_set(old), key_set(old, new), key_set(new, old), key_set(new)]
    known: set[str] = {old.kid}
    for keys in deployments:
        settings = settings_for(database.app).model_copy(update={"signing_keys": keys})
        async with running(create_app(settings)) as client:
            token = (await join(client)).tokens["access_token"]
            assert jwt.get_unverified_header(token)["kid"] in known
            jwks = (await client.get("/.well-known/jwks.json")).json()["keys"]
            assert not any("d" in key for key in jwks)
            known = {key["kid"] for key in jwks}
