"""Habits of real backends: each as it should be, and with its check forgotten."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options
from specward.rules.isolation.world import APPLICATION, with_routes

MODELS = "backend/app/models.py"
ORDER_OR_STAFF = """
@router.get("/orders/{key}")
def read_order(key: int, db: Db, me: Me):
    order = db.get(Order, key)
    if order is None or (order.user_id != me.id and me.role != "staff"):
        raise HTTPException(404)
    return order
"""
LISTED = """
class LinesIn(SQLModel):
    rows: list[LineIn]


@router.post("/lines")
def add_lines(body: LinesIn, db: Db, me: Me):
    own = {order.id for order in db.exec(select(Order).where(Order.user_id == me.id))}
    for row in body.rows:
        if row.order_id not in own:
            raise HTTPException(404)
        db.add(Line(**row.model_dump()))
"""
OR_SOME = """
@router.get("/orders")
def list_orders(db: Db, me: Me, note: str = ""):
    conditions = [Order.user_id == me.id]
    if note:
        conditions.append(Order.note == note)
    return db.exec(select(Order).where(and_(*conditions))).all()
"""
ENCODED = """
@router.post("/lines")
def add_line(body: LineIn, db: Db, me: Me):
    order = db.get(Order, body.order_id)
    if order is None or order.user_id != me.id:
        raise HTTPException(404)
    db.add(Line(**jsonable_encoder(body)))
"""
STATE = """
def stored(request: Request):
    return request.state.db


@router.get("/orders/{key}")
def read_order(key: int, me: Me, db=Depends(stored)):
    return db.query(Order).filter(Order.id == key, Order.user_id == me.id).first()
"""
REMEMBERED = """
def hold(request: Request, db: Session, me: User, key: int):
    if getattr(request.state, f"order_{key}", None) is True:
        return
    order = db.get(Order, key)
    if order is None or order.user_id != me.id:
        raise HTTPException(404)
    setattr(request.state, f"order_{key}", True)


@router.get("/orders/{key}")
def read_order(key: int, request: Request, db: Db, me: Me):
    hold(request, db, me, key)
    return db.exec(select(Order).where(Order.id == key)).first()
"""
SWITCHED = """
import os

RBAC_ON = os.environ.get("RBAC") == "1"


@router.get("/orders/{key}")
def read_order(key: int, db: Db, me: Me):
    order = db.get(Order, key)
    if order is None:
        raise HTTPException(404)
    if RBAC_ON and order.user_id != me.id:
        raise HTTPException(404)
    return order
"""
CHECKS = """
class Check:
    def __init__(self, request: Request, db: Session, me: User):
        order = db.get(Order, int(request.path_params["key"]))
        if not self.holds(order, me):
            raise HTTPException(404)

    def holds(self, order, me):
        return False


class IsTheirs(Check):
    def holds(self, order, me):
        return order is not None and order.user_id == me.id


class IsThere(Check):
    def holds(self, order, me):
        return order is not None


class Checks:
    def __init__(self, checks: list):
        self.checks = checks

    def __call__(self, request: Request, db: Db, me: Me):
        for check in self.checks:
            check(request=request, db=db, me=me)


@router.get("/orders/{key}", dependencies=[Depends(Checks([IsTheirs]))])
def read_order(key: int, db: Db):
    return db.get(Order, key)
"""
KEPT = """
class Repository:
    def __init__(self, db: Session, user_id: int | None):
        self.db, self.user_id = db, user_id

    def conditions(self, **asked):
        kept = {}
        if self.user_id:
            kept["user_id"] = self.user_id
        return {**kept, **asked}

    def one(self, value, column: str | None = None):
        found = select(Order)
        for name, wanted in self.conditions(**{column or "id": value}).items():
            found = found.where(getattr(Order, name) == wanted)
        return self.db.exec(found).first()


@router.get("/orders/{key}")
def read_order(key: int, db: Db, me: Me):
    return Repository(db, me.id).one(key)
"""
REFERRED = """
@router.post("/lines/{key}")
def repeat_line(key: int, db: Db, me: Me):
    before = db.exec(select(Review).where(Review.order_id == key, Review.user_id == me.id)).first()
    if before is None:
        raise HTTPException(404)
    db.add(Line(order_id=key, product_id=1))
"""
STOCK = """
@router.post("/shelves/{key}/take")
def take(key: int, db: Db, me: Me):
    shelf = db.get(Shelf, key)
    if shelf is None or not shelf.is_public:
        raise HTTPException(404)
    shelf.stock -= 1
"""
CONTEXT = """
current = ContextVar("current", default=None)


def remember(me: Me) -> None:
    current.set(me)


@router.get("/orders/{key}", dependencies=[Depends(remember)])
def read_order(key: int, db: Db):
    return db.exec(select(Order).where(Order.id == key, Order.user_id == current.get().id)).first()
"""
LEVELS = """
LEVELS = {"none": 0, "read": 1, "edit": 2}


def level_of(order, me):
    if order.user_id == me.id:
        return LEVELS["edit"]
    return LEVELS["none"]


