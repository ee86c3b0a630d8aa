"""Whole repositories, read: layouts, aliases, resolution, the cache, and documents that are broken."""

import os
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.config import Config
from specward.errors import CouldNotRunError
from specward.specs.cache import Cache
from specward.specs.document import Reading, read_document
from specward.specs.model import Citation, Operation, Place, Section, SpecSet, Unresolved
from specward.specs.reader import read_specs
from specward.specs.resolve import find_operation, find_table, find_task, find_tasks, resolve

HERE = Place("backend/app/x.py")
CONFIG = Config(feature="shop")

SPECIFY = """# Specification

## 1. Purpose

### 1.1 Scope

A shop.

### User Story 1 - Buy something (Priority: P1)

1. **Given** a cart, **When** it is paid, **Then** it ships.

## Requirements

- **FR-001**: The system MUST sell
  more than one thing,
and tell so.
- **FR-10a**: The system MUST ship.

### Key Entities

A cart.
"""
PLAN = (
    "# Plan\n\n## 2. Storage\n\nTables.\n\n### 2.1 Tables\n\nMany.\n\n## Phase 2: Database and ORM\n\nText.\n"
)
TASKS = "# Tasks\n\n### T-001: Sell\n\n- **From**: speckit.specify §FR-001\n"
MODEL = (
    "# Data model\n\n## 2. Cart_items\n\n### 2.1 cart_items\n\n| Column | Type |\n|---|---|\n| id | uuid |\n"
)
CONTRACT = """openapi: 3.1.0
security: [{bearer: []}]
paths:
  /v1/carts/{cart_id}:
    parameters: [{name: cart_id, in: path}]
    get:
      operationId: readCart
      responses: {'200': {$ref: '#/components/responses/Cart'}}
components:
  responses: {Cart: {description: A cart, content: {a: {schema: {$ref: '#/components/schemas/Cart'}}}}}
  schemas: {Cart: {properties: {next: {$ref: '#/components/schemas/Cart'}}}}
  securitySchemes: {bearer: {type: http}, other: {type: apiKey}}
"""


