"""T-110: everything owned goes with the account, or into the caller's hand; no secret does."""

import gc
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.notifications.schemas import Notification, NotificationPage
from app.notifications.service import list_page
from tests.app.accounts.conftest import Run
from tests.app.accounts.test_refresh import refresh
from tests.app.conftest import PASSWORD, Person, mails_to, token_in

pytestmark = pytest.mark.anyio

DELETION, EXPORT = "/v1/account/deletion", "/v1/account/export"


async def owns_something_everywhere(person: Person) -> str:
    """Give somebody a row of each kind; the id of the account."""
    await person.call("PATCH", "/v1/profile", json={"about": "mine"}, headers={"If-Match": "*"})
    await person.call("POST", "/v1/notifications/test")
    path = "/v1/notifications/preferences/product/live"
    await person.call("PUT", path, json={"enabled": False})
    await person.client.post("/v1/auth/forgot-password", json={"email": person.email})
    return str((await person.call("GET", "/v1/account")).json()["id"])


def rows_of(superuser: Run, owner: str) -> dict[str, int]:
    """How many rows of an owner each table has: every one with a column for it."""
    tables = superuser(
        "select table_name::text, column_name::text from information_schema.columns "
        "where table_schema = 'public' "
        "and (column_name = 'owner_id' or (table_name, column_name) = ('accounts', 'id'))"
    )
    return {
        table: superuser(f"select count(*) from {table} where {column} = %(owner)s", owner=owner)[0][0]  # noqa: S608 -- names
        for table, column in tables
    }


async def test_after_a_deletion_no_table_has_a_row_of_that_owner(
    app: FastAPI, alice: Person, bob: Person, superuser: Run
) -> None:
    alices, bobs = [await owns_something_everywhere(person) for person in (alice, bob)]
    await mails_to(app, alice.email)
    superuser(
        "insert into live_streams (owner_id, place, expires_at) values (%(owner)s, 1, now())", owner=alices
    )
    before, others = rows_of(superuser, alices), rows_of(superuser, bobs)
    owning = {"accounts", "sessions", "refresh_tokens", "mail_tokens", "profiles", "notifications"}
    assert all(before[table] for table in owning | {"notification_preferences", "live_streams"})
    answer = await alice.call("POST", DELETION, json={"password": PASSWORD})
    assert (answer.status_code, answer.content) == (204, b"")
    assert set(rows_of(superuser, alices).values()) == {0}
    assert rows_of(superuser, bobs) == others


async def test_a_deleted_account_is_nobody(client: AsyncClient, alice: Person) -> None:
    await alice.call("POST", DELETION, json={"password": PASSWORD})
    credentials = {"email": alice.email, "password": PASSWORD}
    assert (await client.post("/v1/auth/login", json=credentials)).status_code == 401
    assert (await refresh(client, alice.tokens["refresh_token"])).status_code == 401
    for method, path in (("GET", "/v1/account"), ("GET", EXPORT), ("POST", "/v1/notifications/test")):
        assert (await alice.call(method, path)).status_code == 401
    changed = await alice.call("PATCH", "/v1/profile", json={"about": "x"}, headers={"If-Match": "*"})
    assert changed.status_code == 401


async def test_a_wrong_password_deletes_nothing(alice: Person, superuser: Run) -> None:
    owner = await owns_something_everywhere(alice)
    before = rows_of(superuser, owner)
    answer = await alice.call("POST", DELETION, json={"password": "wrong"})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/wrong-password")
    assert rows_of(superuser, owner)["accounts"] == before["accounts"] == 1


async def test_an_export_has_everything_and_no_secret(
    app: FastAPI, alice: Person, bob: Person, superuser: Run
) -> None:
    owner = await owns_something_everywhere(alice)
    await owns_something_everywhere(bob)
    token = token_in((await mails_to(app, alice.email))[-1])
    exported = (await alice.call("GET", EXPORT)).json()
    assert set(exported) == {
        *("account", "identities", "profile", "sessions", "notifications", "preferences"),
    }
    for part, path in (("account", "/v1/account"), ("profile", "/v1/profile")):
        assert exported[part] == (await alice.call("GET", path)).json()
    for part, path in (
        ("notifications", "/v1/notifications"),
        ("preferences", "/v1/notifications/preferences"),
    ):
        assert exported[part] == (await alice.call("GET", path)).json()["items"]
    text = str(exported)
    ((kept,),) = superuser("select password_hash from accounts where id = %(owner)s", owner=owner)
    for secret in (kept, "argon2", token, alice.tokens["refresh_token"], bob.email):
        assert secret not in text


