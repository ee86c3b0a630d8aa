"""The approved tables at a glance: whose rows they hold, what guards them, and what was found."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from specward.output.report.findings import Findings, unique
from specward.output.report.links import Links, anchor
from specward.output.report.model import TableRow, Told
from specward.project import Project
from specward.rules.schema.reading import data_model
from specward.schema.edits import PART, Edit
from specward.schema.model import DataModel, Table
from specward.schema.owners import owned_tables, read_settings
from specward.schema.stated import read_stated, statements_on
from specward.specs.model import Section

_FAMILIES = ("schema", "isolation")


def read_tables(project: Project, links: Links, findings: Findings) -> tuple[TableRow, ...]:
    """List the tables of the approved data models."""
    model = project.fact(data_model)
    owners, guards = _owners(project, model), _guards(model)
    return tuple(
        TableRow(
            anchor=table_anchor(table.name),
            name=table.name,
            owner=owners.get(table.name, ""),
            guard=guards.get(table.name, ""),
            columns=len(table.columns),
            place=(section := _section(project, table)).place,
            tasks=tuple(links.task_item(task) for task in links.tasks_of_table(table.name)),
            findings=unique(_about(table, section, findings)),
        )
        for table in model.tables
    )


def table_anchor(name: str) -> str:
    """Return the anchor of a table's row."""
    return anchor("table", name)


def _section(project: Project, table: Table) -> Section:
    """Return the section that describes a table: the last that begins above its columns."""
    return max(
        (
            section
            for spec_set in project.spec_sets
            for document in spec_set.documents
            if document.path == table.place.path
            for section in document.sections
            if section.place.line <= table.place.line
        ),
        key=lambda section: section.place.line,
    )


def _owners(project: Project, model: DataModel) -> Mapping[str, str]:
    """Return the columns that say whose a row is, as the rules on isolation know them."""
    stated = read_stated(model)
    return owned_tables(stated.approved.facts, stated.references, read_settings(project.config))


def _guards(model: DataModel) -> Mapping[str, str]:
    """Return what the data model's SQL says of row security, by table."""
    edits: dict[str, list[Edit]] = defaultdict(list)
    for _, edit in statements_on(model):
        edits[edit.subject].append(edit)
    return {table: _guard(of_table) for table, of_table in edits.items()}


def _guard(edits: list[Edit]) -> str:
    said = [" ".join(edit.text.lower().split()) for edit in edits]
    if not any("enable row level security" in words for words in said):
        return ""
    policies = sum(
        edit.kind == PART and words.startswith("create policy")
        for edit, words in zip(edits, said, strict=True)
    )
    forced = any(re.search(r"(?<!no )force row level security", words) for words in said)
    state = "forced" if forced else "enabled, not forced"
    return f"{state}, {policies} {'policy' if policies == 1 else 'policies'}"


def _about(table: Table, section: Section, findings: Findings) -> Iterator[Told]:
    """Give the findings on its section, and those of its families whose words name it."""
    first = section.place.line
    yield from findings.within(section.place.path, first, first + section.text.rstrip("\n").count("\n"))
    for told in findings.standing:
        if told.family in _FAMILIES and re.search(rf"\b{re.escape(table.name)}\b", told.message):
            yield told