@router.delete("/orders/{key}")
def drop_order(key: int, db: Db, me: Me):
    order = db.get_one(Order, key)
    if level_of(order, me) < LEVELS["edit"]:
        raise HTTPException(404)
    db.delete(order)
"""
ANYTHING = """
@router.get("/orders/{key}")
def read_order(key: int, db: Db, me: Me):
    order = db.get_one(Order, key)
    granted = {grant.resource_id for grant in db.exec(select(Grant).where(Grant.user_id == me.id))}
    if order.user_id != me.id and order.id not in granted:
        raise HTTPException(404)
    return order
"""
BOOKS = """
def books_open_to(db, me):
    ids = {me.id}
    if me.role == "keeper":
        ids |= set(db.exec(select(Keeper.client_id).where(Keeper.user_id == me.id)))
    return ids


@router.get("/orders")
def list_orders(db: Db, me: Me):
    return db.exec(select(Order).where(Order.user_id.in_(books_open_to(db, me)))).all()


@router.get("/orders/{key}")
def read_order(key: int, db: Db, me: Me):
    order = db.get_one(Order, key)
    if order.user_id not in books_open_to(db, me):
        raise HTTPException(404)
    return order
"""
GROUPS = """
@router.get("/shelves/{key}")
def read_shelf(key: int, db: Db, me: Me):
    among = exists().where(
        ShelfGroup.shelf_id == Shelf.id, ShelfGroup.group_id == UserGroup.group_id, UserGroup.user_id == me.id
    )
    return db.exec(select(Shelf).where(Shelf.id == key, or_(Shelf.user_id == me.id, among))).first()
"""
MORE = """

