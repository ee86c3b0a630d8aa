"""A SECURITY DEFINER function has no search_path of its own.

It runs with the rights of its owner and looks up names where its caller tells it to: a caller who makes a
table or an operator of the same name in a schema of theirs has their code run as the owner. `set search_path
= pg_catalog, pg_temp` in the function, and names written with their schema, end that.
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