def write(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def flat(tmp_path: Path) -> tuple[SpecSet, ...]:
    files = {
        "specs/specify.md": SPECIFY,
        "specs/plan.md": PLAN,
        "specs/tasks.md": TASKS,
        "specs/data-model.md": MODEL,
        "specs/contracts/openapi.yaml": CONTRACT,
        ".specify/memory/constitution.md": "# Constitution\n\n### I. Tests First\n\nAlways.\n",
    }
    return read_specs(write(tmp_path, files), CONFIG)


def cite(spec_sets: tuple[SpecSet, ...], document: str, anchor: str) -> Section | Unresolved:
    return resolve(spec_sets, "shop", Citation(document, anchor, HERE))


@pytest.mark.parametrize(
    ("document", "anchor", "title", "line"),
    [
        ("speckit.specify", "1.1", "1.1 Scope", 5),
        ("spec.md", "1", "1. Purpose", 3),
        ("specify.md", "Scope", "1.1 Scope", 5),
        ("Spec", "key entities", "Key Entities", 20),
        ("specs/specify.md", "US1", "User Story 1 - Buy something (Priority: P1)", 9),
        ("speckit.specify", "US1/AC1", "User Story 1 - Buy something (Priority: P1)", 9),
        ("speckit.specify", "Buy something", None, 0),
        ("speckit.specify", "FR-10a", "The system MUST ship.", 18),
        ("speckit.plan", "2 Storage", "2. Storage", 3),
        ("speckit.plan", "2.1: Tables", "2.1 Tables", 7),
        ("speckit.plan", "Phase 2", "Phase 2: Database and ORM", 11),
        ("speckit.plan", "Phase 2 (US1)", "Phase 2: Database and ORM", 11),
        ("speckit.plan", "2 Something else", None, 0),
        ("plan.md", "", "plan.md", 1),
        ("tasks.md", "T001", "Sell", 3),
        ("Constitution", "I", "I. Tests First", 3),
        ("data-model", "2.1", "2.1 cart_items", 5),
    ],
)
def test_citations_resolve(
    flat: tuple[SpecSet, ...], document: str, anchor: str, title: str | None, line: int
) -> None:
    found = cite(flat, document, anchor)
    if title is None:
        assert isinstance(found, Unresolved)
    else:
        assert isinstance(found, Section)
        assert (found.title, found.place.line) == (title, line)


def test_an_item_reaches_as_far_as_it_is_rendered(flat: tuple[SpecSet, ...]) -> None:
    found = cite(flat, "spec.md", "FR-001")
    assert isinstance(found, Section)
    assert found.text == "- **FR-001**: The system MUST sell\n  more than one thing,\nand tell so."


def test_a_miss_names_the_nearest(flat: tuple[SpecSet, ...]) -> None:
    found = cite(flat, "spec.md", "FR-01")
    assert isinstance(found, Unresolved)
    assert found.reason == "specs/specify.md has no section §FR-01"
    assert "§FR-001" in found.hint
    missing = cite(flat, "speckit.design", "1")
    assert isinstance(missing, Unresolved)
    assert "[tool.specward.documents]" in missing.hint


def test_a_document_that_is_yet_to_be_written_is_told_its_place(tmp_path: Path) -> None:
    write(tmp_path, {"specs/tasks.md": TASKS})
    found = cite(read_specs(tmp_path, CONFIG), "speckit.specify", "1")
    assert isinstance(found, Unresolved)
    assert found.hint.startswith("speckit.specify would be specs/specify.md: write it there")


def test_line_ranges_are_refused_with_the_section_they_lie_in(flat: tuple[SpecSet, ...]) -> None:
    found = cite(flat, "speckit.specify", "6-7")
    assert isinstance(found, Unresolved)
    assert "§1.1 (Scope)" in found.hint


def test_operations_and_tables(flat: tuple[SpecSet, ...]) -> None:
    (spec_set,) = flat
    operation = find_operation(spec_set, Operation("GET", "/v1/carts/{id}"))
    assert operation is not None
    assert operation.place == Place("specs/contracts/openapi.yaml", 6)
    assert '"$ref": "#/components/schemas/Cart"' in operation.text
    assert '"description": "A cart"' in operation.text
    assert '"securitySchemes": {"bearer": {"type": "http"}}' in operation.text
    assert '"name": "cart_id"' in operation.text
    assert find_operation(spec_set, Operation("PUT", "/v1/carts/{id}")) is None
    table = find_table(spec_set, "cart_items")
    assert table is not None
    assert table.place.line == 5
    assert find_table(spec_set, "carts") is None


def test_spec_kit_features_and_colliding_ids(tmp_path: Path) -> None:
    files = {
        "specs/001-auth/spec.md": SPECIFY,
        "specs/001-auth/tasks.md": "- [ ] T001 [US1] Log in\n",
        "specs/002-shop/tasks.md": "- [ ] T001 Sell\n- [ ] T002 Ship\n",
        "specs/002-shop/research.md": "# Research\n\n## R1: Queues\n",
        "specs/notes/readme.md": "# Nothing\n",
    }
    spec_sets = read_specs(write(tmp_path, files), CONFIG)
    assert [spec_set.feature for spec_set in spec_sets] == ["001-auth", "002-shop"]
    assert [str(task.key) for task in find_tasks(spec_sets, "T-001")] == ["001-auth/T001", "002-shop/T001"]
    assert [str(task.key) for task in find_tasks(spec_sets, "002-shop/T001")] == ["002-shop/T001"]
    assert [str(task.key) for task in find_tasks(spec_sets, "t002")] == ["002-shop/T002"]
    (login,) = find_tasks(spec_sets, "T001", "001-auth")
    assert isinstance(resolve(spec_sets, "001-auth", login.cites[0]), Section)
    elsewhere = resolve(spec_sets, "001-auth", Citation("specs/002-shop/research.md", "R1", HERE))
    assert isinstance(elsewhere, Section)
    assert isinstance(resolve(spec_sets, "002-shop", Citation("spec.md", "US1", HERE)), Unresolved)


@pytest.mark.parametrize("folder", ["", "specs/"])
def test_literal_speckit_files(tmp_path: Path, folder: str) -> None:
    suffix = ".md" if folder else ""
    files = {f"{folder}speckit.specify{suffix}": SPECIFY, f"{folder}speckit.tasks{suffix}": TASKS}
    spec_sets = read_specs(write(tmp_path, files), CONFIG)
    assert isinstance(cite(spec_sets, "speckit.specify", "FR-001"), Section)
    assert len(find_tasks(spec_sets, "T-001")) == 1


def test_aliases_stand_before_the_layout(tmp_path: Path) -> None:
    files = {
        "docs/requirements.md": SPECIFY,
        "docs/shape.md": PLAN,
        "specs/spec.md": "# Old\n",
        "specs/tasks.md": TASKS,
    }
    config = CONFIG._replace(
        documents=(("specify", "docs/requirements.md"), ("architecture", "docs/shape.md"))
    )
    spec_sets = read_specs(write(tmp_path, files), config)
    assert isinstance(cite(spec_sets, "speckit.specify", "FR-001"), Section)
    assert isinstance(cite(spec_sets, "architecture", "2.1"), Section)


def test_two_files_for_one_document_are_a_problem(tmp_path: Path) -> None:
    (spec_set,) = read_specs(write(tmp_path, {"specs/specify.md": SPECIFY, "specs/spec.md": PLAN}), CONFIG)
    assert [problem.place.path for problem in spec_set.problems] == ["specs/spec.md"]


def test_a_repository_without_specifications(tmp_path: Path) -> None:
    assert read_specs(tmp_path, CONFIG) == ()


def test_a_document_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, {"specs/tasks.md": TASKS})
    config = CONFIG._replace(documents=(("specify", "specs"), ("plan", "nowhere.md")))
    (spec_set,) = read_specs(tmp_path, config)
    assert [problem.place.path for problem in spec_set.problems] == ["specs", "nowhere.md"]
    assert len(spec_set.tasks) == 1


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "paths: 3",
        "a: &a [*a]",
        "paths: {/x: {get: &a [*a]}}",
        "\0",
        "paths: {/x: {get: 1, put: null}}",
    ],
)
def test_a_broken_contract_is_a_problem_or_holds_nothing(text: str) -> None:
    reading = read_document(text.encode(), "contract", "specs/contracts/openapi.yaml", "shop")
    assert reading.document.sections[0].text == text


