"""A policy casts the column instead of the setting, or casts a setting that may be empty.

A cast column cannot use its index, so each statement reads the table of everybody. And after the first
transaction of a pooled connection the setting is '' and not null, which is no uuid: without `nullif` the next
statement without a user fails with an error that tells of the cast instead of finding nothing.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.catalog.world import world
from specward.rules.examples import Example
from specward.rules.schema.built import found

SUMMARY = "a policy casts on the wrong side"
MISTAKE = """
alter policy own on notes
    using (owner_id::text = (select current_setting('app.user_id', true)));
"""
GOOD = Example(world(), database=True)
BAD = Example(world(MISTAKE), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each expression."""
    yield from found(project, "SW656")
