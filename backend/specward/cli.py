"""The command line: options and their words. What a command does is imported when it is called."""

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from specward import __version__
from specward.errors import CouldNotRunError

COULD_NOT_RUN = 2

app = typer.Typer(
    name="specward",
    help="Makes specifications binding for coding agents.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line. Exit codes: 0 clean, 1 findings, 2 could not run."""
    for stream in (sys.stdout, sys.stderr):  # a path may hold bytes that no encoding can print
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except CouldNotRunError as error:
        sys.stderr.write(f"specward: {error}\n")
        sys.exit(COULD_NOT_RUN)


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"specward {__version__}\n")
        raise typer.Exit


@app.callback()
def _specward(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; none is the whole project.")
    ] = None,
    task: Annotated[
        list[str] | None, typer.Option(help="Hold every change against this task's permit.")
    ] = None,
    base: Annotated[str | None, typer.Option(help="Judge what changed since this revision.")] = None,
    select: Annotated[list[str] | None, typer.Option(help="Run these rules only: SW1, SW603, …")] = None,
    form: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """Hold the project against its specifications."""
    from specward.commands import check as command

    raise typer.Exit(command.run(paths or (), tasks=task or (), base=base, select=select or (), form=form))


@app.command()
def explain(
    code: Annotated[str | None, typer.Argument(help="A rule such as SW101; none lists them all.")] = None,
) -> None:
    """Say what a rule holds, why, and how to satisfy it."""
    from specward.commands import explain as command

    raise typer.Exit(command.run(code))
