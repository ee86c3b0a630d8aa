"""The small world in which every rule's examples live, and the shape of an example."""

from collections.abc import Mapping
from typing import NamedTuple


class Link(str):
    """A file of an example that is a symbolic link; its text is where it leads."""

    __slots__ = ()


class Example(NamedTuple):
    """A small repository where a rule speaks or is silent: `explain` shows it, one generic test runs it."""

    files: Mapping[str, str]  # path → text, on top of `SPECS`
    before: Mapping[str, str] | None = None  # the same at the base revision; None: nothing is compared
    approved: tuple[str, ...] = ("T-001",)  # tasks that carry a stamp, given on what `SPECS` says
    approved_before: bool = True  # whether the stamps were there at the base revision
    task: str | None = None  # the task bound to the run
    database: bool = False  # whether it takes a database server to see it


SPECS: Mapping[str, str] = {
    "pyproject.toml": '[project]\nname = "shop"\ndependencies = []\n\n[tool.specward]\nfeature = "shop"\n',
    "specs/specify.md": "# Shop\n\n## 1. Orders\n\n### 1.1 Listing\n\nA customer lists their own orders.\n",
    "specs/plan.md": "# Plan\n\n## 1. Layers\n\nRoutes call services.\n",
    "specs/tasks.md": (
        "# Tasks\n\n"
        "### T-001: List orders\n\n"
        "- **Status**: open\n"
        "- **From**: speckit.specify §1.1; speckit.plan §1\n"
        "- **Preconditions**: none\n"
        "- **Outputs**: the customer's orders\n"
        "- **Files**: `backend/app/orders/**`\n"
        "- **Operations**: none\n"
        "- **Tables**: none\n"
        "- **Tests**: `tests/orders/**`\n"
        "- **Dependencies**: `httpx`\n"
        "- **Done when**: the list is served.\n"
    ),
}

HEADER = (
    '"""\n[Task]: T-001\n[From]: speckit.specify §1.1, speckit.plan §1\n[Description]: Lists orders.\n"""\n'
)
