"""Where a finding about the migrated database is shown: at the statement that makes the thing."""

from pathlib import Path

import pytest

from specward.config import Config
from specward.schema.case import Case
from specward.schema.model import DataModel
from specward.schema.revisions import read_chain

FIRST = """revision = "1"
down_revision = None
TABLES = '''
create table upkeep (id uuid);
alter table upkeep enable row level security;
create policy upkeep_select on upkeep using (true);
'''
def downgrade():
    op.execute("drop policy upkeep_select on upkeep")
"""
SECOND = """revision = "2"
down_revision = "1"
op.execute("create policy sealed on answers using (current_setting('app.duty') = 'upkeep')")
op.execute("alter table upkeep add column due_at timestamptz")
"""
TEXTS = {"versions/1.py": FIRST, "versions/2.py": SECOND}
CASE = Case(Path(), Config(), DataModel(), read_chain(TEXTS), (), TEXTS)


@pytest.mark.parametrize(
    ("subject", "part", "path", "line"),
    [
        ("upkeep", "upkeep_select", "versions/1.py", 6),
        ("table upkeep", "", "versions/1.py", 4),
        ("upkeep", "row level security", "versions/1.py", 5),
        ("upkeep", "due_at", "versions/2.py", 4),
        ("upkeep", "upkeep_key", "versions/1.py", 4),
        ("answers", "sealed", "versions/2.py", 3),
        ("role app.duty", "", "versions/2.py", 1),
        ("server", "", "versions/2.py", 1),
    ],
)
def test_the_statement_that_makes_it(subject: str, part: str, path: str, line: int) -> None:
    place = CASE.revision(subject, part)
    assert (place.path, place.line) == (path, line)
