"""The application under test, asked in a process of its own: its documents and its router's real routes."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from specward.code.cache import Cache
from specward.contract.entry import EntryPoint
from specward.contract.footprint import footprint, is_unchanged
from specward.errors import ended
from specward.specs.model import Operation, Place, Problem

_PROBE = Path(__file__).with_name("probe.py")
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "USERPROFILE")
_READ = (".py", ".toml", ".json", ".yaml", ".yml", ".ini", ".cfg", ".env", ".lock", ".txt")
_LONGEST_MESSAGE = 300


class Route(NamedTuple):
    """One operation that the router answers."""

    operation: Operation  # the method may also be WEBSOCKET, or ANY (a mounted application)
    place: Place | None  # of its handler, where that is the project's code
    is_documentation: bool  # FastAPI's own /docs, /redoc and /openapi.json


class Replaced(NamedTuple):
    """A dependency in whose place the application runs another one."""

    name: str
    place: Place | None  # of the other one, where that is the project's code


class Served(NamedTuple):
    """What an application serves."""

    documents: tuple[tuple[str, object], ...]  # path prefix, OpenAPI document
    routes: tuple[Route, ...]
    made: tuple[tuple[str, object], ...] = ()  # those that FastAPI makes, where the application has its own
    replaced: tuple[Replaced, ...] = ()
    passed: frozenset[tuple[str, int]] = frozenset()  # paths and lines that added to a router at the start
    loaded: frozenset[str] = frozenset()  # paths of the project's modules


class LoadError(Exception):
    """The application could not be asked; the problem says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def load(root: Path, entry: EntryPoint, *, cached: bool = True) -> Served:
    """What the application serves.

    Args:
        root: The repository's top.
        entry: How to start the application.
        cached: Whether an earlier answer is believed while the source is the same.

    Raises:
        LoadError: It does not start, or takes too long.
    """
    cache, key = Cache.open(root, "served", "3"), _surroundings(root, entry)
    known = _kept(root, cache.get(key)) if cached else None
    if known is not None:
        return known
    answer = ask(root, entry)
    served = _served(root, answer)
    if served is None:
        raise LoadError(_failure(root, entry, answer))
    cache.put(key, {**answer, "read": footprint(root, answer.get("read"))})
    cache.save()
    return served


def _kept(root: Path, answer: object) -> Served | None:
    """Read an earlier answer; None where what it was made of has changed since."""
    if not isinstance(answer, dict) or not is_unchanged(root, answer.get("read")):
        return None
    return _served(root, answer)


def _served(root: Path, answer: object) -> Served | None:
    """Read an answer of the probe; None if it is not one, or tells of an error."""
    if not isinstance(answer, dict) or not {"documents", "routes"} <= answer.keys():
        return None
    try:
        documents, made = map(_documents, (answer["documents"], answer["made"]))
        replaced = (Replaced(str(found["name"]), place_of(root, found)) for found in answer["replaced"])
        return Served(
            documents,
            tuple(_route(root, found) for found in answer["routes"]),
            made,
            tuple(replaced),
            frozenset((os.path.relpath(file, root), int(line)) for file, line in answer["passed"]),
            frozenset(os.path.relpath(file, root) for file in answer["loaded"]),
        )
    except (TypeError, ValueError, LookupError, AttributeError):  # a cache that somebody has edited
        return None


def _documents(found: Iterable[tuple[object, object]]) -> tuple[tuple[str, object], ...]:
    return tuple((str(prefix), document) for prefix, document in found)


def _route(root: Path, found: Mapping[str, object]) -> Route:
    operation = Operation(str(found["method"]), str(found["path"]))
    return Route(operation, place_of(root, found), found["docs"] is True)


def place_of(root: Path, found: Mapping[str, object]) -> Place | None:
    """Return the place that a probe names; None where that is no code of the project."""
    file, line = found.get("file"), found.get("line")
    if not isinstance(file, str) or not Path(file).is_relative_to(root):
        return None
    return Place(Path(file).relative_to(root).as_posix(), line if isinstance(line, int) else 1)


def _failure(root: Path, entry: EntryPoint, answer: Mapping[str, object]) -> Problem:
    message = str(answer["error"])
    if len(message) > _LONGEST_MESSAGE:
        message = message[:_LONGEST_MESSAGE] + " …"
    return Problem(
        place_of(root, answer) or entry.place,
        ended(f"The application {entry.app} does not start, so its contract cannot be checked: {message}"),
        "Fix the error; variables that the application needs go into [tool.specward.contract.env].",
    )


def ask(root: Path, entry: EntryPoint, probe: Path = _PROBE) -> dict[str, object]:
    """Run a probe in the application's own interpreter. An "error" in its answer says why there is none."""
    with tempfile.TemporaryDirectory(prefix="specward-") as scratch:
        # The answer goes to a file: whatever the application prints cannot disturb it.
        answer, errors = Path(scratch, "answer.json"), Path(scratch, "errors")
        try:
            status = _run(root, entry, probe, answer, errors)
        except subprocess.TimeoutExpired:
            return {"error": f"it has not finished importing after {entry.timeout:g} seconds"}
        except OSError as error:
            return {"error": f"the interpreter {interpreter(root, entry)} cannot be run ({error.strerror})"}
        if not answer.exists():
            lines = errors.read_text(encoding="utf-8", errors="replace").splitlines()
            last = next((line.strip() for line in reversed(lines) if line.strip()), "no message")
            return {"error": f"its interpreter ended with code {status}: {last}"}
        found: dict[str, object] = json.loads(answer.read_text(encoding="utf-8"))
        return found


def _run(root: Path, entry: EntryPoint, probe: Path, answer: Path, errors: Path) -> int:
    folder = root / entry.folder
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", **entry.env}
    with errors.open("wb") as stream:
        process = subprocess.Popen(  # noqa: S603 -- the project's own interpreter and entry point
            [interpreter(root, entry), str(probe), entry.app, str(folder), str(answer)],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stream,
            start_new_session=True,
        )
        try:
            return process.wait(timeout=entry.timeout)
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and every child it has left behind."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def interpreter(root: Path, entry: EntryPoint) -> str:
    """Return the program that runs the application: the one configured, the project's own, else ours."""
    if entry.python is not None:
        return str(root / entry.python) if "/" in entry.python else entry.python
    for place in (root / entry.folder, root):
        for name in (".venv/bin/python", ".venv/Scripts/python.exe"):
            if (place / name).exists():
                return str(place / name)
    return sys.executable


def _surroundings(root: Path, entry: EntryPoint) -> str:
    """A name for what an answer depends on besides the project's own files."""
    python = interpreter(root, entry)
    digest = sha256(repr((entry, python, _packages(python))).encode())
    digest.update(_PROBE.read_bytes())
    return digest.hexdigest()


def digest_of(root: Path, entry: EntryPoint) -> str:
    """A name for everything that an application may depend on, whatever it reads of it."""
    folder = root / entry.folder
    digest = sha256(_surroundings(root, entry).encode())
    for path in _files(folder):
        digest.update(f"\0{path.relative_to(folder).as_posix()}\0".encode(errors="surrogateescape"))
        with suppress(OSError):
            digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _packages(interpreter: str) -> list[int]:
    """When packages were last installed or removed."""
    folders = Path(interpreter).parent.parent.glob("lib/python*/site-packages")
    return sorted(folder.stat().st_mtime_ns for folder in folders)


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if not (name.startswith(".") or name in {"__pycache__", "node_modules"})
            and not Path(place, name, "pyvenv.cfg").exists()
        )
        yield from (Path(place, name) for name in sorted(names) if name.endswith(_READ))
