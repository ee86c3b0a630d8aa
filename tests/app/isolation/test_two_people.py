"""Over HTTP: one person attacks another through every operation, and nothing of theirs moves or shows.

The attacks are the gate's own (`specward prove`); here they meet this application, and mutants of it.
"""

from pathlib import Path

import psycopg
import pytest

from specward.config import load_config
from specward.database.provision import Urls
from specward.database.server import Server
from specward.prove.proof import ALONE, EVERYTHING, Place, Project, Walk, read_project, walk
from tests.app.conftest import name_of
from tests.app.isolation.mutants import database_mutants, without_criterion
from tests.servers.plugin import ROOT

# Its check is `true` already: the mutant is the policy itself.
EQUIVALENT = {"open the check of upkeep_begin on upkeep"}


@pytest.fixture(scope="module")
def project() -> Project:
    return read_project(ROOT, load_config(ROOT))


@pytest.fixture
def place(fresh_database: Urls, server: Server) -> Place:
    return Place(fresh_database, server.superuser_url(name_of(fresh_database)))


def faults(walked: Walk) -> list[str]:
    """Everything that was seen, with the operation."""
    return [*walked.faults, *(f"{line.operation}: {fault}" for line in walked.lines for fault in line.faults)]


def test_nothing_of_another_moves_or_shows_and_answers_are_as_the_contract_says(
    project: Project, place: Place
) -> None:
    walked = walk(project, place, EVERYTHING)
    assert faults(walked) == []
    assert {line.operation for line in walked.lines} >= {target.label for target in project.targets}
    took = {name for line in walked.lines for name in line.ids}
    assert took == {"session_id", "notification_id"}


def test_the_applications_own_filters_hold_alone(project: Project, place: Place) -> None:
    assert faults(walk(project, place, ALONE)) == []


def test_a_missing_criterion_is_seen_where_row_security_does_not_stand_behind(
    project: Project, place: Place, tmp_path: Path
) -> None:
    mutant = without_criterion(project, "notifications", tmp_path)
    seen = faults(walk(mutant, place, ALONE))
    assert any("GET /v1/notifications:" in fault and "shows another user's data" in fault for fault in seen)
    assert any("answer differs from the one for ids that do not exist" in fault for fault in seen)
    assert any("rows of notifications have changed" in fault for fault in seen)


def test_row_security_stands_behind_a_missing_criterion(
    project: Project, place: Place, tmp_path: Path
) -> None:
    mutant = without_criterion(project, "notifications", tmp_path)._replace(conforms=False)
    assert faults(walk(mutant, place, EVERYTHING)) == []


def test_every_policy_that_is_taken_away_or_opened_is_seen(place: Place, project: Project) -> None:
    """By the catalogue's checks (of user-owned tables), or by the comparison with the data model (of all)."""
    with psycopg.connect(place.admin, autocommit=True) as connection:
        looks = list(database_mutants(connection, project.config))
    assert {name for name, *seen in looks if not any(seen)} == EQUIVALENT
    assert sum(checked for _, checked, _ in looks) > len(looks) // 2
