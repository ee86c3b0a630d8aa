"""A foreign key between two user-owned tables does not include the owner.

PostgreSQL checks foreign keys without row security. A user can therefore point one of their rows at somebody
else's, and learn from the answer whether that row exists. With `(parent_id, owner_id)` referencing `(id,
owner_id)`, the database itself ensures that parent and child have the same owner.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.catalog.world import world
from specward.rules.examples import Example
from specward.rules.schema.built import found

SUMMARY = "a foreign key lets a row point to another user's"
MISTAKE = """
create table tags (
    owner_id uuid not null references accounts (id),
    note_id uuid not null references notes (id),
    primary key (owner_id, note_id)
);
alter table tags enable row level security;
alter table tags force row level security;
"""
GOOD = Example(world(), database=True)
BAD = Example(world(MISTAKE), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each key."""
    yield from found(project, "SW659")
