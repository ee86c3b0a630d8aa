"""
[Task]: T-101, T-102, T-103, T-105, T-109, T-110, T-113
[From]: speckit.specify §2.1, §2.2, §2.3, §2.5, §2.8, §2.9, §2.11
[Description]: What goes in and out about accounts.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from app.core.keys import PublicJwk

EMAIL_LENGTH = 254
PASSWORD_LENGTH = 128
NEW_PASSWORD_LENGTH = 12
TOKEN_LENGTH = 100


def normalise_email(address: str) -> str:
    """Fold case and surrounding space, by which addresses do not differ.

    Raises:
        ValueError: It has not the form of an address. Whether it exists, only a mail can tell.
    """
    folded = address.strip().lower()
    local, at, domain = folded.rpartition("@")
    if not (local and at and domain) or not folded.isprintable() or " " in folded or "@" in local:
        raise ValueError("It is not an e-mail address.")
    if len(folded) > EMAIL_LENGTH:
        raise ValueError(f"It is longer than {EMAIL_LENGTH} characters.")
    return folded


EmailAddress = Annotated[
    str,
    AfterValidator(normalise_email),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": EMAIL_LENGTH}),
]
Password = Annotated[
    SecretStr,
    Field(max_length=PASSWORD_LENGTH),
    WithJsonSchema({"type": "string", "format": "password", "maxLength": PASSWORD_LENGTH}),
]
NewPassword = Annotated[
    SecretStr,
    Field(min_length=NEW_PASSWORD_LENGTH, max_length=PASSWORD_LENGTH),
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
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": TOKEN_LENGTH}),
]


class Credentials(BaseModel):
    """What an account is registered with."""

    model_config = ConfigDict(extra="forbid")

    email: EmailAddress
    password: NewPassword


class LoginRequest(BaseModel):
    """What one logs in with."""

    model_config = ConfigDict(extra="forbid")

    email: EmailAddress
    password: Password


class RefreshRequest(BaseModel):
    """A refresh token, to be exchanged or ended."""

    model_config = ConfigDict(extra="forbid")

    refresh_token: OpaqueText


class AccountDeletion(BaseModel):
    """What confirms that it is the owner who deletes."""

    model_config = ConfigDict(extra="forbid")

    password: Annotated[
        Password | SkipJsonSchema[None],
        Field(description="Needed, unless the account is one of an external issuer."),
    ] = None


class Accepted(BaseModel):
    """The request was taken; nothing more is said."""

    status: Literal["accepted"]


class Tokens(BaseModel):
    """A session's tokens (RFC 6749 §5.1)."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: Annotated[int, Field(description="Seconds.")]
    refresh_token: str


class Session(BaseModel):
    """A live session of the caller."""

    id: UUID
    user_agent: str | None
    created_at: datetime
    last_used_at: datetime
    current: bool


class KeptSession(Session):
    """A session of the caller, live or not."""

    ended_at: datetime | None
    end_reason: Annotated[str | None, Field(description="Why it ended; absent while it lives.")]


class Sessions(BaseModel):
    """The caller's live sessions, newest first."""

    items: list[Session]


class Account(BaseModel):
    """The caller's account."""

    id: UUID
    email: Annotated[str | None, Field(description="Absent for an account of an external issuer.")]
    email_verified: bool
    created_at: datetime


class Identity(BaseModel):
    """Who the caller is at an external issuer."""

    issuer: str
    subject: str
    created_at: datetime


class Jwks(BaseModel):
    """A JWK set (RFC 7517)."""

    keys: list[PublicJwk]
