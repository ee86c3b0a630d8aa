"""What an object keeps of the principal when several attributes are set at once."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options
from specward.rules.isolation.world import with_routes

_SERVICE = """class Orders:
    def __init__(self, db, me, asked):
        {assignment}

    def read(self, key: int):
        return self.db.exec(select(Order).where(Order.id == key, Order.user_id == self.owner)).first()


@router.get("/orders/{{key}}")
def show(key: int, asked: int, db: Db, me: Me):
    return Orders(db, me, asked).read(key)
"""


@pytest.mark.parametrize(
    ("assignment", "found"),
    [
        ("self.db, self.owner = db, me.id", set()),
        ("[self.owner, self.db] = [me.id, db]", set()),
        ("self.db, self.owner, self.asked = db, me.id, asked", set()),
        ("self.db, self.owner = db, asked", {"SW603"}),
        ("self.db, self.owner, self.me = db, asked, me.id", {"SW603"}),
    ],
)
def test_each_attribute_takes_its_own_value(assignment: str, found: set[str]) -> None:
    files = with_routes(_SERVICE.format(assignment=assignment))
    assert {item.code for item in analyse_files(files, Options()).violations} == found
