"""Rows that everybody may see: a statement that asks for them may be read by anybody, and not changed."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options

PROJECT = """
import jwt
from fastapi import Depends, FastAPI, Header
from sqlmodel import Field, Session, SQLModel, or_, select

app = FastAPI()

class User(SQLModel, table=True):
    id: int = Field(primary_key=True)
    password_hash: str

class Page(SQLModel, table=True):
    id: int = Field(primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
    is_public: bool
    on_display: bool
    is_open: bool
    status: str
    published_at: str
    text: str

def caller(session: Session, authorization: str = Header()) -> User:
    return session.get(User, int(jwt.decode(authorization, "key", ["HS256"])["sub"]))

@app.post("/pages/{page_id}")
def handle(page_id: int, text: str, session: Session, me: User = Depends(caller)):
    BODY
"""
FIND = "page = session.exec(select(Page).where(Page.id == page_id, {})).one()"
READ, WRITE = "return page", "page.text = text"


def codes(*body: str) -> list[str]:
    files = {"app/main.py": PROJECT.replace("BODY", "\n    ".join(body))}
    return [item.code for item in analyse_files(files, Options()).violations]


@pytest.mark.parametrize(
    "condition",
    [
        "Page.is_public",
        "Page.is_public == True",
        "Page.on_display",
        "Page.is_public.is_(True)",
        'Page.status == "published"',
        'Page.status.in_(["public", "published"])',
        "Page.published_at <= now()",
        "Page.published_at.is_not(None)",
        "or_(Page.is_public, Page.owner_id == me.id)",
    ],
)
def test_what_everybody_may_see_is_read_and_not_changed(condition: str) -> None:
    assert codes(FIND.format(condition), READ) == []
    assert codes(FIND.format(condition), WRITE) == ["SW601"]
    assert codes(FIND.format(condition), "if page.owner_id != me.id:", "    raise ValueError", WRITE) == []


@pytest.mark.parametrize(
    "condition",
    [
        "Page.is_public == False",
        "Page.is_public.is_(False)",
        "Page.is_public != True",
        "Page.is_open",
        'Page.status == "open"',
        'Page.status != "published"',
        'Page.status.in_(["published", "draft"])',
        "Page.published_at > now()",
        "Page.published_at.is_(None)",
        "or_(Page.id.is_not(None), Page.owner_id == me.id)",
    ],
)
def test_what_only_some_may_see_is_told(condition: str) -> None:
    assert codes(FIND.format(condition), READ)


def test_a_check_in_the_code_lets_read_and_not_change() -> None:
    found = "page = session.get(Page, page_id)"
    check = ("if not (page.is_public or page.owner_id == me.id):", "    raise ValueError")
    assert codes(found, *check, READ) == []
    assert codes(found, *check, WRITE) == ["SW601"]


PUBLIC = """
from fastapi import APIRouter, Depends
from sqlmodel import Session, select
from app.main import Page, caller

router = APIRouter(PREFIX)

@router.get("/pages/{page_id}")
def show(page_id: int, session: SessionDEPENDS):
    return session.get(Page, page_id)

@router.delete("/pages/{page_id}")
def remove(page_id: int, session: SessionDEPENDS):
    session.delete(session.get(Page, page_id))
"""
MOUNT = """
from app.pages import router
api = APIRouter()
api.include_router(routerPREFIX)
"""


@pytest.mark.parametrize(
    ("made", "included", "signed_in", "told"),
    [
        ('prefix="/api/public"', "", "", ["remove"]),
        ("", ', prefix="/public/v1"', "", ["remove"]),
        ('prefix="/api/publications"', "", "", ["show", "remove"]),
        ("", "", "", ["show", "remove"]),
        ('prefix="/api/public"', "", ", me=Depends(caller)", ["show", "remove"]),
    ],
)
def test_a_router_of_what_is_public_shows_it_without_a_log_in(
    made: str, included: str, signed_in: str, told: list[str]
) -> None:
    files = {
        "app/main.py": PROJECT.replace("BODY", "return []").replace(
            "import Depends", "import APIRouter, Depends"
        )
        + MOUNT.replace("PREFIX", included),
        "app/pages.py": PUBLIC.replace("PREFIX", made).replace("DEPENDS", signed_in),
    }
    found = analyse_files(files, Options()).violations
    assert [item.site.chain[1] for item in found] == told


LINKS = """
class SharedLink(SQLModel, table=True):
    id: int = Field(primary_key=True)
    page_id: int = Field(foreign_key="page.id")
    slug: str = Field(unique=True)
    page: Page = Relationship()

@app.get("/shared/{key}")
def shared(key: str, session: Session, me: User = Depends(caller)):
    return session.exec(select(SharedLink).where(SharedLink.COLUMN == key)).one().page
"""


@pytest.mark.parametrize(("column", "told"), [("slug", []), ("id", ["SW601"])])
def test_a_link_that_is_shared_opens_what_it_leads_to(column: str, told: list[str]) -> None:
    project = PROJECT.replace("Session, SQLModel", "Relationship, Session, SQLModel")
    text = project.replace("BODY", "pass") + LINKS.replace("COLUMN", column)
    assert [item.code for item in analyse_files({"app/main.py": text}, Options()).violations] == told
