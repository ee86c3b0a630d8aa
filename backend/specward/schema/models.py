"""The application's models, asked in a process of its own: what `create_all` sends, and where they stand."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from specward.code.cache import Cache, digest
from specward.config import Config
from specward.contract.entry import EntryPoint, entry_point
from specward.contract.served import ask, digest_of, place_of
from specward.database.facts import Fact
from specward.errors import ended
from specward.schema import wording
from specward.schema.settings import modules
from specward.specs.model import Place, Problem

PROBE = Path(__file__).with_name("probe.py")


class Models(NamedTuple):
    """The models of an application."""

    statements: tuple[str, ...]
    facts: frozenset[Fact]  # what they state, as far as no server has to be asked
    places: Mapping[str, Place]  # of the classes, by table


def read_models(root: Path, config: Config, *, cached: bool = False) -> Models | Problem | None:
    """Ask the application for its models.

    Args:
        root: The repository's top.
        config: The project's settings.
        cached: Whether an earlier answer is believed while the source is the same.

    Returns:
        The models; why they cannot be read; None where no entry point is set, or where it has none.

    Raises:
        CouldNotRunError: a setting has the wrong type.
    """
    entry = entry_point(root, config)
    if entry is None:
        return None
    asked = entry._replace(app=",".join((entry.app.partition(":")[0], *modules(config))))
    answer = _answer(root, asked, Cache.open(root, "models", digest(PROBE.read_bytes())) if cached else None)
    if "error" in answer:
        return Problem(
            place_of(root, answer) or entry.place,
            ended(f"The models cannot be read, because importing {entry.app} fails: {answer['error']}"),
            "Fix the error; variables that the application needs go into [tool.specward.contract.env].",
        )
    return _models(root, entry, answer) if "statements" in answer else None


def _answer(root: Path, entry: EntryPoint, cache: Cache | None) -> Mapping[str, object]:
    key = digest_of(root, entry) if cache else ""
    known = cache.get(key) if cache else None
    if isinstance(known, dict):
        return known
    answer = ask(root, entry, PROBE)
    if cache and "error" not in answer:  # which may be of the moment
        cache.put(key, answer)
        cache.save()
    return answer


def _models(root: Path, entry: EntryPoint, answer: Mapping[str, object]) -> Models:
    sent, tables, places = answer["statements"], answer["tables"], answer["places"]
    assert isinstance(sent, list)  # noqa: S101 -- the probe's own form
    assert isinstance(tables, list)  # noqa: S101
    assert isinstance(places, dict)  # noqa: S101
    found = {
        str(table): place_of(root, {"file": file, "line": line}) or entry.place
        for table, (file, line) in places.items()
    }
    stated = (fact for table in tables if table["schema"] in {None, "public"} for fact in _stated(table))
    return Models(tuple(map(str, sent)), frozenset(stated), found)


def _stated(shape: Mapping[str, Any]) -> Iterator[Fact]:
    table = str(shape["name"])
    yield wording.table(table)
    for name, kind, required, given in shape["columns"]:
        collated, _, _ = kind.partition(" COLLATE ")
        yield wording.column(table, name, collated, required=required, given=given)
    if shape["key"]:
        yield wording.key(table, shape["key"])
    yield from (wording.unique(table, columns) for columns in shape["unique"])
    yield from (wording.index(table, columns) for columns in shape["indexes"])
    for columns, target, others, on_update, on_delete in shape["references"]:
        yield wording.reference(table, columns, target, others, wording.actions(on_update, on_delete))
