"""Classes with a table are found in a model file, however Python lets their names be written."""

import pytest

from specward.schema.mapped import read_mapped


@pytest.mark.parametrize(
    "text",
    [
        "class Note(SQLModel, table=True):\n    id: int\n",
        "class Note(SQLModel, \uff54able=True):\n    id: int\n",  # a wide t, which Python reads as t
        'class Notes(Base):\n    __tablename__ = "note"\n    id: int\n',
        'class Notes(Base):\n    __t\u1d43blename__ = "note"\n    id: int\n',  # a raised a
    ],
)
def test_a_table_is_found_in_whatever_letters_it_is_said(text: str) -> None:
    assert [(mapped.table, mapped.line) for mapped in read_mapped(text)] == [("note", 1)]


@pytest.mark.parametrize(
    "text", ["class Note(SQLModel):\n    id: int\n", "class Note(Table):\n", "\u00e9 = 1\n"]
)
def test_a_class_without_a_table_is_none(text: str) -> None:
    assert read_mapped(text) == ()
