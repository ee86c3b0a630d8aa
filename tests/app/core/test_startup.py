"""The service refuses to start where isolation would rest on nothing."""

import psycopg
import pytest

from app.core.settings import SettingsError
from app.core.startup import StartError
from app.main import create_app
from specward.database.provision import Urls
from specward.database.server import Server
from tests.app.conftest import name_of, running, settings_for

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _keep_tracebacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.tracebacklimit", 1000, raising=False)


async def refusal(url: str) -> str:
    with pytest.raises(StartError) as refused:
        async with running(create_app(settings_for(url))):
            pass
    return str(refused.value)


async def test_a_superuser_is_refused(own_server: Server) -> None:
    assert "is a superuser" in await refusal(own_server.superuser_url())


async def test_a_member_of_the_owner_is_refused(database: Urls) -> None:
    sentence = await refusal(database.migration)
    assert "app_migrator owns the table accounts, or may become its owner" in sentence


async def test_neons_default_role_is_refused(own_server: Server) -> None:
    """Made as Neon makes it: able to bypass row security, without owning anything."""
    made = "create role first_owner login createrole createdb bypassrls password 'n'"
    with psycopg.connect(own_server.superuser_url(), autocommit=True) as connection:
        connection.execute(made)
        try:
            sentence = await refusal(own_server.url("first_owner", "n", "postgres"))
        finally:
            connection.execute("drop role first_owner")
    assert "first_owner has BYPASSRLS" in sentence
    assert "roles.sql" in sentence


async def test_an_older_schema_is_refused(server: Server, fresh_database: Urls) -> None:
    name = name_of(fresh_database)
    with psycopg.connect(server.superuser_url(name)) as connection:
        connection.execute("update alembic_version set version_num = '0001'")
    assert "is at migration 0001, the application at 0" in await refusal(fresh_database.app)
    with psycopg.connect(server.superuser_url(name)) as connection:
        connection.execute("drop table alembic_version")
    assert "is at migration none" in await refusal(fresh_database.app)


async def test_the_schema_of_the_next_release_is_served(server: Server, fresh_database: Urls) -> None:
    """It is migrated first, and instances of this release may begin until the last one is replaced."""
    with psycopg.connect(server.superuser_url(name_of(fresh_database))) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    async with running(create_app(settings_for(fresh_database.app))) as client:
        assert (await client.get("/readyz")).status_code == 200


async def test_a_database_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.database.OPEN_SECONDS", 0.2)
    assert "cannot be reached" in await refusal("postgresql://app_user:x@127.0.0.1:1/app")


async def test_missing_settings_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr("app.core.settings.Settings.model_config", {"env_file": None, "extra": "ignore"})
    with pytest.raises(SettingsError, match="make run"):
        async with running(create_app()):
            pass
