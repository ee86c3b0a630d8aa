"""The query pattern of the full-stack FastAPI template on our tables: sync SQLModel, as it ships.

Source: fastapi/full-stack-fastapi-template, backend/app/{core/db,api/deps,api/routes/items,models,main}.py.
Each request reads the user, a list counts as well, a write refreshes what it wrote. The template pinged each
connection before its use until 2024; it is measured both ways, since a database that may close connections
(Neon does) asks for it.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.middleware.cors import CORSMiddleware
from fastapi.security import OAuth2PasswordBearer
from jwt import InvalidTokenError
from pydantic import ValidationError
from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Session, SQLModel, col, create_engine, func, select

PRE_PING = os.environ["BENCH_PRE_PING"] == "with pre-ping"
engine = create_engine(os.environ["BENCH_DATABASE_URL"], pool_pre_ping=PRE_PING)
SECRET = os.environ["BENCH_SECRET"]


class Account(SQLModel, table=True):
    __tablename__ = "accounts"
    id: UUID = Field(primary_key=True)
    email: str | None


class NotificationBase(SQLModel):
    title: str = Field(min_length=1, max_length=120)
    kind: str = "product"
    body: str = Field(default="", max_length=2000)


class Notification(NotificationBase, table=True):
    __tablename__ = "notifications"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    owner_id: UUID = Field(foreign_key="accounts.id")
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    created_at: datetime | None = Field(
        default_factory=lambda: datetime.now(UTC),
        sa_type=DateTime(timezone=True),
    )
    read_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class NotificationPublic(NotificationBase):
    id: UUID
    data: dict[str, Any]
    created_at: datetime | None
    read_at: datetime | None


class NotificationsPublic(SQLModel):
    data: list[NotificationPublic]
    count: int


class ProfileUpdate(SQLModel):
    display_name: str | None = Field(default=None, max_length=80)
    about: str | None = Field(default=None, max_length=500)
    avatar_url: str | None = Field(default=None, max_length=2048)
    locale: str = "en"
    time_zone: str = "UTC"


class Profile(ProfileUpdate, table=True):
    __tablename__ = "profiles"
    owner_id: UUID = Field(foreign_key="accounts.id", primary_key=True)
    updated_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class ProfilePublic(ProfileUpdate):
    owner_id: UUID
    updated_at: datetime | None


class TokenPayload(SQLModel):
    sub: UUID | None = None


def get_db() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_db)]
TokenDep = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="/login"))]


def get_current_user(session: SessionDep, token: TokenDep) -> Account:
    try:
        payload = TokenPayload(**jwt.decode(token, SECRET, algorithms=["HS256"]))
    except (InvalidTokenError, ValidationError):
        raise HTTPException(403) from None
    user = session.get(Account, payload.sub)
    if user is None:
        raise HTTPException(404)
    return user


CurrentUser = Annotated[Account, Depends(get_current_user)]
app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=["http://localhost:5173"],
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)


@app.get("/v1/notifications", response_model=NotificationsPublic)
def read_items(session: SessionDep, current_user: CurrentUser, skip: int = 0, limit: int = 20) -> object:
    mine = col(Notification.owner_id) == current_user.id
    count = session.exec(select(func.count()).select_from(Notification).where(mine)).one()
    newest = col(Notification.created_at).desc()
    items = session.exec(select(Notification).where(mine).order_by(newest).offset(skip).limit(limit)).all()
    public = [NotificationPublic.model_validate(item) for item in items]
    return NotificationsPublic(data=public, count=count)


@app.get("/v1/notifications/{item_id}", response_model=NotificationPublic)
def read_item(session: SessionDep, current_user: CurrentUser, item_id: UUID) -> object:
    item = session.get(Notification, item_id)
    if item is None or item.owner_id != current_user.id:
        raise HTTPException(404)
    return item


@app.patch("/v1/profile", response_model=ProfilePublic)
def update_profile(session: SessionDep, current_user: CurrentUser, profile_in: ProfileUpdate) -> object:
    profile = session.get(Profile, current_user.id)
    if profile is None:
        raise HTTPException(404)
    profile.sqlmodel_update(profile_in.model_dump(exclude_unset=True))
    profile.updated_at = datetime.now(UTC)
    session.add(profile)
    session.commit()
    session.refresh(profile)
    return profile
