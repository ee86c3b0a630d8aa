"""What the rules of the schema read: one data model, every revision once, models, migrations."""

from pathlib import Path

import pytest

from specward.config import Config
from specward.project import Project
from specward.rules.examples import HEADER, SPECS
from specward.rules.schema import reading
from specward.rules.schema.world import DATA_MODEL, MODELS, world
from specward.schema.revisions import Revision, read_revision
from specward.verify import verify
from tests.specward.repository import git, make_repository, write_tree

VERSIONS = "backend/app/migrations/versions"
FIRST, SECOND, NONE = (f"{VERSIONS}/{name}.py" for name in ("one", "two", "tool"))
CHAIN = {
    FIRST: f'{HEADER}revision = "1"\ndown_revision = None\n',
    SECOND: f'{HEADER}revision = "2"\ndown_revision = "1"\n',
    NONE: f"{HEADER}LIMIT = 1\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repository(tmp_path, {**SPECS, **CHAIN})


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were parsed for a revision."""
    paths: list[str] = []

    def reads(path: str, text: str) -> Revision | None:
        paths.append(path)
        return read_revision(path, text)

    monkeypatch.setattr(reading, "read_revision", reads)
    return paths


def test_a_revision_is_read_once_whatever_is_looked_at(root: Path, read: list[str]) -> None:
    assert [revision.name for revision in reading.chain(Project(root)).revisions] == ["1", "2"]
    assert read == [FIRST, NONE, SECOND]
    alone = reading.chain(Project(root, paths=(SECOND,)))
    assert alone == reading.chain(Project(root))
    assert read == [FIRST, NONE, SECOND]
    write_tree(root, {SECOND: f"{CHAIN[SECOND]}\n# more\n"})
    assert reading.chain(Project(root, paths=(SECOND,))).orphans == ()
    assert read == [FIRST, NONE, SECOND, SECOND]


def test_nothing_that_is_kept_is_believed_once_git_tracks_it(root: Path, read: list[str]) -> None:
    reading.chain(Project(root))
    git(root, "add", "--force", ".specward")
    reading.chain(Project(root))
    assert read == [FIRST, NONE, SECOND] * 2


def test_a_revision_has_its_own_place(root: Path, read: list[str]) -> None:
    for _ in range(2):  # as read, and as kept
        (_, second) = reading.chain(Project(root)).revisions
        assert (second.path, second.follows, second.line) == (SECOND, ("1",), 6)
    assert len(read) == len(CHAIN)


def test_a_link_is_no_revision(root: Path) -> None:
    (root / VERSIONS / "link.py").symlink_to("one.py")
    for paths in (None, (SECOND,)):
        assert reading.chain(Project(root, paths=paths)).twins == ()


def test_the_data_models_of_all_features_are_one(tmp_path: Path) -> None:
    customers, _, orders = DATA_MODEL.removeprefix("# Data model\n\n").partition("## orders")
    files = {
        "specs/001-a/tasks.md": "- [ ] T001 Do it\n",
        "specs/001-a/data-model.md": f"# Data model\n\n{customers}\n```sql\ncreate role a;\n```\n",
        "specs/001-a/spec.md": "# Spec\n\n## invoices\n\n| Column | Type |\n|---|---|\n| id | uuid |\n",
        "specs/002-b/tasks.md": "- [ ] T001 Do it\n",
        "specs/002-b/data-model.md": f"# Data model\n\n## orders{orders.replace('uuid', 'uuid/text', 1)}",
    }
    model = reading.data_model(Project(make_repository(tmp_path, files)))
    assert [table.name for table in model.tables] == ["customers", "orders"]
    assert [statement.text for statement in model.statements] == ["create role a"]
    assert [problem.place.path for problem in model.problems] == ["specs/002-b/data-model.md"]


def test_models_are_asked_where_no_database_is_built(tmp_path: Path) -> None:
    root = make_repository(tmp_path, {**SPECS, **world(models=MODELS)})

    def lend() -> None:
        raise AssertionError

    assert reading.models(Project(root)) is not None
    assert reading.models(Project(root, lend=lend)) is None  # type: ignore[arg-type]


def test_kept_models_are_believed_unless_git_tracks_them(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    believed: list[bool] = []

    def read_models(_root: Path, _config: Config, *, cached: bool) -> None:
        believed.append(cached)

    monkeypatch.setattr("specward.schema.models.read_models", read_models)
    reading.models(Project(root))
    write_tree(root, {".specward/kept.json": "{}"})
    git(root, "add", "--force", ".specward")
    reading.models(Project(root))
    assert believed == [True, False]


@pytest.mark.parametrize(
    ("settings", "revisions", "found"),
    [
        ("", {}, None),
        ('[tool.specward.database]\nmigrate = ["x"]\n', {}, {"backend/app/a.sql"}),
        ("[tool.specward.database]\nmigrate = []\n", {}, None),
        ("", CHAIN, {"backend/app/a.sql", FIRST, SECOND, NONE}),
    ],
)
def test_migrations_are_what_runs_or_follows(
    settings: str, revisions: dict[str, str], found: set[str] | None, tmp_path: Path
) -> None:
    files = {"pyproject.toml": SPECS["pyproject.toml"] + settings, "backend/app/a.sql": "select 1;\n"}
    project = Project(make_repository(tmp_path, {**SPECS, **files, **revisions}))
    texts = reading.migrations(project)
    assert (texts and set(texts)) == found
    assert texts is None or texts["backend/app/a.sql"] == "select 1;\n"


def test_breaks_of_the_chain_are_told_at_the_file_that_is_looked_at(root: Path) -> None:
    write_tree(root, {SECOND: CHAIN[FIRST]})
    whole = verify(root, select=["SW502"]).findings
    assert whole
    for path in (FIRST, SECOND):
        alone = verify(root, paths=[path], select=["SW502"]).findings
        assert alone == tuple(finding for finding in whole if finding.place.path == path)
