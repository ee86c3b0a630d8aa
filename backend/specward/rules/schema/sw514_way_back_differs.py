"""Downgrading to the base and upgrading again does not lead to the same database.

A downgrade that fails or forgets something is noticed in the worst hour. The gate upgrades, downgrades to the
base, where nothing may be left, and upgrades again; the catalogue must then be the same as before. A chain in
which no revision has a downgrade is taken as a decision to go forward only, and the report says so.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.schema.built import found
from specward.rules.schema.world import chained

SUMMARY = "downgrade and upgrade do not restore the schema"
GOOD = Example(chained("op.drop_table('customers')"), database=True)
BAD = Example(chained("op.execute('select 1')"), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each thing that is left or changed."""
    yield from found(project, "SW514")
