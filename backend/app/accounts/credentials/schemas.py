"""
[Task]: T-106, T-107
[From]: speckit.specify §2.6, §2.7
[Description]: What comes in about addresses and passwords.
"""

from pydantic import BaseModel, ConfigDict

from app.accounts.schemas import EmailAddress, NewPassword, OpaqueText, Password


class MailToken(BaseModel):
    """A token that was mailed."""

    model_config = ConfigDict(extra="forbid")

    token: OpaqueText


class EmailOnly(BaseModel):
    """The address whose password was forgotten."""

    model_config = ConfigDict(extra="forbid")

    email: EmailAddress


class PasswordChange(BaseModel):
    """The password as it is, and as it shall be."""

    model_config = ConfigDict(extra="forbid")

    current_password: Password
    new_password: NewPassword


class PasswordReset(BaseModel):
    """A new password, with the token that allows it."""

    model_config = ConfigDict(extra="forbid")

    token: OpaqueText
    new_password: NewPassword
