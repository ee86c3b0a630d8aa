"""
[Task]: T-006, T-101, T-102, T-103, T-105, T-109, T-110, T-113
[From]: speckit.specify §2.1, §2.2, §2.3, §2.5, §2.8, §2.9, §2.11, speckit.plan §4.8
[Description]: What goes in and out about accounts.
"""

import re
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import idna
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from app.core.examples import ID, MOMENT, example, example_of
from app.core.keys import PublicJwk
from app.core.passwords import COMMON, folded

EMAIL_LENGTH = 254
PASSWORD_LENGTH = 128
NEW_PASSWORD_LENGTH = 12
TOKEN_LENGTH = 100

_WORD = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN = re.compile(rf"{_WORD}(\.{_WORD})*@[\w-]+(\.[\w-]+)*", re.ASCII)

EMAIL, PASSWORD = "ada@example.com", "correct horse battery"
OPAQUE = "Zk3vX0mT1y9S8qf2r7uPdlNnHw4bA6cJ5eGgLiKoQxM"
JWT, BEARER = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl", "Bearer"


def normalise_email(address: str) -> str:
    """Fold case, surrounding space and the spelling of the domain, by which addresses do not differ.

    Raises:
        ValueError: It has not the form of an address. Whether it exists, only a mail can tell.
    """
    folded = address.strip().lower()
    local, at, domain = folded.rpartition("@")
    if not (local and at and domain) or not folded.isprintable() or " " in folded or "@" in local:
        raise ValueError("It is not an e-mail address.")
    normalised = folded if len(folded) > EMAIL_LENGTH else f"{local}@{_looked_for(domain)}"
    if len(normalised) > EMAIL_LENGTH:
        raise ValueError(f"It is longer than {EMAIL_LENGTH} characters.")
    return normalised


def _looked_for(domain: str) -> str:
    """Give the ASCII letters in which a domain is looked for (RFC 5891, UTS 46), if there are any."""
    try:
        return domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain


def _is_plain(address: str) -> str:
    """Take the one spelling of a mailbox in which mail is sent to it (RFC 5321 §4.1.2: a dot-string).

    Else a mailbox would have any number of addresses, each with its own limits.
    """
    if not _PLAIN.fullmatch(address):
        raise ValueError("It is not an e-mail address.")
    return address


def _is_unicode(secret: SecretStr) -> SecretStr:
    """Refuse half a character, which JSON can write and which is no text. Pydantic looks into `str` alone."""
    try:
        secret.get_secret_value().encode()
    except UnicodeEncodeError:
        raise ValueError("It cannot be parsed.") from None
    return secret


def _is_uncommon(password: SecretStr) -> SecretStr:
    """Refuse a password that many have: whoever tries to get in tries those first."""
    if folded(password.get_secret_value()) in COMMON:
        raise ValueError("This password is too common: choose another.")
    return password


_EMAIL_SCHEMA = WithJsonSchema({"type": "string", "format": "email", "maxLength": EMAIL_LENGTH})
EmailAddress = Annotated[str, AfterValidator(normalise_email), _EMAIL_SCHEMA]
NewEmailAddress = Annotated[str, AfterValidator(normalise_email), AfterValidator(_is_plain), _EMAIL_SCHEMA]
Password = Annotated[
    SecretStr,
    Field(max_length=PASSWORD_LENGTH),
    AfterValidator(_is_unicode),
    WithJsonSchema({"type": "string", "format": "password", "maxLength": PASSWORD_LENGTH}),
]
NewPassword = Annotated[
    SecretStr,
    Field(min_length=NEW_PASSWORD_LENGTH, max_length=PASSWORD_LENGTH),
    AfterValidator(_is_unicode),
    AfterValidator(_is_uncommon),
    WithJsonSchema(
        {
            "type": "string",
            "format": "password",
            "minLength": NEW_PASSWORD_LENGTH,
            "maxLength": PASSWORD_LENGTH,
        }
    ),
]


OpaqueText = Annotated[
    SecretStr,
    Field(min_length=1, max_length=TOKEN_LENGTH),
    AfterValidator(_is_unicode),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": TOKEN_LENGTH}),
]


class Credentials(BaseModel):
    """What an account is registered with."""

    model_config = ConfigDict(extra="forbid", **example(email=EMAIL, password=PASSWORD))

    email: NewEmailAddress
    password: NewPassword


class LoginRequest(BaseModel):
    """What one logs in with."""

    model_config = ConfigDict(extra="forbid", **example(email=EMAIL, password=PASSWORD))

    email: EmailAddress
    password: Password


class RefreshRequest(BaseModel):
    """A refresh token, to be exchanged or ended."""

    model_config = ConfigDict(extra="forbid", **example(refresh_token=OPAQUE))

    refresh_token: OpaqueText


class AccountDeletion(BaseModel):
    """What confirms that it is the owner who deletes."""

    model_config = ConfigDict(extra="forbid", **example(password=PASSWORD))

    password: Annotated[
        Password | SkipJsonSchema[None],
        Field(description="Required unless the account belongs to an external issuer."),
    ] = None


class Accepted(BaseModel):
    """The request was taken; nothing more is said."""

    model_config = example(status="accepted")

    status: Literal["accepted"]


class Tokens(BaseModel):
    """A session's tokens (RFC 6749 §5.1)."""

    model_config = example(access_token=JWT, token_type=BEARER, expires_in=600, refresh_token=OPAQUE)

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: Annotated[int, Field(description="Seconds.")]
    refresh_token: str


SESSION = {"id": ID, "user_agent": "Mozilla/5.0", "created_at": MOMENT, "last_used_at": MOMENT}


class Session(BaseModel):
    """A live session of the caller."""

    model_config = example(**SESSION, current=True)

    id: UUID
    user_agent: str | None
    created_at: datetime
    last_used_at: datetime
    current: bool


class KeptSession(Session):
    """A session of the caller, live or not."""

    model_config = example(**SESSION, current=False, ended_at=MOMENT, end_reason="logout")

    ended_at: datetime | None
    end_reason: Annotated[str | None, Field(description="Why it ended; absent while it is live.")]


class Sessions(BaseModel):
    """The caller's live sessions, newest first."""

    model_config = example(items=[example_of(Session)])

    items: list[Session]


class Account(BaseModel):
    """The caller's account."""

    model_config = example(id=ID, email=EMAIL, email_verified=True, created_at=MOMENT)

    id: UUID
    email: Annotated[str | None, Field(description="Absent for an account of an external issuer.")]
    email_verified: bool
    created_at: datetime


class Identity(BaseModel):
    """Who the caller is at an external issuer."""

    model_config = example(issuer="https://id.example.com/", subject="248289761001", created_at=MOMENT)

    issuer: str
    subject: str
    created_at: datetime


class Jwks(BaseModel):
    """A JWK set (RFC 7517)."""

    model_config = example(keys=[example_of(PublicJwk)])

    keys: list[PublicJwk]
