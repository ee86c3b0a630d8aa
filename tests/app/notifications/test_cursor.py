"""A cursor says where a page ended, and whatever else a client sends is refused."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notifications.cursor import Position, read_cursor, write_cursor

POSITIONS = st.builds(Position, st.datetimes(timezones=st.just(UTC)), st.uuids())


@given(POSITIONS)
def test_a_cursor_brings_one_back(position: Position) -> None:
    cursor = write_cursor(position)
    assert read_cursor(cursor) == position
    assert len(cursor) == 32
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        position = read_cursor(text)
    except ValueError as error:
        assert str(error) == "It is not a cursor of this service."  # noqa: PT017 -- either outcome is right
    else:
        assert write_cursor(position) == text


@pytest.mark.parametrize(
    "text", ["", "x", "A" * 31, "A" * 33, "A" * 31 + "=", "é" * 32, "_" * 31 + "+", "f" * 32]
)
def test_what_is_no_cursor(text: str) -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        read_cursor(text)


def test_the_order_is_by_date_and_then_by_id() -> None:
    now = datetime.now(UTC)
    assert (
        Position(now, UUID(int=1))
        < Position(now, UUID(int=2))
        < Position(now.replace(year=3000), UUID(int=0))
    )
