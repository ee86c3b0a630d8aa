"""Rows that everybody may be meant to see: asked once for a table, where the routes of a project agree."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options
from specward.code.dataflow.result import Violation
from specward.rules.isolation.world import with_routes

LIST = """
@router.get("/orders")
def list_orders(db: Db, me: Me):
    return db.exec(select(Order)).all()
"""
READ = """
@router.get("/orders/{order_id}")
def read_order(order_id: int, db: Db, me: Me):
    return db.get(Order, order_id)
"""
SEARCH = LIST.replace("orders", "searches")
PARTLY = """
@router.get("/some")
def list_some(mine: bool, db: Db, me: Me):
    statement = select(Order)
    if mine:
        statement = statement.where(Order.user_id == me.id)
    return db.exec(statement).all()
"""
FILTERED = """
@router.get("/filtered")
def filter_orders(note: str | None, postal_code: str | None, db: Db, me: Me):
    statement = select(Order)
    if note:
        statement = statement.where(Order.note == note)
    if postal_code:
        statement = statement.where(Order.postal_code == postal_code)
    return db.exec(statement).all()
"""
MINE = """
@router.get("/mine")
def list_mine(db: Db, me: Me):
    return db.exec(select(Order).where(Order.user_id == me.id)).all()
"""
READ_MINE = """
@router.get("/mine/{order_id}")
def read_mine(order_id: int, db: Db, me: Me):
    order = db.get(Order, order_id)
    if order.user_id != me.id:
        raise HTTPException(404)
    return order
"""
DELETE = """
@router.delete("/orders/{order_id}")
def delete_order(order_id: int, db: Db, me: Me):
    db.delete(db.exec(select(Order).where(Order.id == order_id, Order.user_id == me.id)).one())
"""
DELETE_ANY = """
@router.delete("/any/{order_id}")
def delete_any(order_id: int, db: Db, me: Me):
    db.delete(db.get(Order, order_id))
"""
LINES = """
@router.get("/orders/{order_id}/lines")
def list_lines(order_id: int, db: Db, me: Me):
    return db.exec(select(Line).where(Line.order_id == order_id)).all()
"""
ADD_LINE = """
@router.post("/orders/{order_id}/lines")
def add_line(order_id: int, db: Db, me: Me):
    db.add(Line(order_id=order_id))
"""


READ_MINE_OF_LINES = """
@router.get("/mine/{order_id}/lines")
def read_my_lines(order_id: int, db: Db, me: Me):
    statement = select(Line).join(Order).where(Order.id == order_id, Order.user_id == me.id)
    return db.exec(statement).all()
"""
ADD_MINE = """
@router.post("/orders")
def add_order(note: str, db: Db, me: Me):
    db.add(Order(user_id=me.id, note=note))
"""


LIKE = ADD_LINE.replace("Line(", "Like(user_id=me.id, ")
LIKES = """