def test_a_contract_that_multiplies_without_end_is_a_problem() -> None:
    bomb = "\n".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" if n else "a0: &a0 [1]" for n in range(12)
    )
    text = f"{bomb}\npaths: {{/x: {{get: {{x: *a11}}}}}}"
    reading = read_document(text.encode(), "contract", "openapi.yaml", "shop")
    assert ["too large" in problem.message for problem in reading.problems] == [True]


@pytest.mark.parametrize("text", ["paths: " + "[" * 100_000, "paths: " + "{a: " * 500 + "}" * 500])
def test_a_contract_that_is_nested_without_end_is_a_problem(text: str) -> None:
    reading = read_document(text.encode(), "contract", "openapi.yaml", "shop")
    assert ["nested more than" in problem.message for problem in reading.problems] == [True]


@pytest.mark.parametrize("reference", ["other.yaml#/a", "#/components/schemas/Gone"])
def test_an_operation_that_refers_elsewhere_is_a_problem(reference: str) -> None:
    text = f"paths:\n  /x:\n    get: {{responses: {{'200': {{$ref: '{reference}'}}}}}}\n    put: {{}}\n"
    reading = read_document(text.encode(), "contract", "openapi.yaml", "shop")
    assert [problem.place.line for problem in reading.problems] == [3]
    assert reference in reading.problems[0].message
    assert [section.title for section in reading.document.sections[1:]] == ["PUT /x"]


def test_the_innermost_section_describes_a_table(tmp_path: Path) -> None:
    model = "## 2. Carts\n\nAll of it.\n\n### 2.1 carts\n\nRows.\n\n### Table: orders\n\nRows.\n"
    write(tmp_path, {"specs/tasks.md": TASKS, "specs/data-model.md": model})
    (spec_set,) = read_specs(tmp_path, CONFIG)
    assert [getattr(find_table(spec_set, name), "title", None) for name in ("carts", "orders", "order")] == [
        "2.1 carts",
        "Table: orders",
        None,
    ]


@given(st.binary(max_size=200), st.sampled_from(["specify", "tasks", "contract", "data-model"]))
def test_no_document_can_stop_the_reader(raw: bytes, role: str) -> None:
    reading = read_document(raw, role, "specs/x", "shop")
    assert reading.document.sections[0].anchors == ("",)


@pytest.mark.parametrize("role", ["specify", "tasks", "contract"])
def test_a_document_that_is_no_text_is_a_problem(role: str) -> None:
    reading = read_document(b"# A\n\ncaf\xe9\n", role, "specs/a.md", "shop")
    assert reading.problems[0].place == Place("specs/a.md", 3)
    assert "not UTF-8" in reading.problems[0].message


@pytest.mark.parametrize(
    ("name", "text", "roles"),
    [
        ("mcp-tools.json", '{"tools": [{"name": "add_task"}]}', ["tasks"]),
        ("events.yaml", "asyncapi: 3.0.0\n", ["tasks"]),
        ("carts.yaml", CONTRACT, ["tasks", "contract"]),
        ("carts.json", '{"info": {"title": "Carts"}, "openapi": "3.1.0"}', ["tasks", "contract"]),
        ("broken.yaml", "  paths: [", ["tasks", "contract"]),
        ("openapi.yaml", "", ["tasks", "contract"]),
    ],
)
def test_a_contract_of_another_kind_is_not_read(
    name: str, text: str, roles: list[str], tmp_path: Path
) -> None:
    write(tmp_path, {"specs/001-carts/tasks.md": TASKS, f"specs/001-carts/contracts/{name}": text})
    [spec_set] = read_specs(tmp_path, CONFIG)
    assert [document.role for document in spec_set.documents] == roles


