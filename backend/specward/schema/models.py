"""The application's models, asked in a process of its own: what `create_all` sends, and where they stand."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from specward.config import Config
from specward.contract.entry import EntryPoint, entry_point
from specward.contract.served import ask, place_of
from specward.schema.settings import modules
from specward.specs.model import Place, Problem

PROBE = Path(__file__).with_name("probe.py")


class Models(NamedTuple):
    """The models of an application."""

    statements: tuple[str, ...]
    places: Mapping[str, Place]  # of the classes, by table


def read_models(root: Path, config: Config) -> Models | Problem | None:
    """Ask the application for its models; None where no entry point is set, a problem where it fails.

    Raises:
        CouldNotRunError: a setting has the wrong type.
    """
    entry = entry_point(root, config)
    if entry is None:
        return None
    answer = ask(root, entry._replace(app=",".join((entry.app.partition(":")[0], *modules(config)))), PROBE)
    if "error" in answer:
        return Problem(
            place_of(root, answer) or entry.place,
            f"The models cannot be read, because importing {entry.app} fails: {answer['error']}.",
            "Mend the error; variables that the application needs go into [tool.specward.contract.env].",
        )
    return _models(root, entry, answer)


def _models(root: Path, entry: EntryPoint, answer: Mapping[str, object]) -> Models:
    sent, places = answer["statements"], answer["places"]
    assert isinstance(sent, list)  # noqa: S101 -- the probe's own form
    assert isinstance(places, dict)  # noqa: S101
    found = {
        str(table): place_of(root, {"file": file, "line": line}) or entry.place
        for table, (file, line) in places.items()
    }
    return Models(tuple(map(str, sent)), found)