class Like(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")
    order_id: int = Field(foreign_key="order.id")
"""


def found(*routes: str) -> list[Violation]:
    files = with_routes("from app.models import Like, User\n" + "\n\n".join(routes))
    files["backend/app/models.py"] += LIKES
    return [*analyse_files(files, Options()).violations]


def codes(*routes: str) -> list[str]:
    return [item.code for item in found(*routes)]


def nameless(*routes: str) -> tuple[str, ...]:
    """The same without a log-in."""
    return tuple(route.replace(", me: Me", "") for route in routes)


@pytest.mark.parametrize(
    "routes",
    [
        (LIST, READ, DELETE),
        (*nameless(LIST, READ), DELETE, READ_MINE),  # without a log-in, by more routes than compare
        (*nameless(LIST, READ), MINE, READ_MINE_OF_LINES, ADD_MINE),  # and changed by nobody
        (LIST, READ, SEARCH, DELETE, MINE),  # one's own may be listed, too
        (READ, FILTERED, DELETE),  # what a client may filter by binds nothing
        (LIST, READ, LINES, DELETE),  # a part of it is asked with it
        (LIST, READ, LIKE, DELETE),  # what everybody sees may be referred to
    ],
)
def test_what_seems_to_be_shown_is_asked_once(routes: tuple[str, ...]) -> None:
    (asked,) = found(*routes)
    assert (asked.code, asked.table) == ("SW609", "order")
    reading = {LIST, READ, SEARCH, FILTERED, LINES, *nameless(LIST, READ)}
    assert len(asked.follows) == len([route for route in routes if route in reading]) - 1


@pytest.mark.parametrize(
    "routes",
    [
        (READ, DELETE),  # one may have been forgotten
        (LIST, READ),  # nobody is held to be the owner anywhere
        (LIST, READ, SEARCH, DELETE, READ_MINE),  # another route compares it only to show it
        (LIST, READ, PARTLY, DELETE),  # on one path of another it is bound
        (*nameless(LIST, READ), LIST.replace("/orders", "/all"), READ_MINE, DELETE),  # with one, too
        (LIST, READ, DELETE, DELETE_ANY),  # what is changed by anybody is kept by nobody
    ],
)
def test_what_is_forgotten_here_and_not_there_is_a_fault(routes: tuple[str, ...]) -> None:
    assert {*codes(*routes)} - {"SW602"} == {"SW601"}


def test_what_is_read_without_a_log_in_is_asked_and_what_is_changed_is_told() -> None:
    routes = (*nameless(LIST, READ), READ_MINE, MINE, MINE, DELETE_ANY)
    assert sorted(codes(*routes)) == ["SW601", "SW609"]
    assert sorted(codes(*nameless(READ), READ_MINE, MINE, MINE, DELETE)) == ["SW609"]


def test_nobody_puts_anything_into_what_they_only_see() -> None:
    assert codes(LIST, READ, DELETE, ADD_LINE) == ["SW609", "SW604"]


def test_a_part_that_anybody_changes_stays_a_fault_beside_what_is_asked() -> None:
    delete_line = DELETE_ANY.replace("Order", "Line")
    told = [(item.code, item.table) for item in found(LIST, READ, DELETE, LINES, delete_line)]
    assert sorted(told) == [("SW601", "line"), ("SW601", "line"), ("SW609", "order")]


def test_a_table_called_after_what_sites_show_need_not_be_changed() -> None:
    files = with_routes(f"{LIST}\n\n{READ}".replace("Order", "Post"))
    named = {path: text.replace("Order", "Post") for path, text in files.items()}
    assert [item.code for item in analyse_files(named, Options()).violations] == ["SW609"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("order.view_count += 1", ["SW609"]),  # whoever reads it may be counted
        ('order.note = "seen"', ["SW601", "SW601"]),
    ],
)
def test_what_counts_its_readers_is_no_change_of_it(change: str, told: list[str]) -> None:
    assert (
        codes(
            LIST,
            READ.replace(
                "return db.get(Order, order_id)",
                f"order = db.get(Order, order_id)\n    {change}\n    return order",
            ),
            DELETE,
        )
        == told
    )


PERSON = """
@router.get("/people/{user_id}")
def read_person(user_id: int, db: Db, me: Me):
    return db.get(User, user_id)
"""
MYSELF = """
@router.get("/self/{user_id}")
def read_self(user_id: int, db: Db, me: Me):
    if user_id != me.id:
        raise HTTPException(403)
    return db.get(User, user_id)
"""
LEAVE = """
@router.delete("/people/{user_id}")
def leave(user_id: int, db: Db, me: Me):
    if user_id != me.id:
        raise HTTPException(403)
    db.delete(db.get(User, user_id))
"""
EXPEL = LEAVE.replace("if user_id != me.id:", "if user_id < 0:").replace("leave", "expel")
RENAME = """
@router.patch("/people/{user_id}")
def rename(user_id: int, email: str, db: Db, me: Me):
    if user_id != me.id:
        raise HTTPException(403)
    user = db.get(User, user_id)
    user.email = email
    db.commit()
"""


LOGIN = """
@router.post("/login")
def login(email: str, db: Db):
    return db.exec(select(User).where(User.email == email)).first() is not None
"""
BY_ADMIN = """
@router.get("/all/{user_id}")
def read_any(user_id: int, db: Db, me: Me):
    if not me.is_admin:
        raise HTTPException(403)
    return db.get(User, user_id)
"""


@pytest.mark.parametrize(
    "routes",
    [
        (PERSON,),
        (PERSON, LEAVE),
        (PERSON, RENAME),
        (PERSON, LOGIN, BY_ADMIN),  # who signs in, or may see everybody, is compared with nobody
    ],
)
def test_whether_users_see_one_another_is_asked_once(routes: tuple[str, ...]) -> None:
    assert [(item.code, item.table) for item in found(*routes)] == [("SW609", "user")]


@pytest.mark.parametrize("routes", [(PERSON, MYSELF), (PERSON, MYSELF, LEAVE), (EXPEL,)])
def test_a_user_who_is_compared_to_be_read_elsewhere_or_changed_is_a_fault(routes: tuple[str, ...]) -> None:
    assert codes(*routes) == ["SW601"]


def test_whoever_changes_other_users_is_told_beside_the_question() -> None:
    assert sorted(codes(PERSON, EXPEL)) == ["SW601", "SW609"]


def test_a_change_of_what_is_anothers_among_several_of_ones_own_is_told_beside_the_question() -> None:
    mine = [DELETE, DELETE.replace("orders", "some").replace("delete_order", "drop_order")]
    assert sorted(codes(LIST, READ, *mine, DELETE_ANY)) == ["SW601", "SW609"]