def test_the_cache_gives_back_what_was_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"specs/specify.md": SPECIFY, "specs/tasks.md": TASKS, "specs/contracts/openapi.yaml": CONTRACT},
    )
    plain = read_specs(tmp_path, CONFIG)
    assert read_specs(tmp_path, CONFIG, Cache(tmp_path)) == plain
    assert read_specs(tmp_path, CONFIG, Cache(tmp_path)) == plain
    task = find_task(read_specs(tmp_path, CONFIG, Cache(tmp_path)), plain[0].tasks[0].key)
    assert task is not None
    assert str(task.key) == "shop/T-001"
    assert str(task.cites[0]) == "speckit.specify §FR-001"


def test_a_changed_document_is_read_anew(tmp_path: Path) -> None:
    write(tmp_path, {"specs/tasks.md": TASKS})
    read_specs(tmp_path, CONFIG, Cache(tmp_path))
    write(tmp_path, {"specs/tasks.md": TASKS.replace("Sell", "Ship")})
    assert read_specs(tmp_path, CONFIG, Cache(tmp_path))[0].tasks[0].title == "Ship"


def test_a_run_that_is_broken_off_keeps_what_it_has_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"specs/specify.md": SPECIFY, "specs/tasks.md": TASKS})
    reading: list[str] = []

    def one_at_a_time(raw: bytes, role: str, path: str, feature: str) -> Reading:
        reading.append(path)
        if reading.count(path) == 1 and len(reading) > 1:
            raise KeyboardInterrupt
        return read_document(raw, role, path, feature)

    monkeypatch.setattr("specward.specs.cache.read_document", one_at_a_time)
    with pytest.raises(KeyboardInterrupt):
        read_specs(tmp_path, CONFIG, Cache(tmp_path))
    assert read_specs(tmp_path, CONFIG, Cache(tmp_path)) == read_specs(tmp_path, CONFIG)
    first, second = dict.fromkeys(reading)
    assert (reading.count(first), reading.count(second)) == (1, 2)


@given(st.integers(0, 400), st.binary(max_size=3), st.booleans())
def test_a_damaged_cache_is_as_good_as_none(at: int, damage: bytes, items: bool) -> None:  # noqa: FBT001
    import tempfile  # noqa: PLC0415  # tmp_path is not made anew for each example

    with tempfile.TemporaryDirectory() as folder:
        root = write(Path(folder), {"specs/tasks.md": TASKS})
        fresh = read_specs(root, CONFIG, Cache(root))
        file = next((root / ".specward/cache").glob("specs-*" if items else "specs"))
        raw = file.read_bytes()
        file.write_bytes(raw[:at] + damage + raw[at + 1 :])
        assert read_specs(root, CONFIG, Cache(root)) == fresh


class Remembering:
    """Knows the content of every file that was read before, as `code.contents` does."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def known(self, path: str) -> str:
        return self.names.get(path, "")

    def note(self, path: str, _: os.stat_result, content: bytes) -> str:
        self.names[path] = sha256(content).hexdigest()
        return self.names[path]


def test_a_document_whose_content_is_known_is_read_from_the_cache(tmp_path: Path) -> None:
    write(tmp_path, {"specs/specify.md": SPECIFY, "specs/tasks.md": TASKS})
    known = Remembering()
    first = read_specs(tmp_path, CONFIG, Cache(tmp_path), known)
    assert read_specs(tmp_path, CONFIG, Cache(tmp_path), known) == first == read_specs(tmp_path, CONFIG)
    (tmp_path / "specs/tasks.md").write_text("other", encoding="utf-8")
    assert read_specs(tmp_path, CONFIG, Cache(tmp_path), known)[0].tasks == first[0].tasks


def test_a_document_that_changes_while_it_is_judged_stops_the_run(tmp_path: Path) -> None:
    write(tmp_path, {"specs/tasks.md": TASKS})
    known = Remembering()
    read_specs(tmp_path, CONFIG, Cache(tmp_path), known)
    shutil.rmtree(tmp_path / ".specward")
    (tmp_path / "specs/tasks.md").write_text("other", encoding="utf-8")
    with pytest.raises(
        CouldNotRunError, match=r"specs/tasks\.md has changed while it was being checked: run again"
    ):
        read_specs(tmp_path, CONFIG, Cache(tmp_path), known)
