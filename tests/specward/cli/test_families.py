"""Each family through the console script: a project that is right is clean, one that is wrong is told so."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.families.shop import make_shop
from tests.families.wrongs import WRONGS, Wrong, apply

SPECWARD = str(Path(sys.executable).with_name("specward"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project that is right in every family; what its first check remembers goes into every copy."""
    root = make_shop(tmp_path_factory.mktemp("families") / "shop")
    assert codes(root, "--database") == ()
    return root


def codes(root: Path, *options: str) -> tuple[str, ...]:
    done = subprocess.run(
        [SPECWARD, "check", "--format", "json", *options],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    found = tuple(sorted(finding["code"] for finding in json.loads(done.stdout)["findings"]))
    assert done.returncode == bool(found)
    return found


def test_there_is_one_for_every_family() -> None:
    assert [wrong.family for wrong in WRONGS] == [f"SW{number}" for number in range(1, 10)]


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda wrong: wrong.family)
def test_the_bad_project_is_found_and_the_good_one_is_clean(wrong: Wrong, shop: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(shop, tmp_path / "shop", symlinks=True))
    assert codes(root, *wrong.options) == ()
    apply(root, wrong.files)
    assert codes(root, *wrong.options) == wrong.codes
