"""The option `--database` of those commands that judge: a server of our own for the rules that need one."""

from argparse import ArgumentParser, Namespace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from specward.errors import CouldNotRunError

if TYPE_CHECKING:
    from specward.database.server import Lend


def add_database(parser: ArgumentParser) -> None:
    """Declare the option."""
    parser.add_argument(
        "--database",
        action="store_true",
        help="also build the schema in a database of its own, and check it there",
    )


def lender(options: Namespace) -> "Lend | None":
    """Return what lends a server, where one is wanted.

    Raises:
        CouldNotRunError: what a server needs is not installed.
    """
    if not options.database:
        return None
    if find_spec("psycopg") is None:
        raise CouldNotRunError(
            "--database needs psycopg, which is not installed: pip install 'psycopg[binary]'."
        )
    from specward.database.temporary import temporary_server  # noqa: PLC0415 -- for --database alone

    return temporary_server
