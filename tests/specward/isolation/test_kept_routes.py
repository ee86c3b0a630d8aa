"""What is known of a route is believed as long as everything it rests on is as it was, and no longer."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from bench.isolation.corpus import Case, load

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.judging.judge import Judge
from specward.code.dataflow.judging.project import Code
from specward.code.dataflow.judging.recall import Memory
from specward.code.dataflow.owners.schema import Options
from specward.code.dataflow.result import Analysis
from specward.code.dataflow.sources.program import Program
from specward.code.dataflow.sources.source import read
from specward.code.dataflow.sources.tree import Tree, parse
from specward.code.dataflow.trail import Trail

MODELS = """
from sqlmodel import Field, SQLModel
class User(SQLModel, table=True):
    id: int = Field(primary_key=True)
    password_hash: str
class Item(SQLModel, table=True):
    id: int = Field(primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
"""
DEPS = """
def current_user(token: str = Header()) -> User:
    return decode(token)
"""
ROUTES = """
from fastapi import APIRouter, Depends
from sqlmodel import Session, select
from app.deps import current_user
from app.models import Item, User
from app.NAME.store import find
router = APIRouter()
@router.get("/NAME/{id}")
def read_NAME(id: int, session: Session, me: User = Depends(current_user)):
    return find(session, id, me)
"""
BOUND = """
from app.models import Item
def find(session, id, me):
    return session.exec(select(Item).where(Item.id == id, Item.owner_id == me.id)).one()
"""
UNBOUND = BOUND.replace(", Item.owner_id == me.id", "")
PROJECT = {"app/models.py": MODELS, "app/deps.py": DEPS} | {
    path: text
    for name in ("notes", "bills", "cards")
    for path, text in {
        f"app/{name}/routes.py": ROUTES.replace("NAME", name),
        f"app/{name}/store.py": BOUND,
    }.items()
}


class Counting:
    """Judges, and says what it was asked to judge; gives up after as many routes as it is told."""

    def __init__(self, patience: int = 99) -> None:
        self.judged: list[str] = []
        self.patience = patience

    def judge(self, judge: Judge, indices: Sequence[int]) -> Iterator[tuple[int, Trail]]:
        """Judge one after the other."""
        for index in indices:
            if len(self.judged) == self.patience:
                raise TimeoutError
            self.judged.append(judge.routes[index].name)
            yield index, judge.judge(index)


class Runs:
    """Runs one after the other over a project that changes, with one cache on disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, files: dict[str, str], patience: int = 99) -> tuple[Analysis | None, list[str]]:
        """Analyse; give what was found and which routes were interpreted for it."""
        memory, hands = Memory.open(self.root, "test"), Counting(patience)
        try:
            found = analyse_files(files, Options(), hands, memory)
        except TimeoutError:
            found = None
        memory.save(whole=found is not None)
        return found, hands.judged


