"""What is wrong with the shop in each family: a few files, and the findings that they must give."""

from pathlib import Path
from typing import NamedTuple

from tests.families import shop

Files = dict[str, str | None]  # path → text; None: the file is gone

MAIN, MODELS = "backend/app/main.py", "backend/app/models.py"
SECURITY = "backend/app/security.py"
AGENT = ".claude/agents/backend-engineer.md"
COUPONS = "backend/app/migrations/versions/v0002_coupons.py"
MAKES_COUPONS = shop.headed(
    "A table that nobody asked for.",
    '''from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make it."""
    op.execute("create table coupons (id uuid primary key)")


def downgrade() -> None:
    """Drop it."""
    op.execute("drop table coupons")
''',
)


class Wrong(NamedTuple):
    """The shop with one family's faults."""

    family: str
    files: Files
    codes: tuple[str, ...]  # of all findings of `specward check`, sorted
    options: tuple[str, ...] = ()  # what it takes to see them


def main_with(old: str, new: str) -> str:
    """The API with one thing changed."""
    assert old in shop.MAIN
    return shop.MAIN.replace(old, new)


def agent_with_a_shell() -> str:
    """The agent's definition, with a tool that no hook can judge."""
    return (shop.ROOT / AGENT).read_text(encoding="utf-8").replace("tools: Read,", "tools: Bash, Read,")


WRONGS = (
    Wrong(
        "SW1",
        {MAIN: main_with("§1.1,", "§1.7,")},
        ("SW105",),
    ),
    Wrong("SW2", {"specs/specify.md": shop.SPECIFY.replace("nobody else's", "their friends'")}, ("SW202",)),
    Wrong(
        "SW3",
        {"README.md": "# Another shop\n", COUPONS: MAKES_COUPONS},
        ("SW301", "SW308"),
        ("--task", shop.TASK),
    ),
    Wrong(
        "SW4",
        {
            MAIN: shop.MAIN + '\n\n@app.get("/v1/debug", include_in_schema=False)\ndef debug() -> str:\n'
            '    """Say that it runs."""\n    return "It runs."\n'
        },
        ("SW403",),
    ),
    Wrong(
        "SW5",
        {
            MODELS: shop.MODELS.replace("max_length=254", "max_length=255"),
            "backend/app/migrations/versions/v0002_other.py": shop.REVISION.replace('"0001"', '"0002"'),
        },
        ("SW502", "SW513", "SW515"),
        ("--database",),
    ),
    Wrong("SW6", {MAIN: main_with(".where(Order.owner_id == caller)", "")}, ("SW601",)),
    Wrong(
        "SW7",
        {
            MAIN: main_with('    """List the caller\'s own orders."""\n', "").replace(
                "from fastapi", "import json\n\nfrom fastapi"
            ),
            SECURITY: shop.SECURITY + 'SECONDS: int = "sixty"\n',
        },
        ("SW701", "SW702", "SW703"),
    ),
    Wrong(
        "SW8",
        {shop.RECORD_PATH: shop.RECORD.replace("orders are listed", f"the key is {'AKIA' + 4 * 'ABCD'}")},
        ("SW808",),
    ),
    Wrong("SW9", {AGENT: agent_with_a_shell()}, ("SW912",)),
)


def apply(root: Path, files: Files) -> None:
    """Write what is wrong into a copy of the shop."""
    for path, text in files.items():
        if text is None:
            (root / path).unlink()
        else:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
