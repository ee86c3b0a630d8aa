"""What is kept between runs changes how long an answer takes, and never the answer."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specward.approvals.stamps import write_approvals
from specward.approvals.status import stamp_task
from specward.code import contents
from specward.config import load_config
from specward.findings import Finding
from specward.rules.examples import HEADER, SPECS
from specward.specs.reader import read_specs
from specward.storage import FOLDER
from specward.verify import verify
from tests.specward.repository import write_tree

APP = "backend/app"
FIRST, SECOND = f"{APP}/versions/v1.py", f"{APP}/versions/v2.py"
MODELS = f"""{HEADER}
from sqlmodel import Field, SQLModel


class User(SQLModel, table=True):
    id: int = Field(primary_key=True)
    hashed_password: str


class Order(SQLModel, table=True):
    id: int = Field(primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
"""
ROUTE = (
    HEADER
    + """
from fastapi import APIRouter, Depends
from sqlmodel import select

from app.orders import find
from app.security import current_user

router = APIRouter()


@router.get("/orders/{id}")
def read(id: int, user=Depends(current_user), session=Depends()):
    return find(session, id, user)
"""
)
FIND = (
    HEADER
    + """
from sqlmodel import select

from app.models import Order


def find(session, id, user):
    return session.exec(select(Order).where(Order.id == id)FILTER).first()
"""
)
SECURITY = f"{HEADER}\nfrom app.models import User\n\n\ndef current_user() -> User: ...\n"
ORDERS = f"{APP}/orders.py"
OWNED, OPEN = FIND.replace("FILTER", ".where(Order.owner_id == user.id)"), FIND.replace("FILTER", "")
START = {
    f"{APP}/models.py": MODELS,
    f"{APP}/security.py": SECURITY,
    f"{APP}/routes.py": ROUTE,
    ORDERS: OWNED,
    FIRST: f'{HEADER}\nrevision = "1"\ndown_revision = None\n',
    SECOND: f'{HEADER}\nrevision = "2"\ndown_revision = "1"\n',
}
PROJECT, SPECIFY, PLAN, TASKS = "pyproject.toml", "specs/specify.md", "specs/plan.md", "specs/tasks.md"
EDITS = {
    PROJECT: [
        SPECS[PROJECT],
        f'{SPECS[PROJECT]}ignore = ["SW6"]\n',
        f'{SPECS[PROJECT]}exclude = ["{ORDERS}"]\n[tool.other]\nsince = 2026-01-02\n',
    ],
    SPECIFY: [SPECS[SPECIFY], SPECS[SPECIFY].replace("own", "old"), SPECS[SPECIFY].replace("1.1", "1.7"), ""],
    PLAN: [SPECS[PLAN], SPECS[PLAN].replace("## 1.", "## 2.")],
    TASKS: [SPECS[TASKS], SPECS[TASKS].replace("orders/**", "carts/**"), SPECS[TASKS].replace("001", "002")],
    **{path: [text, text.replace("§1.1", "§1.7"), f"{text}\n# more\n", ""] for path, text in START.items()},
    ORDERS: [OWNED, OPEN, OPEN.replace("§1.1", "§1.7"), "def broken(:\n"],
    SECOND: [START[SECOND], START[FIRST], START[SECOND].replace('"1"', '"0"')],
}
EDIT = st.sampled_from([(path, text) for path, texts in EDITS.items() for text in texts])
FAMILIES = ("SW103", "SW105", "SW2", "SW5", "SW6")


def found(root: Path, *paths: str) -> tuple[Finding, ...]:
    return verify(root, paths=paths or None, select=FAMILIES).findings


def found_cold(root: Path, *paths: str) -> tuple[Finding, ...]:
    """What a project that was never judged before would hear."""
    with TemporaryDirectory() as folder:
        fresh = shutil.copytree(root, Path(folder) / "fresh", ignore=shutil.ignore_patterns(FOLDER))
        return found(fresh, *paths)


@pytest.fixture(autouse=True, scope="module")
def _all_edits_are_old() -> Iterator[None]:
    """Believe at once what is known of contents, and not only when the edits are seconds old."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contents, "_MOMENT", 0)
        yield


@pytest.fixture
def root(tmp_path: Path) -> Path:
    begin(tmp_path)
    return tmp_path


def begin(root: Path) -> None:
    """Write the project, with its task approved."""
    write_tree(root, {**SPECS, **START})
    spec_sets = read_specs(root, load_config(root))
    stamp = stamp_task(spec_sets[0].tasks[0], spec_sets, "A Person", date(2026, 1, 2))
    write_approvals(root, {stamp.task: stamp})


def test_the_edits_make_findings(root: Path) -> None:
    assert found(root) == ()
    write_tree(root, {ORDERS: OPEN.replace("§1.1", "§1.7"), SECOND: START[FIRST]})
    assert {"SW105", "SW502", "SW601"} <= {finding.code for finding in found(root)}


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        (SPECIFY, EDITS[SPECIFY][1], "SW202"),
        (SPECIFY, EDITS[SPECIFY][2], "SW105"),
        (PLAN, EDITS[PLAN][1], "SW105"),
        (TASKS, EDITS[TASKS][1], "SW202"),
        (TASKS, EDITS[TASKS][2], "SW103"),
    ],
)
def test_what_is_settled_of_the_specifications_holds_until_they_change(
    root: Path, path: str, text: str, code: str
) -> None:
    before = found(root)
    write_tree(root, {path: text})
    assert code in {finding.code for finding in found(root)}
    assert found(root) == found_cold(root)
    write_tree(root, {path: SPECS[path]})
    assert found(root) == before == ()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(EDIT, st.booleans()), min_size=1, max_size=5))
def test_what_is_kept_never_changes_an_answer(edits: list[tuple[tuple[str, str], bool]]) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        begin(root)
        found(root)
        for (path, text), looks_at_all in edits:
            write_tree(root, {path: text})
            assert found(root, path) == found_cold(root, path)
            if looks_at_all:
                assert found(root) == found_cold(root)


@pytest.mark.parametrize("kind", ["sources", "revisions"])
def test_a_look_at_one_file_keeps_what_is_known_of_the_others(root: Path, kind: str) -> None:
    found(root)
    kept = root / FOLDER / "cache" / f"{kind}.jsonl"
    before = kept.read_text()
    write_tree(root, {ORDERS: OPEN})
    found(root, ORDERS)
    assert kept.read_text().startswith(before)
    assert before


@pytest.mark.parametrize("path", [FIRST, SECOND, ORDERS, f"{APP}/routes.py"])
def test_one_file_hears_what_the_whole_run_says_of_it(root: Path, path: str) -> None:
    write_tree(root, {ORDERS: OPEN})
    assert found(root, path) == tuple(one for one in found(root) if one.place.path == path)
