"""Each family through the real client's hooks: the bad work is told and held up, the good work ends.

One run of the client a family. The agent writes what is wrong, wants to end, is told the findings, and ends
when it is right again. What the agent itself may not write, somebody else writes meanwhile: the gate judges
the tree, whoever wrote it.
"""

import json
import shutil
from pathlib import Path

import pytest

from tests.client.claude import call, run_claude, text
from tests.client.messages_api import Json, Turn
from tests.families.shop import TASK, make_shop
from tests.families.wrongs import WRONGS, Files, Wrong

TERRITORY = "backend/app/"
AT_ONCE = {"SW105", "SW308", "SW502", "SW601", "SW701", "SW703"}  # what is told right after the write


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_shop(tmp_path_factory.mktemp("families") / "shop")


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda wrong: wrong.family)
def test_the_agent_does_not_end_before_the_family_is_satisfied(
    wrong: Wrong, shop: Path, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(shop, tmp_path / "shop", symlinks=True))
    right = {path: read(root / path) for path in wrong.files}
    opened = [call("Read", f"read {path}", file_path=str(root / path)) for path, was in right.items() if was]
    turns: list[Turn] = [
        *([opened] if opened else []),
        *work(root, wrong.files, "Done."),
        *work(root, right, "Done again."),
    ]
    done = run_claude(root, f"Implement task {TASK} [main]", {"[main]": turns}, "--agent", "backend-engineer")

    at_once = done.told.partition("The verdict on T-001 is red:")[0]
    assert {code for code in wrong.codes if code in AT_ONCE and code not in at_once} == set()
    held_up = done.told.rpartition("The verdict on T-001 is red:")[2]
    expected = {code for code in wrong.codes if code not in {"SW513", "SW515"}}  # these take a database
    assert expected
    assert {code for code in expected if code not in held_up} == set()
    assert {path: read(root / path) for path in right} == right
    assert done.result["result"] == "Done again."
    assert json.loads((root / ".specward/verdict.json").read_text())["clean"]


def work(root: Path, files: Files, words: str) -> list[Turn]:
    """Turns that leave these files and end: the agent writes where it may, the rest changes beside it."""
    own = {path: new for path, new in files.items() if new is not None and path.startswith(TERRITORY)}
    writes = [
        call("Write", f"{words} {path}", file_path=str(root / path), content=new) for path, new in own.items()
    ]
    beside = [left(root / path, new) for path, new in files.items() if path not in own]
    return [*([writes] if writes else []), [*beside, *text(words)]]


def left(path: Path, content: str | None) -> Json:
    """A change of a file that is no tool call of the agent."""
    if content is None:
        return {"type": "remove", "path": str(path)}
    return {"type": "file_change", "path": str(path), "text": content}


def read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
