"""A route that is too much to be judged says so, and so does the next one that needs the same."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options
from tests.specward.isolation.test_robustness import HEAD, MODELS

ENDLESS = "\n".join(
    f"def f{n}(a):\n    return f{(n + 1) % 9}(a), f{(n + 2) % 9}(a), f{n}(a)" for n in range(9)
)
SHARED = """
STATEMENT = (f0(0), select(Item))[1]
def found(db: Session = Depends()):
    return f0(db), db.exec(select(Item)).all()
"""
A_GLOBAL = """
@router.get('/NAME')
def NAME(db: Session = Depends()):
    return db.exec(STATEMENT).all()
"""
A_DEPENDENCY = """
@router.get('/NAME')
def NAME(all=Depends(found)):
    return all
"""


@pytest.mark.parametrize("route", [A_GLOBAL, A_DEPENDENCY])
def test_what_was_not_read_to_its_end_is_not_taken_for_read(route: str) -> None:
    routes = (route.replace("NAME", name) for name in ("first", "second"))
    source = "\n".join([HEAD, ENDLESS, SHARED, *routes])
    found = analyse_files({"app/routes.py": source, "app/models.py": MODELS}, Options()).violations
    assert {(item.code, item.site.chain) for item in found} == {
        ("SW607", (f"GET /{name}", name)) for name in ("first", "second")
    }
