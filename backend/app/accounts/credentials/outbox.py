"""
[Task]: T-089
[From]: speckit.specify §2.13, speckit.plan §5.4
[Description]: Which mails there are about an account, and how a statement has one sent.
"""

from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.dml import ReturningInsert

from app.core.jobs import put

Subject = Literal["verify", "reset", "registered"]

SEND = "send_account_mail"
"""The task."""


def have_sent(
    subject: ColumnElement[str], account_id: ColumnElement[UUID] | Mapped[UUID], *where: ColumnElement[bool]
) -> ReturningInsert[tuple[int]]:
    """Write the statement that has a mail sent.

    Args:
        subject: A `Subject`.
        account_id: Whom to mail. Where that is nobody, the mail goes to nobody at the same cost.
        where: When there is anything to send, if that is no secret.
    """
    somebody = func.coalesce(account_id, func.new_id())
    return put(SEND, {"subject": subject, "account_id": somebody, "mail_id": func.new_id()}, *where)
