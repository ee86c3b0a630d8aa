"""
[Task]: T-042
[From]: speckit.specify §3.1, §3.2, speckit.plan §4.2
[Description]: The statements on profiles.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import ARRAY, Boolean, Integer, any_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.core.asker import Principal
from app.core.database import Session
from app.core.statement import Statement, prepare
from app.profiles.models import Profile


class Version(NamedTuple):
    """A profile at one version; version 0 is the default profile, which has no row."""

    version: int = 0
    display_name: str | None = None
    about: str | None = None
    avatar_url: str | None = None
    locale: str = "en"
    time_zone: str = "UTC"
    updated_at: datetime | None = None


# SQLAlchemy gives a model its table; SQLModel does not declare it.
_COLUMNS = [Profile.__table__.c[name] for name in Version._fields]  # type: ignore[attr-defined]

_CURRENT = prepare(select(*_COLUMNS), into=Version)


@cache
def _change(fields: frozenset[str]) -> Statement[Principal, Version]:
    """Write the change of some fields; the first one makes the row, if the default may be changed."""
    table = Profile.__table__  # type: ignore[attr-defined]  # as above
    names = sorted(fields)
    any_version = bindparam("any_version", type_=Boolean)
    may_begin = or_(bindparam("from_nothing", type_=Boolean), select(col(Profile.owner_id)).exists())
    values = select(*(bindparam(name, type_=table.c[name].type) for name in names)).where(may_begin)
    change = insert(Profile).from_select(names, values)
    return prepare(
        change.on_conflict_do_update(
            index_elements=["owner_id"],
            set_={
                **{name: change.excluded[name] for name in names},
                "version": col(Profile.version) + 1,
                "updated_at": func.now(),
            },
            where=or_(any_version, col(Profile.version) == any_(bindparam("versions", type_=ARRAY(Integer)))),
        ).returning(*_COLUMNS),
        into=Version,
    )


async def current(session: Session[Principal]) -> Version:
    """Read the profile as it is."""
    return await session.first(_CURRENT) or Version()


async def change(
    session: Session[Principal], changes: Mapping[str, str | None], versions: Collection[int] | None
) -> Version | None:
    """Change some fields, if the profile is at one of the versions (None: at any).

    Returns:
        The profile as it is now; None if it is at another version, and unchanged.
    """
    return await session.first(
        _change(frozenset(changes)),
        **changes,
        any_version=versions is None,
        from_nothing=versions is None or 0 in versions,
        versions=sorted(versions or ()),
    )
