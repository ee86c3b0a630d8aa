"""
[Task]: T-042
[From]: speckit.specify §3.1, §3.2, speckit.plan §4.2, §4.3
[Description]: Decides whether a profile is new to the client, and whether a change may be made.
"""

import re
from collections.abc import Sequence
from uuid import UUID

from app.core.asker import Principal
from app.core.database import Session
from app.core.problems import VERSION_MISMATCH, VERSION_REQUIRED, ProblemError
from app.profiles import repository
from app.profiles.repository import Version
from app.profiles.schemas import Profile, ProfilePatch

_ENTITY_TAG = re.compile(r'(?P<weak>W/)?"(?P<opaque>[^"]*)"')
_VERSION = re.compile(r"0|[1-9][0-9]{0,8}")

_DEFAULT = Version()


def profile_of(account_id: UUID, version: Version) -> Profile:
    """Show a version as the profile of an account."""
    values = version._asdict()
    del values["version"]
    return Profile.model_construct(account_id=account_id, **values)


def entity_tag(version: Version) -> str:
    """Write a version as an entity tag."""
    return f'"{version.version}"'


def is_known(version: Version, if_none_match: Sequence[str] | None) -> bool:
    """Tell whether the client has this version (RFC 9110 §13.1.2, which compares weakly)."""
    if if_none_match is None:
        return False
    tags = _one_list(if_none_match)
    return tags == "*" or str(version.version) in _opaque_tags(tags, weak=True)


async def change(session: Session[Principal], patch: ProfilePatch, if_match: Sequence[str] | None) -> Version:
    """Change the caller's profile, if it is at a version that the client knows.

    Raises:
        ProblemError: If-Match is missing, or names no version that is current; nothing is changed then.
    """
    if if_match is None:
        raise ProblemError(VERSION_REQUIRED)
    versions = _versions(_one_list(if_match))
    changes = {
        name: getattr(_DEFAULT, name) if value is None else value for name, value in patch.changes().items()
    }
    if not changes:
        version = await repository.current(session)
        changed = version if versions is None or version.version in versions else None
    else:
        changed = await repository.change(session, changes, versions)
    if changed is None:
        raise ProblemError(VERSION_MISMATCH)
    return changed


def _versions(if_match: str) -> set[int] | None:
    """Read If-Match (RFC 9110 §13.1.1, which compares strongly); None stands for any version."""
    if if_match == "*":
        return None
    return {int(tag) for tag in _opaque_tags(if_match, weak=False) if _VERSION.fullmatch(tag)}


def _one_list(lines: Sequence[str]) -> str:
    """Put the lines of a header together (RFC 9110 §5.3)."""
    return ", ".join(lines).strip()


def _opaque_tags(header: str, *, weak: bool) -> set[str]:
    return {tag["opaque"] for tag in _ENTITY_TAG.finditer(header) if weak or not tag["weak"]}
