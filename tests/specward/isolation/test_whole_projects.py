"""The promise on whole projects: no finding on one as it should be, and one for every fault made in it."""

import pytest
from bench.isolation.projects import Whole, load_projects
from bench.isolation.run import Score, judge_project

PROJECTS = load_projects()
# What is known to be told wrongly, as (faults missed, false findings); what is mended goes from here.
OPEN = {
    "chat_assistant": (2, 0),  # tools that a model calls by their names
    "calibra": (2, 2),  # a poll by a socket that has no key; a join by somebody else's column
    "callwise": (1, 2),  # what may be read, and not written; templates for all, and a provider's notice
    "clinic": (1, 1),  # a role that is held to its own beside one that is not; when a doctor is busy
    "cornershop": (1, 0),  # a receipt that is only logged
    "cuesheet": (0, 2),  # what is announced to everybody; a consequence, elsewhere
    "expense_tracker": (1, 0),  # a sub-query that is joined
    "fleet": (1, 0),  # a subscription without a statement
    "flowdeck": (1, 0),  # a public link that asks nothing
    "gardenbed": (1, 0),  # who may read and not write
    "grantflow": (0, 2),  # programmes that everybody may apply to, though an officer looks after them
    "job_board": (0, 1),  # companies that everybody may see, though they have members
    "keyforge": (0, 1),  # a key of a team whose members are not asked for any more
    "leadnest": (0, 1),  # a consequence of the fault, elsewhere
    "kinfolk": (0, 1),  # a consequence of the fault, elsewhere
    "learning": (1, 0),  # a role that is asked for in place of the row
    "newsrack": (2, 3),  # what is popular, of everybody; folders through a relationship
    "notes_sharing": (1, 0),  # who may read and not write; either of two checks
    "openchat": (4, 0),  # who may read and not write, four times
    "parlour": (1, 0),  # members who may not change what others wrote
    "pawclinic": (0, 2),  # a manager's statements on what is everybody's
    "splitfair": (2, 1),  # who pays, of a group; members who may not put out others
    "stemshare": (5, 2),  # who may read and not write, twice; consequences that are told at the dependency
    "surveys": (0, 3),  # forms that are open to everybody, as a ticket that is open is not
    "tripmind": (1, 1),  # a link that opens by either of two keys; a preset of everybody's
    "wallets": (0, 3),  # money that is moved to others, and a payee whose wallet is theirs
    "warroom": (1, 0),  # a subscription without a statement
    "wattlog": (1, 1),  # a key of a file; a gateway that delivers for all customers
    "wellnest": (1, 2),  # one's own, or a role
    "workboard": (2, 0),  # a lower role; members who may not change what others wrote
}


@pytest.mark.parametrize(
    "whole", [whole for whole in PROJECTS if not whole.held_back], ids=lambda whole: whole.name
)
def test_a_project_of_the_tuning_half_is_told_right(whole: Whole) -> None:
    score = judge_project(whole).score
    assert (score.missed, score.false) == OPEN.get(whole.name, (0, 0))


def test_recall_and_precision_hold_on_what_was_held_back() -> None:
    scores = [judge_project(whole).score for whole in PROJECTS if whole.held_back]
    total = Score(*map(sum, zip(*scores, strict=True)))
    assert total.recall >= 0.9
    assert total.precision >= 0.9


def test_the_set_is_large() -> None:
    assert len(PROJECTS) >= 69
    assert sum(len(whole.faults) for whole in PROJECTS) >= 630
