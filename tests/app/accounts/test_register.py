"""T-101: a new and a known address cannot be told apart."""

import json
import secrets

import idna
import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.accounts.schemas import EMAIL_LENGTH, NEW_PASSWORD_LENGTH, NewEmailAddress, normalise_email
from app.core.mail import Mail, SmtpMailer
from app.core.passwords import COMMON, Passwords, folded
from tests.app.conftest import PASSWORD, Person, mails_to

pytestmark = pytest.mark.anyio

REGISTER, LOGIN = "/v1/auth/register", "/v1/auth/login"
NEW_ADDRESS: TypeAdapter[str] = TypeAdapter(NewEmailAddress)


async def test_a_known_address_is_answered_alike_and_left_alone(client: AsyncClient, alice: Person) -> None:
    credentials = {"email": alice.email, "password": "another password"}
    again = await client.post(REGISTER, json=credentials)
    new = await client.post(REGISTER, json={**credentials, "email": f"new-{alice.email}"})
    assert again.status_code == new.status_code == 202
    assert again.content == new.content == b'{"status":"accepted"}'
    assert again.headers == new.headers
    assert (await client.post(LOGIN, json=credentials)).status_code == 401
    credentials["password"] = PASSWORD
    assert (await client.post(LOGIN, json=credentials)).status_code == 200


