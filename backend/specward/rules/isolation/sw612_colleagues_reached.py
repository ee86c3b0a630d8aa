"""A member of an organisation reaches colleagues' rows, where other routes restrict callers to their own.

A school's office sees the invoices of all parents, and a parent sees their own. If one route says so (`if
not me.is_admin: query = query.where(Invoice.parent_id == me.id)`), a route that compares only the school
shows every parent's invoices to any other parent.

Nothing is reported if more routes are open to the whole organisation than restrict the rows to one person,
nor for reading rows that only their author may change. If the whole organisation may do this, excuse the
line, with the reason.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.isolation.report import findings
from specward.rules.isolation.world import APPLICATION, with_routes

SUMMARY = "colleagues' rows are reached, where other routes restrict callers to their own"
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
        "restricts `{table}` to the organisation, but not to the caller, as other routes do.",
        "Compare the person that the row names with the caller, as the other routes do, or excuse the line "
        "with the reason why the whole organisation may do this.",
    )