async def test_an_export_has_the_sessions_that_are_kept_and_why_they_ended(
    client: AsyncClient, alice: Person, bob: Person
) -> None:
    credentials = {"email": alice.email, "password": PASSWORD}
    ended, left, revoked = [(await client.post("/v1/auth/login", json=credentials)).json() for _ in range(3)]
    await client.post("/v1/auth/logout", json={"refresh_token": left["refresh_token"]})
    by_revoked = alice._replace(tokens=revoked)
    listed = (await by_revoked.call("GET", "/v1/auth/sessions")).json()["items"]
    (current,) = (session["id"] for session in listed if session["current"])
    await alice.call("DELETE", f"/v1/auth/sessions/{current}")
    await alice._replace(tokens=ended).call("POST", "/v1/auth/logout-everywhere")
    exported = (await alice.call("GET", EXPORT)).json()["sessions"]
    reasons = [session["end_reason"] for session in exported]
    assert reasons == ["revoked", "logout", "everywhere", "everywhere"]
    assert all(session["ended_at"] for session in exported)
    assert [session["current"] for session in exported] == [False, False, False, True]
    (bobs,) = (await bob.call("GET", EXPORT)).json()["sessions"]
    assert (bobs["current"], bobs["ended_at"], bobs["end_reason"]) == (True, None, None)
    (listed,) = (await bob.call("GET", "/v1/auth/sessions")).json()["items"]
    assert bobs == {**listed, "ended_at": None, "end_reason": None}


async def test_an_export_has_every_page(alice: Person, superuser: Run) -> None:
    owner = (await alice.call("GET", "/v1/account")).json()["id"]
    superuser(
        "insert into notifications (owner_id, kind, title) "
        "select %(owner)s, 'product', n::text from generate_series(1, 1250) as n",
        owner=owner,
    )
    notifications = (await alice.call("GET", EXPORT)).json()["notifications"]
    assert {item["title"] for item in notifications} == {str(n) for n in range(1, 1251)}


async def test_an_export_is_written_page_by_page(
    alice: Person, superuser: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that somebody has, as objects, would take the memory and the time of everybody else."""
    owner = (await alice.call("GET", "/v1/account")).json()["id"]
    superuser(
        "insert into notifications (owner_id, kind, title) "
        "select %(owner)s, 'product', 'x' from generate_series(1, 5000)",
        owner=owner,
    )
    alive: list[int] = []

    async def page_of(*arguments: Any, **filters: Any) -> NotificationPage:
        page = await list_page(*arguments, **filters)
        alive.append(sum(isinstance(each, Notification) for each in gc.get_objects()))
        return page

    monkeypatch.setattr("app.main.list_page", page_of)
    assert len((await alice.call("GET", EXPORT)).json()["notifications"]) == 5000
    assert max(alive) < 2500


async def test_what_is_deleted_while_it_is_exported_leaves_no_gap(
    alice: Person, superuser: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = (await alice.call("GET", "/v1/account")).json()["id"]
    for _ in range(3):
        await alice.call("POST", "/v1/notifications/test")

    async def page_of(*arguments: Any, **filters: Any) -> NotificationPage:
        page = await list_page(*arguments, **filters)
        superuser("delete from notifications where owner_id = %(owner)s returning id", owner=owner)
        return page

    monkeypatch.setattr("app.main.EXPORTED_AT_ONCE", 2)
    monkeypatch.setattr("app.main.list_page", page_of)
    assert len((await alice.call("GET", EXPORT)).json()["notifications"]) == 2
    assert (await alice.call("GET", EXPORT)).json()["notifications"] == []


async def test_an_export_goes_out_as_it_is_read(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """So it may have begun when it turns out that it cannot be read to its end: then it is no JSON."""

    async def no_page(*_: Any, **__: Any) -> NotificationPage:
        raise psycopg.OperationalError

    monkeypatch.setattr("app.main.list_page", no_page)
    answer = await alice.call("GET", EXPORT)
    assert answer.status_code == 200
    assert answer.text.endswith('"notifications":')


@pytest.mark.parametrize(("method", "path"), [("POST", DELETION), ("GET", EXPORT)])
async def test_a_caller_is_needed(client: AsyncClient, method: str, path: str) -> None:
    body = {"json": {"password": PASSWORD}} if method == "POST" else {}
    assert (await client.request(method, path, **body)).status_code == 401  # type: ignore[arg-type]  # a body