async def test_the_same_work_is_done_for_both(
    client: AsyncClient, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a time but its cause: one hash each, and the same statement."""
    hashed = counted(monkeypatch, "hash")
    for email in (alice.email, f"new-{alice.email}"):
        await client.post(REGISTER, json={"email": email, "password": PASSWORD})
    assert hashed == [PASSWORD] * 2


async def test_addresses_differ_neither_by_case_nor_by_space(client: AsyncClient, alice: Person) -> None:
    credentials = {"email": f"  {alice.email.upper()} ", "password": PASSWORD}
    assert (await client.post(LOGIN, json=credentials)).status_code == 200


async def test_a_password_is_itself_however_it_was_typed(client: AsyncClient) -> None:
    """The same letter in one code point and in two."""
    await client.post(REGISTER, json={"email": "e@example.org", "password": "caf\u00e9 caf\u00e9 caf\u00e9"})
    decomposed = {"email": "e@example.org", "password": "cafe\u0301 cafe\u0301 cafe\u0301"}
    assert (await client.post(LOGIN, json=decomposed)).status_code == 200


@pytest.mark.parametrize("password", ["1q2w3e4r5t6y", "QwertyQwerty", "password1234"])
async def test_a_password_that_many_have_is_refused(client: AsyncClient, password: str) -> None:
    answer = await client.post(REGISTER, json={"email": "common@example.org", "password": password})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
    [fault] = answer.json()["errors"]
    assert fault["pointer"] == "/password"
    assert password not in answer.text
    spaced = {"email": "common@example.org", "password": f"{password} {password}"}
    assert (await client.post(REGISTER, json=spaced)).status_code == 202


def test_what_is_on_the_list_could_be_chosen_at_all() -> None:
    """Long enough, folded, and no line of it a comment."""
    assert len(COMMON) > 300
    assert all(len(each) >= NEW_PASSWORD_LENGTH and each == folded(each) for each in COMMON)
    assert not any(each.startswith("#") for each in COMMON)


@pytest.mark.parametrize("length", [11, 129])
async def test_the_length_of_a_password_is_bounded(client: AsyncClient, length: int) -> None:
    answer = await client.post(REGISTER, json={"email": "a@example.org", "password": "x" * length})
    assert answer.status_code == 422


def counted(monkeypatch: pytest.MonkeyPatch, method: str) -> list[str]:
    """Note the password of each call of a method of Passwords."""
    calls: list[str] = []
    original = getattr(Passwords, method)

    async def note(self: Passwords, password: str, *rest: object) -> object:
        calls.append(password)
        return await original(self, password, *rest)

    monkeypatch.setattr(Passwords, method, note)
    return calls


@given(st.emails() | st.text(), st.sampled_from(["", " ", "\t"]))
def test_normalising_an_address_twice_changes_nothing(address: str, space: str) -> None:
    try:
        once = normalise_email(address)
    except ValueError:
        return
    assert normalise_email(once) == once
    assert normalise_email(f"{space}{once.swapcase().lower()}{space}") == once
    assert once.count("@") == 1
    assert 3 <= len(once) <= 254


@pytest.mark.parametrize(
    "address", ["", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a\u0000@b", "x" * 250 + "@b.org"]
)
def test_what_has_not_the_form_of_an_address(address: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        normalise_email(address)


@pytest.mark.parametrize(
    "address",
    [
        *("(1)ada@example.org", '"ada"@example.org', "ada@example.org(1)", "ada@example.org."),
        *(
            "a..b@example.org",
            "a,b@example.org",
            "eve<ada@example.org",
            "ad\xe1@example.org",
            "ada@[127.0.0.1]",
            "ada@example.\u212eu",
        ),
    ],
)
async def test_another_spelling_of_a_mailbox_is_not_registered(client: AsyncClient, address: str) -> None:
    """Each would be an account of its own, or one that no mail ever reaches."""
    answer = await client.post(REGISTER, json={"email": address, "password": PASSWORD})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "/email", "message": "It is not an e-mail address."}]


@pytest.mark.parametrize(
    "spelling",
    ["b\xfccher.example", "B\xdcCHER.example", "bu\u0308cher\u3002example", "\uff42\xfccher.example"],
)
async def test_a_domain_has_one_account_however_it_is_spelled(
    app: FastAPI, client: AsyncClient, spelling: str
) -> None:
    name = secrets.token_hex(4)
    ascii_address, address = f"{name}@xn--bcher-kva.example", f"{name}@{spelling}"
    for each in (address, ascii_address):
        credentials = {"email": each, "password": PASSWORD}
        assert (await client.post(REGISTER, json=credentials)).status_code == 202
        assert (await client.post(LOGIN, json=credentials)).status_code == 200
    mails = await mails_to(app, ascii_address)
    assert [mail.subject for mail in mails] == ["Verify your e-mail address", "You already have an account"]


async def test_a_domain_is_not_registered_that_is_too_long_in_ascii(client: AsyncClient) -> None:
    domain = ".".join(["\xfc" * 5 + "x" * 45] * 4)
    address = f"{'a' * 40}@{domain}"
    assert len(address) < EMAIL_LENGTH < len(f"{'a' * 40}@{idna.encode(domain).decode()}")
    answer = await client.post(REGISTER, json={"email": address, "password": PASSWORD})
    assert answer.status_code == 422


@given(st.emails() | st.from_regex(r"[a-z.\"(<,]{1,9}@[a-z.\[-]{1,9}", fullmatch=True))
def test_what_is_registered_can_be_mailed(address: str) -> None:
    try:
        registered = NEW_ADDRESS.validate_python(address)
    except ValidationError:
        return
    message = SmtpMailer("smtp://localhost", "us@example.org")._message(Mail(registered, "", ""))  # noqa: SLF001 -- nothing else shows it
    assert message["To"].addresses[0].addr_spec == registered


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (REGISTER, {"email": "a@example.org", "password": "\ud800" * 12}),
        (LOGIN, {"email": "a@example.org", "password": "\ud800"}),
        ("/v1/auth/refresh", {"refresh_token": "\ud800"}),
        ("/v1/auth/logout", {"refresh_token": "\ud800"}),
        ("/v1/auth/verify-email", {"token": "\ud800"}),
        ("/v1/auth/reset-password", {"token": "x", "new_password": "\ud800" * 12}),
    ],
)
async def test_half_a_character_is_no_text(client: AsyncClient, path: str, body: dict[str, str]) -> None:
    answer = await client.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
