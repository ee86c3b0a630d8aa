"""
[Task]: T-006, T-106, T-107
[From]: speckit.specify §2.6, §2.7, speckit.plan §4.8
[Description]: What comes in about addresses and passwords.
"""

from pydantic import BaseModel, ConfigDict

from app.accounts.schemas import EMAIL, OPAQUE, PASSWORD, EmailAddress, NewPassword, OpaqueText, Password
from app.core.examples import example


class MailToken(BaseModel):
    """A token that was mailed."""

    model_config = ConfigDict(extra="forbid", **example(token=OPAQUE))

    token: OpaqueText


class EmailOnly(BaseModel):
    """The address whose password was forgotten."""

    model_config = ConfigDict(extra="forbid", **example(email=EMAIL))

    email: EmailAddress


class PasswordChange(BaseModel):
    """The password as it is, and as it shall be."""

    model_config = ConfigDict(
        extra="forbid", **example(current_password=PASSWORD, new_password=f"{PASSWORD} staple")
    )

    current_password: Password
    new_password: NewPassword


class PasswordReset(BaseModel):
    """A new password, with the token that allows it."""

    model_config = ConfigDict(extra="forbid", **example(token=OPAQUE, new_password=PASSWORD))

    token: OpaqueText
    new_password: NewPassword
