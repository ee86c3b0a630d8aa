"""`specward prove`: attack every operation of the running application as another user."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from specward.config import find_root, load_config
from specward.errors import CouldNotRunError

if TYPE_CHECKING:
    from specward.prove.proof import Proof, Walk

SUMMARY = "Attack every operation of the running application as another user, and check that nothing leaks."


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("--format", choices=("text", "json"), default="text", help="the form of the result (default: text)")
    add("--app-url", metavar="URL", help="use this database, as the application's role, and leave rows in it")
    add("--admin-url", metavar="URL", help="the same database as a role above row security")


def run(options: Namespace) -> int:
    """Prove and print; 0 where everything holds, 1 where something leaks or cannot be proved.

    Raises:
        CouldNotRunError: the application, the database or the settings do not allow it.
    """
    if find_spec("psycopg") is None:
        raise CouldNotRunError(
            "`specward prove` needs psycopg, which is not installed: pip install 'specward[prove]'."
        )
    if bool(options.app_url) != bool(options.admin_url):
        raise CouldNotRunError(
            "--app-url and --admin-url go together: one for the application, one for the watcher."
        )
    root = find_root(Path.cwd())
    proof = _prove(root, options)
    sys.stdout.write(_json(proof) if options.format == "json" else "\n".join(_text(proof)) + "\n")
    return 0 if proof.holds else 1


def _prove(root: Path, options: Namespace) -> "Proof":
    from specward.database.provision import Urls  # noqa: PLC0415 -- needs psycopg, as all of these
    from specward.database.temporary import temporary_server  # noqa: PLC0415
    from specward.prove import proof  # noqa: PLC0415

    config = load_config(root)
    if not options.app_url:
        return proof.prove(root, config, temporary_server)
    project = proof.read_project(root, config)
    place = proof.Place(Urls(options.app_url, options.admin_url), options.admin_url)
    note = "A given database keeps its row security, so the application's own filters were not proved alone."
    return proof.Proof((proof.walk(project, place),), (*project.notes, note))


def _json(proof: "Proof") -> str:
    walks = [
        {
            "layers": walk.layers,
            "operations": [line._asdict() for line in walk.lines],
            "faults": walk.faults,
        }
        for walk in proof.walks
    ]
    return json.dumps({"holds": proof.holds, "walks": walks, "notes": proof.notes}, indent=2) + "\n"


def _text(proof: "Proof") -> Iterator[str]:
    for walk in proof.walks:
        yield from _table(walk)
        yield ""
    yield from proof.notes
    requests = sum(line.requests for walk in proof.walks for line in walk.lines)
    faults = sum(len(line.faults) for walk in proof.walks for line in walk.lines)
    faults += sum(len(walk.faults) for walk in proof.walks)
    if proof.holds:
        yield f"Nothing leaks: {requests:,} attacks, and no other user's data was shown or changed."
    else:
        yield f"Not proved: {faults:,} {'fault' if faults == 1 else 'faults'} in {requests:,} attacks."


def _table(walk: "Walk") -> Iterator[str]:
    width = max((len(line.operation) for line in walk.lines), default=0)
    yield f"{walk.layers:<{width}}  own  another's  anonymous  ids"
    for line in walk.lines:
        ids = ", ".join(line.ids) or "-"
        yield f"{line.operation:<{width}}  {line.own:>3}  {line.foreign:>9}  {line.anonymous:>9}  {ids}"
        yield from (f"  ! {fault}" for fault in line.faults)
    yield from (f"! {fault}" for fault in walk.faults)
