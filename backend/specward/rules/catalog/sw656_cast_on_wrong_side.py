"""A policy casts the column instead of the setting, or casts a setting that may be empty.

A cast column cannot use its index, so every statement reads the whole table. And after the first transaction
on a pooled connection the setting is '' and not null, which is not a valid uuid: without `nullif`, the next
statement without a user fails with a cast error instead of finding nothing.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.catalog.world import world
from specward.rules.examples import Example
from specward.rules.schema.built import found

SUMMARY = "a policy casts the column, or a setting that may be empty"
MISTAKE = """
alter policy own on notes
    using (owner_id::text = (select current_setting('app.user_id', true)));
"""
GOOD = Example(world(), database=True)
BAD = Example(world(MISTAKE), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each expression."""
    yield from found(project, "SW656")
