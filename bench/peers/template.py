"""The query pattern of the full-stack FastAPI template on our tables: sync SQLModel, as it ships.

Each request reads the user, a list counts as well, a write refreshes what it wrote; the pool pings before
each use.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Session, SQLModel, col, create_engine, func, select

engine = create_engine(os.environ["BENCH_DATABASE_URL"], pool_pre_ping=True)
SECRET = os.environ["BENCH_SECRET"]


class Account(SQLModel, table=True):
    __tablename__ = "accounts"
    id: UUID = Field(primary_key=True)
    email: str | None


class NotificationPublic(SQLModel):
    id: UUID
    kind: str
    title: str
    body: str
    data: dict[str, Any]
    created_at: datetime
    read_at: datetime | None


class Notification(SQLModel, table=True):
    __tablename__ = "notifications"
    id: UUID | None = Field(
        default=None, primary_key=True, sa_column_kwargs={"server_default": text("new_id()")}
    )
    owner_id: UUID
    kind: str
    title: str
    body: str = ""
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    created_at: datetime | None = Field(default=None, sa_column_kwargs={"server_default": text("now()")})
    read_at: datetime | None = None


class NotificationsPublic(SQLModel):
    data: list[NotificationPublic]
    count: int


def get_db() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_db)]
TokenDep = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="/login"))]


def get_current_user(session: SessionDep, token: TokenDep) -> Account:
    user = session.get(Account, UUID(jwt.decode(token, SECRET, algorithms=["HS256"])["sub"]))
    if user is None:
        raise HTTPException(404)
    return user


CurrentUser = Annotated[Account, Depends(get_current_user)]
app = FastAPI()


@app.get("/v1/notifications", response_model=NotificationsPublic)
def read_items(session: SessionDep, current_user: CurrentUser, skip: int = 0, limit: int = 20) -> object:
    mine = col(Notification.owner_id) == current_user.id
    count = session.exec(select(func.count()).select_from(Notification).where(mine)).one()
    newest = col(Notification.created_at).desc()
    items = session.exec(select(Notification).where(mine).order_by(newest).offset(skip).limit(limit)).all()
    return {"data": items, "count": count}


@app.get("/v1/notifications/{item_id}", response_model=NotificationPublic)
def read_item(session: SessionDep, current_user: CurrentUser, item_id: UUID) -> object:
    item = session.get(Notification, item_id)
    if item is None or item.owner_id != current_user.id:
        raise HTTPException(404)
    return item


@app.post("/v1/notifications/test", response_model=NotificationPublic, status_code=201)
def create_item(session: SessionDep, current_user: CurrentUser) -> object:
    item = Notification(owner_id=current_user.id, kind="product", title="This is a test")
    session.add(item)
    session.commit()
    session.refresh(item)
    return item
