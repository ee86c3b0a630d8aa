"""The approved tables at a glance: whose rows they hold, what guards them, and what was found."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from specward.output.report.findings import Findings, unique
from specward.output.report.links import Links, anchor
from specward.output.report.model import TableRow, Told
from specward.project import Project
from specward.specs.model import Section

_RULE = re.compile(r"\|?[ \t:|-]*-{3,}[ \t:|-]*\|?")
_REFERENCE = re.compile(r"\breferences\s+(?P<table>\w+)", re.IGNORECASE)
_HEADS = frozenset({"column", "field", "attribute", "name"})
_FAMILIES = ("schema", "isolation")


class _Described(NamedTuple):
    """A table as its section describes it."""

    name: str
    section: Section
    columns: dict[str, str]  # what is said of each, by name


def read_tables(project: Project, links: Links, findings: Findings) -> tuple[TableRow, ...]:
    """List the tables of the approved data models."""
    described = list(_described(project))
    users, owner = _ownership(described)
    return tuple(
        TableRow(
            anchor=table_anchor(table.name),
            name=table.name,
            owner=_owner(table, users, owner),
            guard=_guard(table.section.text.lower()),
            columns=len(table.columns),
            place=table.section.place,
            tasks=tuple(links.task_item(task) for task in links.tasks_of_table(table.name)),
            findings=unique(_about(table, findings)),
        )
        for table in described
    )


def table_anchor(name: str) -> str:
    """Return the anchor of a table's row."""
    return anchor("table", name)


def _described(project: Project) -> Iterator[_Described]:
    for spec_set in project.spec_sets:
        for document in spec_set.documents:
            sections = document.sections[1:] if document.role == "data-model" else ()
            for section, following in zip(sections, (*sections[1:], None), strict=False):
                if following is None or following.place.line > _last(section):
                    columns = _columns(section.text.split("\n"))
                    if columns:
                        yield _Described(_name(section), section, columns)


def _last(section: Section) -> int:
    return section.place.line + section.text.rstrip("\n").count("\n")


def _name(section: Section) -> str:
    """Return the table's name: the title without its number and words such as `Table:`."""
    return next((name for name in section.anchors if re.fullmatch(r"[a-z_]\w*", name)), section.title)


def _columns(lines: list[str]) -> dict[str, str]:
    """Read the columns of a markdown table: the first cell of each row is the name."""
    for number in range(1, len(lines)):
        head = lines[number - 1].strip().strip("|").split("|")[0].strip().lower()
        if head in _HEADS and _RULE.fullmatch(lines[number].strip()):
            rows = [line.strip().strip("|") for line in lines[number + 1 :]]
            end = next((index for index, row in enumerate(rows) if "|" not in row), len(rows))
            return {row.split("|")[0].strip(" `*"): row for row in rows[:end]}
    return {}


def _ownership(tables: list[_Described]) -> tuple[str, str]:
    """Return the table of the users, which most others refer to, and the column by which they do."""
    ways = Counter(
        (found["table"], column)
        for table in tables
        for column, words in table.columns.items()
        if (found := _REFERENCE.search(words)) and found["table"] != table.name
    )
    return max(ways, key=lambda way: ways[way]) if ways else ("", "")


def _owner(table: _Described, users: str, owner: str) -> str:
    if owner in table.columns:
        return owner
    if table.name == users:
        return next((name for name, said in table.columns.items() if "primary key" in said.lower()), "")
    direct = (name for name, said in table.columns.items() if re.search(rf"references\s+{users}\b", said))
    return next(direct, "") if users else ""


def _guard(text: str) -> str:
    if "enable row level security" not in text:
        return ""
    policies = text.count("create policy")
    forced = "forced" if "force row level security" in text else "enabled, not forced"
    return f"{forced}, {policies} {'policy' if policies == 1 else 'policies'}"


def _about(table: _Described, findings: Findings) -> Iterator[Told]:
    """Give the findings on its section, and those of its families whose words name it."""
    place = table.section.place
    yield from findings.within(place.path, place.line, _last(table.section))
    for told in findings.standing:
        if told.family in _FAMILIES and re.search(rf"\b{re.escape(table.name)}\b", told.message):
            yield told
