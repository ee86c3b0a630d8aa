"""What a report says of a small shop, before any page shows it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.output.report.findings import frame
from specward.output.report.model import Chain, Link, Phase, Report, State
from specward.output.report.read import read_report
from specward.verify import judge, read_project
from tests.specward.output.shop import make_shop
from tests.specward.repository import make_repository, write_tree


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return read(make_shop(tmp_path_factory.mktemp("report") / "shop"))


def read(root: Path) -> Report:
    project = read_project(root)
    return read_report(judge(project), project)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ('[project]\nname = "shop"\n', "shop"),
        ("[project]\n", "project"),
        ('[tool.specward]\nfeature = "a"\n', "a"),
    ],
)
def test_a_project_without_features_is_called_like_its_package(
    settings: str, name: str, tmp_path: Path
) -> None:
    assert read(make_repository(tmp_path, {"pyproject.toml": settings})).name == name


def chain(report: Report, name: str) -> Chain:
    return next(chain for chain in report.chains if chain.name == name)


def link(report: Report, task: str, name: str) -> Link:
    return next(link for link in chain(report, task).links if link.name == name)


def test_tasks_stand_by_their_state_and_those_that_want_attention_first(report: Report) -> None:
    assert [(chain.name, chain.phase) for chain in report.chains] == [
        ("T-004", Phase.STALE),
        ("T-003", Phase.UNAPPROVED),
        ("T-005", Phase.BEGUN),
        ("T-002", Phase.READY),
        ("T-001", Phase.DONE),
    ]


def test_a_chain_goes_from_sections_to_records(report: Report) -> None:
    found = [
        (link.name, link.state, [item.name for item in link.items]) for link in chain(report, "T-001").links
    ]
    assert found == [
        ("Sections", State.KEPT, ["specify §1.1"]),
        ("Approval", State.KEPT, []),
        ("Files", State.KEPT, ["backend/app/orders/routes.py"]),
        ("Operations", State.OPEN, ["GET /v1/orders"]),  # there is no application to compare with
        ("Tables", State.KEPT, ["orders"]),
        ("Tests", State.KEPT, ["tests/orders/test_list.py"]),
        ("History", State.KEPT, ["T-001: List orders"]),
    ]
    assert link(report, "T-001", "Approval").words == "A Person, 2026-01-02"


def test_what_is_not_there_yet_is_not_broken(report: Report) -> None:
    assert {link.name: link.state for link in chain(report, "T-002").links} == {
        "Sections": State.KEPT,
        "Approval": State.KEPT,
        "Files": State.OPEN,
        "Operations": State.OPEN,
        "Tables": State.OPEN,
        "Tests": State.OPEN,
        "History": State.OPEN,
    }
    assert [item.anchor for item in chain(report, "T-002").preconditions] == [chain(report, "T-001").anchor]


def test_findings_break_the_link_that_they_are_about(report: Report) -> None:
    assert link(report, "T-003", "Approval") == Link(
        "Approval", State.BROKEN, (), "shop/T-003 has not been approved."
    )
    assert link(report, "T-005", "History").words == "missing"
    assert [told.code for told in chain(report, "T-005").findings] == ["SW801"]
    assert link(report, "T-004", "Approval").items[0].name == "specify §1.4 has changed"


def test_the_tallies_are_those_of_the_chains(report: Report) -> None:
    for tally in report.tallies:
        states = [link.state for chain in report.chains for link in chain.links if link.name == tally.name]
        assert (tally.kept, tally.open, tally.broken) == tuple(
            states.count(state) for state in (State.KEPT, State.OPEN, State.BROKEN)
        )


def test_sections_nobody_implements(report: Report) -> None:
    rows = {row.name: (row.state, [item.name for item in row.tasks]) for row in report.documents[0].rows}
    assert rows == {
        "specify §1": (None, []),
        "specify §1.1": (State.KEPT, ["T-001"]),
        "specify §1.2": (State.OPEN, ["T-002"]),
        "specify §1.3": (State.KEPT, ["T-003"]),
        "specify §1.4": (State.OPEN, ["T-004"]),
        "specify §1.5": (State.KEPT, ["T-005"]),
        "specify §1.6": (State.BROKEN, []),
    }


def test_code_nobody_asked_for(report: Report) -> None:
    assert {row.path: row.unasked for row in report.files if row.unasked} == {
        "backend/app/gifts.py": "its header names no task that there is",
        "backend/app/shipping/secret.py": "it has no header",
    }


def test_tables_have_owners_and_guards(report: Report) -> None:
    assert [(row.name, row.owner, row.guard, row.columns) for row in report.tables] == [
        ("users", "id", "", 1),
        ("orders", "user_id", "forced, 1 policy", 2),
        ("products", "", "", 1),
    ]
    assert [item.name for item in report.tables[1].tasks] == ["T-001", "T-002"]


def test_operations_that_could_not_be_compared_say_so(report: Report) -> None:
    assert [(str(row.method), row.path, row.words, row.security) for row in report.operations] == [
        ("GET", "/v1/orders", "not compared", "http bearer"),
        ("DELETE", "/v1/orders/{id}", "not compared", "public"),
    ]


def test_operations_are_held_against_what_is_served(tmp_path: Path) -> None:
    root = make_shop(tmp_path / "shop")
    settings = (root / "pyproject.toml").read_text() + 'app = "app.main:app"\napp_dir = "backend"\n'
    served = (
        "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n"
        '@app.get("/v1/orders")\ndef orders() -> None:\n    """List."""\n\n\n'
        '@app.get("/v1/more")\ndef more() -> None:\n    """More."""\n'
    )
    write_tree(root, {"pyproject.toml": settings, "backend/app/main.py": served})
    rows = {f"{row.method} {row.path}": row for row in read(root).operations}
    assert {name: (row.state, row.words) for name, row in rows.items()} == {
        "GET /v1/orders": (State.BROKEN, "its security is weaker"),
        "DELETE /v1/orders/{id}": (State.OPEN, "waits for T-002"),
        "GET /v1/more": (State.BROKEN, "nobody asked for it"),
    }
    assert "SW405" in {told.code for told in rows["GET /v1/orders"].findings}


def test_every_anchor_leads_somewhere(report: Report) -> None:
    items = [item for chain in report.chains for link in chain.links for item in link.items]
    anchors = {row.anchor for each in report.documents for row in each.rows}
    for rows in (report.files, report.operations, report.tables, report.chains):
        anchors |= {row.anchor for row in rows}
    assert {item.anchor for item in items if item.anchor} <= anchors


def test_an_empty_repository_has_a_report(tmp_path: Path) -> None:
    report = read(tmp_path)
    assert (report.chains, report.documents, report.operations, report.files) == ((), (), (), ())


@given(st.text(), st.integers(-1, 5), st.integers(-1, 300))
def test_any_frame_is_whole(text: str, line: int, column: int) -> None:
    for shown in frame(text, line, column):
        assert (
            shown.before + shown.word + shown.after
            == text.split("\n")[shown.number - 1].rstrip("\r").expandtabs(4)[:400]
        )
        assert bool(shown.word) == (shown.number == line)
