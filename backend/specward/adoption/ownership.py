"""Whose data it is: the user table and what is owned, as the rules of isolation will read them."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from specward.code.dataflow.judging.analysis import read_schema
from specward.code.dataflow.judging.project import source_texts, sql_files
from specward.code.dataflow.owners.settings import read_options
from specward.code.files import list_files
from specward.config import Config


class Ownership(NamedTuple):
    """The user table of a project."""

    table: str
    paths: tuple[str, ...]  # from each owned table to the user: `item.owner_id`


def find_ownership(root: Path, globs: Sequence[str], config: Config) -> Ownership | None:
    """Find the user table; None where no table looks enough like one.

    Args:
        root: The repository's top.
        globs: Where its code is.
        config: What it says of itself.

    Raises:
        CouldNotRunError: a setting of `[tool.specward.isolation]` cannot be used.
    """
    code = [path for path in list_files(root, globs, exclude=config.exclude) if path.endswith(".py")]
    texts = source_texts(root, [*code, *sql_files(root, config.exclude)])
    schema = read_schema(texts, read_options(config.table))
    if schema.user is None:
        return None
    return Ownership(schema.user, tuple(sorted(map(schema.path, schema.owned))))