@pytest.fixture
def memory(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def test_routes_that_reach_nothing_of_a_change_are_not_interpreted_again(memory: Runs) -> None:
    assert len(memory.run(PROJECT)[1]) == 3
    assert memory.run(PROJECT)[1] == []
    found, judged = memory.run(PROJECT | {"app/bills/store.py": UNBOUND})
    assert judged == ["read_bills"]
    assert found is not None
    assert [item.site.chain for item in found.violations] == [("GET /bills/{id}", "read_bills", "find")]


def test_only_files_of_which_a_node_is_needed_are_parsed(
    memory: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.run(PROJECT)
    parsed = list[str]()

    def counted(text: str) -> Tree | None:
        parsed.append(text)
        return parse(text)

    monkeypatch.setattr("specward.code.dataflow.sources.source.parse", counted)
    memory.run(PROJECT | {"app/bills/store.py": UNBOUND})
    spared = {path for path, text in PROJECT.items() if text not in parsed}
    assert UNBOUND in parsed
    others = {"app/notes/routes.py", "app/notes/store.py", "app/cards/routes.py", "app/cards/store.py"}
    assert spared == {*others, "app/bills/store.py"}


def test_routes_that_share_what_changed_are(memory: Runs) -> None:
    memory.run(PROJECT)
    anybody = PROJECT | {"app/deps.py": DEPS.replace("decode(token)", "None")}
    assert memory.run(anybody)[1] == ["read_bills", "read_cards", "read_notes"]


@pytest.mark.parametrize(
    ("path", "text", "again"),
    [
        ("app/extra.py", "def unrelated():\n    return 1\n", []),
        # A file that an import may mean now, though none of the files before has changed.
        ("app/bills/store/__init__.py", UNBOUND, ["read_bills"]),
    ],
)
def test_a_new_file_counts_for_those_that_may_mean_it(
    memory: Runs, path: str, text: str, again: list[str]
) -> None:
    memory.run(PROJECT)
    changed = {**PROJECT, path: text}
    if again:
        del changed["app/bills/store.py"]
    found, judged = memory.run(changed)
    assert judged == again
    assert found == analyse_files(changed, Options())


@pytest.mark.parametrize(
    ("before", "after"),
    [(["p/m.py", "q/m.py"], ["p/m.py q/m.py"]), (["p/m.py", "q\n/m.py"], ["p/m.py', 'q\n/m.py"])],
)
def test_names_of_files_may_hold_anything(before: list[str], after: list[str]) -> None:
    states = {
        Program(filter(None, (read(path, "") for path in paths))).state("module\0m")
        for paths in (before, after)
    }
    assert len(states) == 2


def test_a_file_that_begins_with_a_mark_of_its_encoding_is_read(memory: Runs) -> None:
    files = PROJECT | {"app/bills/store.py": f"\ufeff{UNBOUND}"}
    found = memory.run(files)[0]
    assert found is not None
    assert [item.site.path for item in found.violations] == ["app/bills/store.py"]


def test_a_path_that_is_no_unicode_can_be_kept(tmp_path: Path) -> None:
    for _ in range(2):
        assert Code(tmp_path, ["a\udc80.py"], {}, cached=True).analysis().violations == ()


def test_a_method_that_is_not_the_only_one_any_more(memory: Runs) -> None:
    store = "class Store:\n    def look_up(self, session, id):\n        return session.get(Item, id)\n"
    called = PROJECT["app/bills/routes.py"].replace("find(session, id, me)", "unknown().look_up(session, id)")
    files = PROJECT | {"app/bills/routes.py": called}
    files["app/bills/store.py"] = f"from app.models import Item\n{store}"
    assert memory.run(files)[0] == analyse_files(files, Options())
    more = files | {f"app/{name}.py": store for name in ("one", "two")}
    found, judged = memory.run(more)
    assert judged == ["read_bills"]
    assert found == analyse_files(more, Options())


def test_a_run_that_was_broken_off_is_gone_on_with(memory: Runs) -> None:
    assert memory.run(PROJECT, patience=2) == (None, ["read_bills", "read_cards"])
    found, judged = memory.run(PROJECT)
    assert judged == ["read_notes"]
    assert found == analyse_files(PROJECT, Options())


def test_a_run_that_was_broken_off_early_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, text in PROJECT.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    Code(tmp_path, PROJECT, {}, cached=True).analysis()
    (tmp_path / "app/extra.py").write_text("")
    kept = tmp_path / ".specward/cache/isolation-routes.jsonl"
    known = kept.read_text()
    monkeypatch.setattr("specward.code.dataflow.judging.analysis.Judge", _out_of_time)
    with pytest.raises(TimeoutError):
        Code(tmp_path, [*PROJECT, "app/extra.py"], {}, cached=True).analysis()
    assert kept.read_text() == known


def test_whoever_is_interrupted_while_it_reads_keeps_what_it_has_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, text in PROJECT.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    too_late = "app/notes/routes.py"  # what comes before it are all the other texts
    monkeypatch.setattr(
        "specward.code.dataflow.judging.analysis.read",
        lambda path, *given: _out_of_time() if path == too_late else read(path, *given),
    )
    with pytest.raises(TimeoutError):
        Code(tmp_path, PROJECT, {}, cached=True).read()
    kept = (tmp_path / ".specward/cache/isolation-outlines.jsonl").read_text()
    assert len(kept.splitlines()) == len(set(PROJECT.values())) - 1


def _out_of_time(*_: object) -> None:
    raise TimeoutError


@pytest.mark.parametrize("case", load(), ids=lambda case: case.name)
def test_a_kept_run_gives_what_a_fresh_one_gives(memory: Runs, case: Case) -> None:
    for files in (case.vulnerable, case.fixed, case.vulnerable):
        assert memory.run(files)[0] == analyse_files(files, Options())


def test_what_routes_share_is_told_of_the_first_whoever_was_interpreted_before(memory: Runs) -> None:
    deps = DEPS + "def item(id: int, session: Session):\n    session.delete(session.get(Item, id))\n"
    files = {
        path: text.replace("me: User = Depends(current_user)", "it=Depends(item)").replace(
            "import current_user", "import item"
        )
        for path, text in PROJECT.items()
    } | {"app/deps.py": f"from app.models import Item\nfrom sqlmodel import Session\n{deps}"}
    found = memory.run(files)[0]
    assert found is not None
    assert {item.site.chain for item in found.violations if item.site.path == "app/deps.py"} == {
        ("GET /bills/{id}", "item")
    }
    touched = files | {"app/bills/routes.py": files["app/bills/routes.py"] + "\n"}
    assert memory.run(touched)[0] == found
