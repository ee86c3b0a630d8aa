"""
[Task]: T-106
[From]: speckit.specify §2.6
[Description]: What comes in about addresses and passwords.
"""

from pydantic import BaseModel, ConfigDict

from app.accounts.schemas import OpaqueText


class MailToken(BaseModel):
    """A token that was mailed."""

    model_config = ConfigDict(extra="forbid")

    token: OpaqueText
