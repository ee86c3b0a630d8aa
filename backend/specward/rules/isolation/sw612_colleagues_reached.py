"""A member of an organisation reaches only their own there, where others of the same role are kept to it.

A school's office sees the invoices of all its parents, and a parent sees their own. Where one route says so
(`if not me.is_admin: query = query.where(Invoice.parent_id == me.id)`), the route that compares the school
alone shows every parent's invoices to any other.

Nothing is told where more routes are open to the whole organisation than keep somebody to their own, nor of
reading what is kept to its author when it is changed. If the whole organisation may do this, excuse the line,
with the reason.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.isolation.report import findings
from specward.rules.isolation.world import APPLICATION, with_routes

SUMMARY = "rows of colleagues are reached, where other routes keep whoever asks to their own"
_MODELS = """

class Invoice(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id")
    parent_id: int = Field(foreign_key="user.id")


class School(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
"""
_ROUTES = """
from app.models import Invoice


@router.get("/invoices")
def list_invoices(db: Db, me: Me):
    query = select(Invoice).where(Invoice.school_id == me.school_id)
    if not me.is_admin:
        query = query.where(Invoice.parent_id == me.id)
    return db.exec(query).all()


@router.get("/invoices/{invoice_id}")
def read_invoice(invoice_id: int, db: Db, me: Me):
    invoice = db.get_one(Invoice, invoice_id)
    if invoice.school_id != me.school_id:
        raise HTTPException(404)
ASKED    return invoice
"""
_ASKED = """\
    if not me.is_admin and invoice.parent_id != me.id:
        raise HTTPException(404)
"""


def _application(routes: str) -> Example:
    models = APPLICATION["backend/app/models.py"]
    admin = "    is_admin: bool = False\n"
    school = '    school_id: int = Field(foreign_key="school.id")\n'
    return Example(
        {
            **with_routes(routes),
            "backend/app/models.py": models.replace(admin, admin + school) + _MODELS,
        }
    )


GOOD = _application(_ROUTES.replace("ASKED", _ASKED))
BAD = _application(_ROUTES.replace("ASKED", ""))


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each place at which rows of colleagues are reached."""
    return findings(
        project,
        "SW612",
        "`{table}` is kept to the organisation, and not to whoever asks, as other routes keep it.",
        "Compare whom the row names, as the other routes do, or excuse the line with the reason why the "
        "whole organisation may do this.",
    )
