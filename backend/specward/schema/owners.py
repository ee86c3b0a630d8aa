"""Who owns each table, from the approved schema: an owner column, or the one foreign key to the user table.

[tool.specward.isolation]
user_table = "accounts"
owner_columns = { notes = "author_id" }
shared_tables = ["countries"]
"""

from collections.abc import Mapping
from typing import NamedTuple

from specward.config import Config
from specward.database.facts import Fact
from specward.database.isolation.model import ForeignKey

OWNER = "owner_id"
USERS = (
    "users",
    "user",
    "accounts",
    "account",
)  # looked for where neither a setting nor an owner column tells


class Settings(NamedTuple):
    """What a project says of its ownership where its data model does not; the static rules check its form."""

    user_table: str = ""
    owner_columns: Mapping[str, str] = {}
    shared_tables: frozenset[str] = frozenset()


def read_settings(config: Config) -> Settings:
    """Read `[tool.specward.isolation]`."""
    table = config.table.get("isolation", {})
    if not isinstance(table, dict):
        return Settings()
    user, columns, shared = (table.get(key) for key in Settings._fields)
    return Settings(
        user if isinstance(user, str) else "",
        columns if isinstance(columns, dict) else {},
        frozenset(shared) if isinstance(shared, list) else frozenset(),
    )


def owned_tables(
    facts: frozenset[Fact], keys: tuple[ForeignKey, ...], settings: Settings
) -> Mapping[str, str]:
    """Return the owner column of each user-owned table.

    The user table is the configured one, else the one that the owner columns refer to; its own key owns it.
    """
    columns = {(fact.relation, fact.name) for fact in facts if fact.kind == "column"}
    owned = {table: OWNER for table, column in sorted(columns) if column == OWNER}
    single = [key for key in keys if len(key.columns) == 1]
    targets = {
        (key.target, key.target_columns[0]) for key in single if owned.get(key.table) == key.columns[0]
    }
    users = {target for target in targets if settings.user_table in ("", target[0])}
    users |= {(key.target, key.target_columns[0]) for key in single if key.target == settings.user_table}
    if not users and not settings.user_table:
        usual = sorted({key.target for key in single} & {*USERS}, key=USERS.index)[:1]
        users = {(key.target, key.target_columns[0]) for key in single if key.target in usual}
    for user, column in users:
        for table in {key.table for key in single if key.target == user} - owned.keys():
            ways = [key.columns[0] for key in single if (key.table, key.target) == (table, user)]
            if len(ways) == 1:
                owned[table] = ways[0]
        owned.setdefault(user, column)
    stated = {table: column for table, column in settings.owner_columns.items() if (table, column) in columns}
    return {
        table: column for table, column in {**owned, **stated}.items() if table not in settings.shared_tables
    }
