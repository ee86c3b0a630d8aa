"""The promise on whole projects: no finding on one as it should be, and one for every fault made in it."""

import pytest
from bench.isolation.projects import Whole, load_projects
from bench.isolation.run import Score, judge_project

PROJECTS = load_projects()
# What is known to be told wrongly, as (faults missed, false findings); what is mended goes from here.
OPEN = {
    "agentdesk": (2, 0),  # tools that a model calls by their names
    "artloan": (0, 1),  # a consequence of the fault, elsewhere
    "bazarly": (1, 0),  # a role that is asked for in place of the row
    "benchrunner": (2, 5),  # what a listing that was approved opens; a catalogue of everybody's
    "birdlabel": (3, 0),  # administrators of any workspace, twice; annotators of one
    "boxoffice": (4, 0),  # a ticket's code; what managers look after; what is open, and not to be added to
    "briefroom": (0, 1),  # a consequence of the fault, elsewhere
    "cadenza": (2, 0),  # the lessons of any student; a check that answers where nothing was found
    "calibra": (2, 2),  # a poll by a socket that has no key; a join by somebody else's column
    "callwise": (0, 1),  # a provider's notice
    "castdeck": (2, 1),  # a job that is told an episode; jobs by a condition; a preview by its key
    "chat_assistant": (2, 0),  # tools that a model calls by their names
    "chorister": (2, 0),  # who may read and let others in; annotations of others on what one may read
    "clinic": (2, 1),  # a role that is held to its own, twice; when a doctor is busy
    "clinica": (2, 4),  # any doctor; messages that leave; slots and patients that reception books
    "coachly": (1, 0),  # a link that was not accepted yet
    "cornershop": (1, 0),  # a receipt that is only logged
    "cuesheet": (0, 2),  # what is announced to everybody; a consequence, elsewhere
    "datarepo": (3, 2),  # who may read and not write; a job of somebody; what is curated for everybody
    "designhub": (1, 0),  # comments that their author alone deletes, where nothing else asks
    "deskdept": (1, 0),  # a user of another company, in a seat
    "dropnest": (2, 1),  # a link's file by its own key; a share with anybody; either a file or a folder
    "expense_tracker": (1, 0),  # a sub-query that is joined
    "fieldcrew": (2, 3),  # a membership of anybody; a project of some members; colleagues who are added
    "fieldnotes": (1, 0),  # a kind of access that a branch forgets
    "fitcoach": (1, 0),  # what may be read, and not written
    "fleet": (1, 0),  # a subscription without a statement
    "flowdeck": (1, 0),  # a public link that asks nothing
    "flowpipe": (4, 1),  # statements of a worker behind a queue; a workspace that a header names
    "freightline": (1, 0),  # customers of one organisation
    "gardenbed": (1, 0),  # who may read and not write
    "gigboard": (1, 1),  # an act of somebody else's where acts may be listed; gigs that are open
    "glazebook": (2, 0),  # a file that is put into what is one's own; the kind of access that is asked
    "grantflow": (0, 1),  # programmes that everybody may apply to, though an officer looks after them
    "hearthbook": (1, 0),  # a member's role that no other route asks for
    "hiretrack": (0, 1),  # consequences of the fault, elsewhere
    "job_board": (0, 1),  # companies that everybody may see, though they have members
    "kbforge": (1, 0),  # who may read and not write
    "kennelbase": (5, 3),  # customers of one house, three times; another house; an owner that staff may name
    "keyforge": (0, 1),  # a key of a team whose members are not asked for any more
    "kinfolk": (0, 1),  # a consequence of the fault, elsewhere
    "labbench": (2, 2),  # ids that were compared as a set; a grant to read that lets write
    "labdesk": (1, 0),  # members of one lab
    "leadnest": (0, 1),  # a consequence of the fault, elsewhere
    "learnhub": (1, 0),  # fellow students
    "learning": (1, 0),  # a role that is asked for in place of the row
    "ledgerleaf": (1, 2),  # an account that is among several
    "mapatelier": (0, 1),  # a consequence of the fault, elsewhere
    "medcab": (1, 0),  # a member's own record of what a household shares
    "mesa": (5, 2),  # a cache's key; colleagues, twice; a role; restaurants that everybody may book
    "meterly": (5, 0),  # what a listener no longer keeps, four times; a user
    "newsrack": (2, 1),  # what is popular, of everybody; folders through a relationship
    "openchat": (3, 0),  # who may read and not write, three times
    "openhand": (1, 0),  # a task beside the request that is told an organisation
    "patchlens": (4, 0),  # who may read and not write, twice; what its owner alone sees; drafts
    "pawclinic": (0, 2),  # a manager's statements on what is everybody's
    "pawjournal": (1, 1),  # carers who let others in; a consequence, elsewhere
    "petswap": (2, 4),  # a sitter of another, and who may see; a board that everybody sees
    "pingwatch": (2, 2),  # a member of any workspace; a page by a UUID; consequences, twice
    "podhost": (1, 0),  # members who may not change what others wrote
    "polyglot": (4, 0),  # colleagues, three times; a client's own key
    "recipebox": (1, 0),  # what stays private of what is published
    "rentyard": (1, 0),  # a header that names an organisation, and a membership that is not asked for
    "roverops": (1, 0),  # a rank that is looked up and not asked for
    "shelterdesk": (3, 1),  # what its keeper alone sees, three times; organisations that anybody may see
    "showfeed": (0, 1),  # a consequence of the fault, elsewhere
    "skysurvey": (1, 0),  # a key of another organisation
    "splitfair": (2, 1),  # who pays, of a group; members who may not put out others
    "staffdesk": (1, 0),  # any manager
    "stairwell": (1, 0),  # who may delete what others wrote
    "stemshare": (3, 1),  # who may read and not write, twice; a consequence that is told at the dependency
    "studylab": (0, 1),  # a consequence of the fault, elsewhere
    "surveys": (0, 4),  # forms that are open to everybody, as a ticket that is open is not
    "tentpole": (1, 0),  # members who were removed
    "toolcupboard": (3, 0),  # households of one group, twice; what its owner locked
    "tripmind": (1, 1),  # a link that opens by either of two keys; a preset of everybody's
    "wallets": (0, 3),  # money that goes to others, three times
    "warroom": (1, 0),  # a subscription without a statement
    "wattlog": (1, 1),  # a key of a file; what a gateway that is trusted reports
    "wellnest": (0, 1),  # one's own, or a role
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
    assert len(PROJECTS) >= 131
    assert sum(len(whole.faults) for whole in PROJECTS) >= 860
