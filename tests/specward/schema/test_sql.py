"""A text of SQL is cut at the semicolons that end a statement, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.schema.sql import pieces, statements

FRAGMENTS = st.sampled_from(
    [
        "create table t ()",
        ";",
        "'",
        "''",
        '"',
        "$$",
        "$body$",
        "--",
        "\n",
        "/*",
        "*/",
        "E'\\'",
        " ",
        "a;b",
        "é",
    ]
)


@given(st.lists(FRAGMENTS).map("".join))
def test_the_pieces_are_the_text(text: str) -> None:
    found = list(pieces(text))
    assert ";".join(piece.text for piece in found) == text
    for piece in found:
        assert text[piece.offset :].startswith(piece.text)


@pytest.mark.parametrize(
    "statement",
    [
        "create function f() returns int language sql as $$ select 1; $$",
        "create function f() returns int language sql as $body$ select '$$;'; $body$",
        "alter table t add check (a <> ';')",
        "alter table t alter b set default E'\\';'",
        'create table "a;b" (c int)',
        "create table t (a int /* one; /* two; */ three; */, b int)",
        "create table t (a int, -- one; two\n b int)",
        "do 'begin; end'",
    ],
)
def test_what_is_quoted_ends_nothing(statement: str) -> None:
    text = f"-- first; really\n{statement};\n\ngrant select on t to public"
    assert [piece.text for piece in statements(text)] == [statement, "grant select on t to public"]


def test_queries_and_rows_are_examples() -> None:
    text = (
        "select 1; insert into t values (1); create table t (); copy t from program 'x'; update t set a = 1"
    )
    assert [piece.text for piece in statements(text)] == ["create table t ()"]
