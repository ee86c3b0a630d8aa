"""Reading policies in PostgreSQL's wording; the wordings are taken from a PostgreSQL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.database.isolation.expression import bound, casts_column, evaluated_per_row, fails_when_empty

ME = "( SELECT (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid AS \"nullif\")"
MINE = f"(owner_id = {ME})"

BOUND = [
    MINE,
    f"({ME} = owner_id)",
    "(owner_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid)",
    f"({MINE} AND (deleted_at IS NULL))",
    f"({MINE} OR (email = ( SELECT NULLIF(current_setting('app.email'::text, true), ''::text))))",
    f"({MINE} OR ((NOT hidden) AND (editor = {ME})))",
    f"(EXISTS ( SELECT 1\n   FROM notes n\n  WHERE ((n.id = tags.note_id) AND (n.owner_id = {ME}))))",  # noqa: S608 -- read, never run
    f"(note_id IN ( SELECT notes.id\n   FROM notes\n  WHERE (notes.owner_id = {ME})))",  # noqa: S608 -- read, never run
    "(owner_id = ( SELECT auth.uid() AS uid))",
    "(login = CURRENT_USER)",
    f'("Owner Id" = {ME})',
]
UNBOUND = [
    "true",
    "(owner_id IS NOT NULL)",
    "shared",
    f"({MINE} OR shared)",
    f"({MINE} OR (owner_id IS NULL))",
    f"({MINE} OR ('current_setting(x) = owner_id'::text = title))",
    f"(NOT {MINE})",
    f"(owner_id <> {ME})",
    f"({ME} IS NOT NULL)",
    f"({MINE} OR (current_setting('app.role'::text, true) = 'admin'::text))",
    f"({MINE} OR (( SELECT current_setting('app.role'::text, true) AS current_setting) = 'admin'::text))",
    "(owner_id = owner_id)",
    "",
]


@pytest.mark.parametrize("expression", BOUND)
def test_bound(expression: str) -> None:
    assert bound(expression)


@pytest.mark.parametrize("expression", UNBOUND)
def test_not_bound(expression: str) -> None:
    assert not bound(expression)


def test_a_setting_in_a_sub_select_is_read_once() -> None:
    bare = "(owner_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid)"
    assert not evaluated_per_row(MINE)
    assert evaluated_per_row(bare)
    assert evaluated_per_row(f"({MINE} OR {bare})")


def test_the_cast_belongs_on_the_settings_side() -> None:
    assert casts_column("((owner_id)::text = current_setting('app.user_id'::text))", "owner_id")
    assert not casts_column(MINE, "owner_id")
    assert not casts_column(
        "(((kind)::text = 'a'::text) AND (owner_id = 'owner_id::text'::uuid))", "owner_id"
    )


def test_a_setting_is_cast_only_after_nullif() -> None:
    assert fails_when_empty("(owner_id = ( SELECT (current_setting('app.user_id'::text, true))::uuid AS x))")
    assert not fails_when_empty(MINE)
    assert not fails_when_empty("(email = current_setting('app.email'::text, true))")


CONDITIONS = st.recursive(
    st.sampled_from([(MINE, True), ("shared", False), ("(kind = 'a OR (b'::text)", False)]),
    lambda parts: st.tuples(st.sampled_from(["OR", "AND"]), parts, parts).map(
        lambda three: (
            f"({three[1][0]} {three[0]} {three[2][0]})",
            three[1][1] and three[2][1] if three[0] == "OR" else three[1][1] or three[2][1],
        )
    ),
)


@given(CONDITIONS)
def test_alternatives_must_all_be_bound_and_conditions_need_one(condition: tuple[str, bool]) -> None:
    expression, expected = condition
    assert bound(expression) is expected


@given(st.text(alphabet="()'\" ORANDSELECTowner_id=:?", max_size=200))
def test_any_text_has_an_answer(expression: str) -> None:
    bound(expression)
    evaluated_per_row(expression)
    casts_column(expression, "owner_id")
    fails_when_empty(expression)
