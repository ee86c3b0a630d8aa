"""Three descriptions of one database: equal ones are silent, and each kind of change is told."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from specward.database.server import Lend, Server
from specward.database.temporary import temporary_server
from specward.findings import Finding, Verdict
from specward.rules.examples import SPECS
from specward.rules.schema.world import DATA_MODEL, MODELS, TABLES, world
from specward.verify import verify
from tests.database.test_catalog import EQUAL, MUTATIONS, SCHEMA
from tests.specward.repository import make_repository

SPECWARD = str(Path(sys.executable).with_name("specward"))


@pytest.fixture(scope="module")
def lend() -> Iterator[Lend]:
    """One server for all tests of this module, with roles of its own."""
    with temporary_server() as server:
        yield lambda: nullcontext(server)


def held(root: Path, lend: Lend | None, **changed: str) -> Verdict:
    """The verdict on the shop, by the rules of the schema."""
    files = {**SPECS, **world(**changed)}
    return verify(make_repository(root, files), lend=lend, select=["SW5"])


def found(root: Path, lend: Lend, **changed: str) -> list[Finding]:
    return list(held(root, lend, **changed).findings)


def test_three_equal_descriptions_are_silent(tmp_path: Path, lend: Lend) -> None:
    verdict = held(tmp_path, lend, models=MODELS)
    assert verdict.findings == ()
    assert len(verdict.notes) == 1
    assert verdict.notes[0].startswith("The project creates no role app_user")


def approved_as_sql(statements: str) -> str:
    return f"# Data model\n\n```sql\n{statements}\n```\n"


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_migrations_are_held_in_every_kind_of_change(name: str, tmp_path: Path, lend: Lend) -> None:
    changed = f"{SCHEMA}\n{MUTATIONS[name][0]};"
    findings = found(tmp_path, lend, tables=changed, data_model=approved_as_sql(SCHEMA), status="open")
    assert {finding.code for finding in findings} <= {"SW516", "SW517"}
    assert findings
    subjects = [finding.message.partition(" is not what")[0] for finding in findings]
    assert len(subjects) == len(set(subjects))


@pytest.mark.parametrize("name", EQUAL)
def test_the_migrations_may_differ_in_what_means_nothing(name: str, tmp_path: Path, lend: Lend) -> None:
    changed = f"{SCHEMA}\n{EQUAL[name]};"
    assert found(tmp_path, lend, tables=changed, data_model=approved_as_sql(SCHEMA), status="open") == []


def test_a_finding_shows_both_sides_and_their_places(tmp_path: Path, lend: Lend) -> None:
    models = MODELS.replace("max_length=254, unique=True", "max_length=255")
    (finding,) = found(tmp_path, lend, models=models)
    assert (finding.code, finding.place.path) == ("SW515", "backend/app/models.py")
    assert "class Customer" in models.splitlines()[finding.place.line - 1]
    assert finding.message == (
        "Table customers differs from the data model: column email is `character varying(254) not null` "
        "in the data model, `character varying(255) not null` in the models; constraint unique (email) is "
        "only in the data model, as `UNIQUE (email)`."
    )
    assert [(place.path, place.line) for place in finding.related] == [
        ("specs/data-model.md", 8),
        ("specs/data-model.md", 5),
    ]


def test_a_unique_index_is_a_unique_constraint(tmp_path: Path, lend: Lend) -> None:
    models = MODELS.replace("unique=True", "unique=True, index=True")
    assert found(tmp_path, lend, models=models) == []


def test_a_partial_index_is_the_models_to_declare_or_not(tmp_path: Path, lend: Lend) -> None:
    index = "create index on orders (total) where total > 100;"
    data_model = f"{DATA_MODEL}\n```sql\n{index}\n```\n"
    assert found(tmp_path, lend, models=MODELS, data_model=data_model, tables=f"{TABLES}{index}\n") == []


def test_what_belongs_to_a_table_that_is_still_to_come_may_be_absent(tmp_path: Path, lend: Lend) -> None:
    more = (
        "\n## reviews\n\n| Column | Type | Constraints |\n|---|---|---|\n| id | uuid | primary key |\n\n"
        "```sql\ncreate function welcome() returns trigger language plpgsql as $$ begin return new; end $$;\n"
        "create trigger welcome after insert on customers for each row execute function welcome();\n```\n"
    )
    assert found(tmp_path, lend, models=MODELS, data_model=DATA_MODEL + more) == []


def test_the_order_of_the_document_does_not_matter(tmp_path: Path, lend: Lend) -> None:
    customers, _, orders = DATA_MODEL.removeprefix("# Data model\n\n").partition("## orders")
    assert found(tmp_path, lend, data_model=f"# Data model\n\n## orders{orders}\n{customers}") == []


def test_an_outcome_is_remembered_until_something_changes(tmp_path: Path, lend: Lend) -> None:
    root = make_repository(tmp_path, {**SPECS, **world(TABLES.replace("(10, 2)", "(9, 2)"))})
    first = verify(root, lend=lend, select=["SW5"])

    def refuse() -> AbstractContextManager[Server]:
        raise AssertionError("nothing has changed")

    assert verify(root, lend=refuse, select=["SW5"]) == first
    assert [finding.code for finding in first.findings] == ["SW516"]
    (root / "backend/app/migrations/tables.sql").write_text(TABLES)
    assert verify(root, lend=lend, select=["SW5"]).findings == ()


def test_a_check_without_a_database_says_what_it_could_not_see(tmp_path: Path) -> None:
    verdict = held(tmp_path, None)
    assert [note for note in verdict.notes if "specward check --database" in note]
    assert not {"SW511", "SW513", "SW514"} & set(verdict.rules)


def test_an_exception_to_what_was_not_seen_is_not_in_vain(tmp_path: Path) -> None:
    tables = TABLES.replace("numeric(10, 2)", "numeric(9, 2)")
    allowed = f"-- specward: allow SW516 -- cents are enough\n{tables}"
    root = make_repository(tmp_path, {**SPECS, **world(allowed)})
    assert "SW002" not in {finding.code for finding in verify(root).findings}


def test_the_command_line_builds_on_a_server_of_its_own(tmp_path: Path) -> None:
    root = make_repository(tmp_path, {**SPECS, **world(TABLES.replace("numeric(10, 2)", "integer"))})
    done = subprocess.run(
        [SPECWARD, "check", "--database", "--select", "SW5"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "SW516  Table orders differs from the data model" in done.stdout
    assert done.stderr == ""