class Review(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")
    order_id: int = Field(foreign_key="order.id")


class Shelf(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")
    name: str = ""
    stock: int = 0
    is_public: bool = False


class Grant(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")
    resource_id: int
    resource_type: str


class Keeper(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")
    client_id: int = Field(foreign_key="user.id")


class Group(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)


class UserGroup(SQLModel, table=True):
    user_id: int = Field(foreign_key="user.id", primary_key=True)
    group_id: int = Field(foreign_key="group.id", primary_key=True)
    is_curator: bool = False


class ShelfGroup(SQLModel, table=True):
    shelf_id: int = Field(foreign_key="shelf.id", primary_key=True)
    group_id: int = Field(foreign_key="group.id", primary_key=True)
"""
IMPORTS = """
from contextvars import ContextVar

from fastapi import Depends, Request
from fastapi.encoders import jsonable_encoder
from sqlmodel import Session, SQLModel, and_, exists, or_

from app.models import Grant, Keeper, Review, Shelf, ShelfGroup, User, UserGroup
"""


def told(routes: str) -> list[tuple[str, str]]:
    """The codes and the handlers that findings are told of."""
    models = APPLICATION[MODELS].replace("is_admin: bool = False", 'role: str = "user"') + MORE
    found = analyse_files({**with_routes(IMPORTS + routes), MODELS: models}, Options()).violations
    return [(item.code, item.site.chain[1]) for item in found]


@pytest.mark.parametrize(
    ("routes", "check", "forgotten", "finding"),
    [
        pytest.param(
            ORDER_OR_STAFF,
            ' or (order.user_id != me.id and me.role != "staff")',
            "",
            ("SW601", "read_order"),
            id="an office asked for after the owner",
        ),
        pytest.param(
            LISTED, ".where(Order.user_id == me.id)", "", ("SW604", "add_lines"), id="rows of a body"
        ),
        pytest.param(OR_SOME, "and_(", "or_(", ("SW602", "list_orders"), id="an alternative of some paths"),
        pytest.param(
            ENCODED, " or order.user_id != me.id", "", ("SW604", "add_line"), id="what an encoder hands on"
        ),
        pytest.param(
            STATE, ", Order.user_id == me.id", "", ("SW601", "read_order"), id="a request's session"
        ),
        pytest.param(
            REMEMBERED, " or order.user_id != me.id", "", ("SW601", "read_order"), id="a check remembered"
        ),
        pytest.param(SWITCHED, "RBAC_ON", "BETA_ON", ("SW601", "read_order"), id="a switch"),
        pytest.param(CHECKS, "[IsTheirs]", "[IsThere]", ("SW601", "read_order"), id="a list of checks"),
        pytest.param(
            KEPT,
            "Repository(db, me.id)",
            "Repository(db, None)",
            ("SW601", "read_order"),
            id="a column by name",
        ),
        pytest.param(
            REFERRED,
            ", Review.user_id == me.id",
            "",
            ("SW604", "repeat_line"),
            id="what one's own row refers to already",
        ),
        pytest.param(
            CONTEXT,
            ", Order.user_id == current.get().id",
            "",
            ("SW601", "read_order"),
            id="a context variable",
        ),
        pytest.param(LEVELS, '< LEVELS["edit"]', '< LEVELS["none"]', ("SW601", "drop_order"), id="levels"),
        pytest.param(
            ANYTHING,
            " and order.id not in granted",
            " and not granted",
            ("SW601", "read_order"),
            id="a grant on anything",
        ),
        pytest.param(
            BOOKS, "(Keeper.user_id == me.id)", "()", ("SW601", "list_orders"), id="whose books they keep"
        ),
        pytest.param(
            GROUPS, ", UserGroup.user_id == me.id", "", ("SW602", "read_shelf"), id="groups of both"
        ),
        pytest.param(STOCK, "stock -= 1", 'name = ""', ("SW601", "take"), id="stock that is counted"),
    ],
)
def test_a_habit_is_followed(routes: str, check: str, forgotten: str, finding: tuple[str, str]) -> None:
    assert told(routes) == []
    assert check in routes
    assert finding in told(routes.replace(check, forgotten))


def test_the_state_of_a_row_remembers_nothing_of_a_request() -> None:
    routes = """
@router.get("/orders/{key}")
def read_order(key: int, name: str, db: Db, me: Me):
    order = db.get(Order, key)
    return getattr(order.state, name, None)
"""
    assert told(routes) == [("SW601", "read_order")]


def test_a_reference_is_told_where_it_is_set() -> None:
    routes = ENCODED.replace("db.add(Line(**jsonable_encoder(body)))", "MOVED")
    moved = """line = db.get(Line, 1)
    if line is None or db.get(Order, line.order_id).user_id != me.id:
        raise HTTPException(404)
    line.order_id = int(body.product_id)"""
    source = with_routes(IMPORTS + routes.replace("MOVED", moved))
    found = analyse_files({**source, MODELS: APPLICATION[MODELS] + MORE}, Options()).violations
    (place,) = [item.site.line for item in found if item.code == "SW604"]
    (text,) = [value.splitlines()[place - 1] for path, value in source.items() if path.endswith("routes.py")]
    assert "line.order_id = " in text


ORGANISATION = """
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Organization(Base):
    __tablename__ = "organizations"
    id: Mapped[int] = mapped_column(primary_key=True)


class Mission(Base):
    __tablename__ = "missions"
    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
"""
CALLED = """
from typing import Annotated

import jwt
from fastapi import APIRouter, Depends, Header
from sqlalchemy import select

from app.models import Mission, Organization
from app.database import Sessions

router = APIRouter()


def who(x_api_key: Annotated[str, Header()]):
    claims = jwt.decode(x_api_key, "key", algorithms=["HS256"])
    with Sessions() as session:
        return session.get(Organization, claims["sub"])


@router.get("/missions/{key}")
def read_mission(key: int, org: Organization = Depends(who)):
    with Sessions() as session:
        return session.scalar(select(Mission).where(Mission.id == key, Mission.organization_id == org.id))


@router.get("/missions")
def list_missions(org: Organization = Depends(who)):
    with Sessions() as session:
        return session.scalars(select(Mission).where(Mission.organization_id == org.id)).all()
"""


def test_an_organisation_may_be_who_calls() -> None:
    def codes(routes: str) -> list[str]:
        files = {"app/models.py": ORGANISATION, "app/routes.py": routes}
        return [item.code for item in analyse_files(files, Options()).violations]

    assert codes(CALLED) == []
    assert codes(CALLED.replace("key, Mission.organization_id == org.id", "key")) == ["SW601"]


SHARED = """
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    username: Mapped[str] = mapped_column(primary_key=True)
    password: Mapped[str]


class Site(Base):
    __tablename__ = "sites"
    id: Mapped[int] = mapped_column(primary_key=True)


class SiteMember(Base):
    __tablename__ = "site_members"
    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    user: Mapped[str]
    role: Mapped[str]
"""
ADMITTED = """
import jwt
from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import sessions
from app.models import Site, SiteMember, User

router = APIRouter()


def who(token: str = Depends(OAuth2PasswordBearer(tokenUrl="token")), db: Session = Depends(sessions)):
    name = jwt.decode(token, "key", algorithms=["HS256"])["sub"]
    if db.get(User, name) is None:
        raise HTTPException(401)
    return name


def admitted(key: int, user: str = Depends(who), db: Session = Depends(sessions)):
    if db.scalar(select(SiteMember).where(SiteMember.site_id == key, SiteMember.user == user)) is None:
        raise HTTPException(404)


@router.get("/sites/{key}")
def read_site(key: int, db: Session = Depends(sessions), _=Depends(admitted)):
    return db.get(Site, key)


@router.delete("/sites/{key}")
def drop_site(key: int, db: Session = Depends(sessions), _=Depends(admitted)):
    db.delete(db.get(Site, key))
"""


def test_members_may_be_named_without_a_foreign_key() -> None:
    def chains(routes: str) -> list[str]:
        files = {"app/models.py": SHARED, "app/routes.py": routes}
        return [item.site.chain[1] for item in analyse_files(files, Options()).violations]

    assert chains(ADMITTED) == []
    start, drop, rest = ADMITTED.partition("def drop_site")
    assert chains(start + drop + rest.replace("Depends(admitted)", "Depends(who)")) == ["drop_site"]
