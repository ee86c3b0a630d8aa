"""`specward database`: a PostgreSQL for this checkout, without anything to install or to set up."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from specward.config import find_root
from specward.database.supervise import leave_when_told
from specward.errors import CouldNotRunError

SUMMARY = "Run a command with a database, or keep one running in the background."


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    run_action = actions.add_parser(
        "run",
        help="run a command with a migrated database in its environment",
        usage="%(prog)s [-h] [--branch NAME] -- COMMAND ...",
    )
    run_action.add_argument(
        "--branch",
        metavar="NAME",
        help="on a private copy that is thrown away; at Neon if NEON_API_KEY is set",
    )
    run_action.add_argument("command", nargs="+", metavar="COMMAND", help="the command and its arguments")
    actions.add_parser(
        "start", help="start the server and leave it running; the app finds it by .data/dev.env"
    )
    stop_action = actions.add_parser("stop", help="stop the server that `start` left running")
    stop_action.add_argument("--remove", action="store_true", help="and remove its data for good")
    url_action = actions.add_parser("url", help="print the URL of the running server's database")
    url_action.add_argument("--migration", action="store_true", help="the migrator's instead of the app's")


def run(options: Namespace) -> int:
    """Do what is asked; `run` returns the exit code of its command.

    Raises:
        CouldNotRunError: the server, the roles, the migrations or the command could not be run.
    """
    try:
        return _act(find_root(Path.cwd()), options)
    except OSError as error:  # a full disk, a folder that is closed to us
        raise CouldNotRunError(f"{error.filename} cannot be used: {error.strerror}.") from error


def _act(root: Path, options: Namespace) -> int:
    try:
        # The gate's own wheel brings no database driver; every other command works without.
        from specward.database import development  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise CouldNotRunError(
            f"`specward database` needs {error.name}, which is not installed: pip install 'psycopg[binary]'."
        ) from error
    if options.action == "run":
        leave_when_told()
        if options.branch:
            return development.run_on_branch(root, options.branch, options.command)
        return development.run_with_database(root, options.command)
    if options.action == "start":
        server = development.start_in_background(root)
        sys.stdout.write(
            f"PostgreSQL runs on port {server.port}; the application finds it by .data/dev.env.\n"
        )
    elif options.action == "stop":
        stopped = development.stop_in_background(root, with_data=options.remove)
        sys.stdout.write("The server is stopped.\n" if stopped else "No server was running.\n")
    else:
        urls = development.current_urls(root)
        sys.stdout.write(f"{urls.migration if options.migration else urls.app}\n")
    return 0
