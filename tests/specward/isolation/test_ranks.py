"""Members and what they may do: the routes of a project are held against one another."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options
from specward.rules.isolation.sw611_rank_missing import BAD, GOOD
from specward.rules.isolation.world import with_routes

MODELS = "backend/app/models.py"
COMMENT = """

class Comment(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    board_id: int = Field(foreign_key="board.id")
    author_id: int = Field(foreign_key="user.id")
    text: str
"""
ASKING = """
from app.models import Card, Comment, Member

RANKS = {"viewer": 1, "editor": 2, "owner": 3}


def as_member(db, thing, me):
    member = db.get(Member, (thing.board_id, me.id))
    if member is None:
        raise HTTPException(404)
    return member


def among(db, thing, me):
    if as_member(db, thing, me).role not in ("editor", "owner"):
        raise HTTPException(403)


def climbing(db, thing, me):
    if RANKS[as_member(db, thing, me).role] < RANKS["editor"]:
        raise HTTPException(403)


def flagged(db, thing, me):
    if not as_member(db, thing, me).can_edit:
        raise HTTPException(403)


def stated(db, thing, me):
    found = db.exec(select(Member).where(
        Member.board_id == thing.board_id, Member.user_id == me.id, Member.role.in_(["editor", "owner"])
    )).first()
    if found is None:
        raise HTTPException(403)
"""
CARDS = """

@router.put("/cards/{key}")
def write_card(key: int, text: str, db: Db, me: Me):
    card = db.get_one(Card, key)
    FIRST(db, card, me)
    card.text = text


@router.post("/cards/{key}/clear")
def clear_card(key: int, db: Db, me: Me):
    card = db.get_one(Card, key)
    SECOND(db, card, me)
    card.text = ""


@router.delete("/cards/{key}")
def delete_card(key: int, db: Db, me: Me):
    card = db.get_one(Card, key)
    THIRD(db, card, me)
    db.delete(card)
"""
COMMENTS = """

@router.put("/comments/{key}")
def edit_comment(key: int, text: str, db: Db, me: Me):
    comment = db.get_one(Comment, key)
    as_member(db, comment, me)
    EDITED
    comment.text = text


@router.delete("/comments/{key}")
def delete_comment(key: int, db: Db, me: Me):
    comment = db.get_one(Comment, key)
    as_member(db, comment, me)
    DELETED
    db.delete(comment)
"""
AUTHOR = """if comment.author_id != me.id:
        raise HTTPException(403)"""
OR_OWNER = """if comment.author_id != me.id and as_member(db, comment, me).role != "owner":
        raise HTTPException(403)"""


def told(routes: str) -> list[tuple[str, str]]:
    """The codes and the handlers that findings are told of."""
    role = 'role: str = "viewer"\n'
    models = GOOD.files[MODELS].replace(role, f"{role}    can_edit: bool = False\n") + COMMENT
    found = analyse_files({**with_routes(ASKING + routes), MODELS: models}, Options()).violations
    return [(item.code, item.site.chain[1]) for item in found]


def cards(first: str, second: str, third: str) -> str:
    return CARDS.replace("FIRST", first).replace("SECOND", second).replace("THIRD", third)


@pytest.mark.parametrize("asks", ["among", "climbing", "flagged", "stated"])
def test_the_only_route_that_any_member_may_use_is_told(asks: str) -> None:
    assert told(cards(asks, asks, asks)) == []
    assert told(cards(asks, asks, "as_member")) == [("SW611", "delete_card")]
    assert told(cards("as_member", asks, asks)) == [("SW611", "write_card")]


def test_two_that_ask_for_less_may_be_meant_so() -> None:
    assert told(cards("among", "as_member", "as_member")) == []
    assert told(cards("as_member", "as_member", "as_member")) == []


@pytest.mark.parametrize(
    ("edited", "deleted", "expected"),
    [
        (AUTHOR, AUTHOR, []),
        (AUTHOR, OR_OWNER, []),
        ("pass", AUTHOR, [("SW611", "edit_comment")]),
        (AUTHOR, "pass", [("SW611", "delete_comment")]),
        ("pass", "pass", [("SW611", "edit_comment")]),  # members may delete, and nobody rewrites
    ],
)
def test_what_somebody_wrote_is_theirs_to_change(
    edited: str, deleted: str, expected: list[tuple[str, str]]
) -> None:
    assert told(COMMENTS.replace("EDITED", edited).replace("DELETED", deleted)) == expected


def test_who_takes_part_is_changed_by_few() -> None:
    routes = """

@router.put("/boards/{board_id}/members/{user_id}")
def change_role(board_id: int, user_id: int, role: str, db: Db, me: Me):
    mine = db.get(Member, (board_id, me.id))
    if mine is None ASKED:
        raise HTTPException(403)
    other = db.exec(select(Member).where(Member.board_id == board_id, Member.user_id == user_id)).one()
    other.role = role


@router.delete("/boards/{board_id}/members/{user_id}")
def remove(board_id: int, user_id: int, db: Db, me: Me):
    mine = db.get(Member, (board_id, me.id))
    if mine is None or mine.role != "owner":
        raise HTTPException(403)
    db.delete(db.exec(select(Member).where(Member.board_id == board_id, Member.user_id == user_id)).one())
"""
    assert told(routes.replace("ASKED", 'or mine.role != "owner"')) == []
    assert told(routes.replace(" ASKED", "")) == [("SW611", "change_role")]


def test_the_example_is_told_where_it_stands() -> None:
    found = analyse_files(BAD.files, Options()).violations
    assert analyse_files(GOOD.files, Options()).violations == ()
    assert [(item.code, item.table, item.site.chain[1]) for item in found] == [
        ("SW611", "card", "delete_card")
    ]
