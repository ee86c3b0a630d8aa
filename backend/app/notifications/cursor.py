"""
[Task]: T-079
[From]: speckit.specify §4.2, speckit.plan §4.4
[Description]: Where a page ends, as an opaque string. It holds no authority.
"""

import base64
import struct
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FOREIGN = "It is not a cursor of this service."
_FORMAT = struct.Struct(">q16s")


class Position(NamedTuple):
    """A place in the order of notifications: that of the one made then, with this id."""

    created_at: datetime
    id: UUID


def write_cursor(position: Position) -> str:
    """Write a position as 32 characters of base64url."""
    microseconds = (position.created_at - _EPOCH) // _MICROSECOND
    return base64.urlsafe_b64encode(_FORMAT.pack(microseconds, position.id.bytes)).decode()


def read_cursor(cursor: str) -> Position:
    """Read what `write_cursor` wrote.

    Raises:
        ValueError: It wrote no such thing.
    """
    try:
        microseconds, id_bytes = _FORMAT.unpack(base64.urlsafe_b64decode(cursor))
        position = Position(_EPOCH + microseconds * _MICROSECOND, UUID(bytes=id_bytes))
    except (ValueError, OverflowError, struct.error):
        raise ValueError(_FOREIGN) from None
    if write_cursor(position) != cursor:  # the decoder passes over what it does not know
        raise ValueError(_FOREIGN)
    return position
