"""A SECURITY DEFINER function has no search_path of its own.

It runs with the rights of its owner, but looks up names on the search path of its caller. A caller who
creates a table or operator of the same name in a schema of their own gets their code run as the owner. Set
`search_path = pg_catalog, pg_temp` on the function and write names with their schema.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.catalog.world import world
from specward.rules.examples import Example
from specward.rules.schema.built import found

SUMMARY = "a SECURITY DEFINER function runs with its caller's search_path"
MISTAKE = """
create function total() returns bigint language sql security definer
    as 'select count(*) from public.notes';
"""
GOOD = Example(world(), database=True)
BAD = Example(world(MISTAKE), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each function."""
    yield from found(project, "SW662")
