"""The brief of a task: whole, and in pieces that a hook can hand over."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from specward.brief import brief, brief_json, gather, pieces
from specward.config import Config
from specward.specs.reader import read_specs
from tests.specward.repository import write_tree

CONFIG = Config(feature="shop")
TASKS = """### T-1: Carts

- **From**: speckit.specify §1, §9; data-model §carts
- **Files**: `backend/app/carts/**`
- **Operations**: `GET /v1/cart`
- **Tables**: `carts`
"""
FILES = {
    "specs/specify.md": "# Specification\n\n## 1. Carts\n\nA cart lives\nat most 30 days.\n",
    "specs/tasks.md": TASKS,
    "specs/data-model.md": "# Data model\n\n## carts\n\n| Column | Type |\n|---|---|\n| id | uuid |\n",
    "specs/contracts/openapi.yaml": "paths: {/v1/cart: {get: {responses: {'200': {description: Here}}}}}\n",
}
EXPECTED = """# shop/T-1: Carts

NOT APPROVED: shop/T-1 has not been approved. A person runs `specward approve shop/T-1` at a terminal.

## Permit

- Paths: `backend/app/carts/**`
- Tests: none
- Operations: `GET /v1/cart`
- Tables: `carts`
- Dependencies: none

## The task (specs/tasks.md:1)

### T-1: Carts

- **From**: speckit.specify §1, §9; data-model §carts
- **Files**: `backend/app/carts/**`
- **Operations**: `GET /v1/cart`
- **Tables**: `carts`

## specify §1 (specs/specify.md:3)

## 1. Carts

A cart lives
at most 30 days.

## data-model §carts (specs/data-model.md:3)

## carts

| Column | Type |
|---|---|
| id | uuid |

## GET /v1/cart (specs/contracts/openapi.yaml:1)

```yaml
responses:
  '200':
    description: Here
```

## table carts

It is data-model §carts, above.

## Cited, but missing

- speckit.specify §9: specs/specify.md has no section §9. Cite a section by its id (§FR-003), its \
number (§2.1) or its title (§Key Entities).
"""


def test_a_brief_holds_everything_the_task_cites(tmp_path: Path) -> None:
    write_tree(tmp_path, FILES)
    spec_sets = read_specs(tmp_path, CONFIG)
    assert brief(tmp_path, spec_sets[0].tasks[0], spec_sets, {}, CONFIG) == EXPECTED


def test_the_same_as_values(tmp_path: Path) -> None:
    write_tree(tmp_path, FILES)
    spec_sets = read_specs(tmp_path, CONFIG)
    values = brief_json(gather(tmp_path, spec_sets[0].tasks[0], spec_sets, {}, CONFIG))
    assert values["approval"] == {
        "state": "unapproved",
        "sentences": [
            EXPECTED.splitlines()[2],
        ],
    }
    cites = values["cites"]
    assert isinstance(cites, list)
    assert [cite["name"] for cite in cites] == [
        "specify §1",
        "data-model §carts",
        "GET /v1/cart",
        "table carts",
    ]


@given(st.text(alphabet="ab# \n", max_size=400), st.integers(10, 60))
def test_pieces_are_small_enough_and_join_again(text: str, limit: int) -> None:
    found = pieces(text, limit)
    assert "".join(found) == text
    assert all(len(piece) <= limit for piece in found)


def test_pieces_begin_with_a_section_where_they_can() -> None:
    first, second = pieces("# A\n\nxxxxxxxx\n\n## B\n\nyyyyyyyy\n", 24)
    assert second == "## B\n\nyyyyyyyy\n"
    assert first.endswith("\n\n")
