"""`specward data-model`: bring a data model into the form that the gate reads."""

import sys
from argparse import ArgumentParser, Namespace
from difflib import unified_diff
from pathlib import Path

from specward.config import find_root, load_config
from specward.errors import CouldNotRunError
from specward.schema.reader import read_data_model
from specward.schema.rewrite import rewrite
from specward.specs.reader import read_specs
from specward.storage import write_atomically

SUMMARY = "Turn the bullets and SQLModel blocks of a data model into tables, for a person to approve."


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    fmt = actions.add_parser("fmt", help="show what would change, and what is still unclear after it")
    fmt.add_argument(
        "paths", nargs="*", metavar="PATH", help="data models (default: those of the specifications)"
    )
    fmt.add_argument("--write", action="store_true", help="change the files")


def run(options: Namespace) -> int:
    """Rewrite; 0 where everything can be read afterwards, 1 where a person has to decide something.

    Raises:
        CouldNotRunError: a file cannot be read or written, or there is none.
    """
    root = find_root(Path.cwd())
    paths = [Path(path) for path in options.paths] or [root / path for path in _data_models(root)]
    if not paths:
        raise CouldNotRunError("There is no data model: write specs/data-model.md, or name a file.")
    return max([_rewrite(path, write=options.write) for path in paths])


def _data_models(root: Path) -> list[str]:
    return [spec_set.data_model for spec_set in read_specs(root, load_config(root)) if spec_set.data_model]


def _rewrite(path: Path, *, write: bool) -> int:
    try:
        before = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CouldNotRunError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise CouldNotRunError(
            f"{path} cannot be read as text: it is not UTF-8. Save it as UTF-8."
        ) from error
    after = rewrite(before)
    if write and after != before:
        write_atomically(path, after)
        sys.stdout.write(f"{path} is rewritten. Read it, and approve its tasks again.\n")
    else:
        changes = unified_diff(before.split("\n"), after.split("\n"), str(path), str(path), lineterm="")
        sys.stdout.writelines(f"{line}\n" for line in changes)
    problems = read_data_model(path.as_posix(), after).problems
    for place, message, hint in problems:
        sys.stdout.write(f"{place.path}:{place.line}:{place.column}: {message} {hint}\n")
    return 1 if problems else 0
