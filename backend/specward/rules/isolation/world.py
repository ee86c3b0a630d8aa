"""The small application in which the isolation rules' examples live."""

from specward.rules.examples import HEADER

APPLICATION = {
    "backend/app/models.py": f"""{HEADER}
from sqlmodel import Field, Relationship, SQLModel


class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    email: str
    is_admin: bool = False


class Order(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")
    note: str = ""


class Product(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    lines: list["Line"] = Relationship(back_populates="product")


class Line(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="order.id")
    product_id: int = Field(foreign_key="product.id")
    product: Product = Relationship(back_populates="lines")


class LineIn(SQLModel):
    order_id: int
    product_id: int
""",
    "backend/app/security.py": f"""{HEADER}
from typing import Annotated

import jwt
from fastapi import Depends
from fastapi.security import OAuth2PasswordBearer
from sqlmodel import Session

from app.database import engine
from app.models import User

scheme = OAuth2PasswordBearer(tokenUrl="token")


def open_session():
    with Session(engine) as session:
        yield session


Db = Annotated[Session, Depends(open_session)]


def read_user(token: Annotated[str, Depends(scheme)], db: Db) -> User:
    claims = jwt.decode(token, "key", algorithms=["HS256"])
    return db.get_one(User, claims["sub"])


Me = Annotated[User, Depends(read_user)]
""",
}

_IMPORTS = (
    HEADER
    + """
from fastapi import APIRouter, HTTPException
from sqlalchemy import text
from sqlmodel import select

from app.models import Line, LineIn, Order, Product
from app.security import Db, Me

router = APIRouter()


"""
)


def with_routes(source: str) -> dict[str, str]:
    """Return the application with these routes."""
    return {**APPLICATION, "backend/app/orders/routes.py": _IMPORTS + source.lstrip("\n")}
