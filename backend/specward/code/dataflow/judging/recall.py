"""Trails of routes, kept from run to run; believed while everything they rest on is as it was."""

from pathlib import Path
from typing import NamedTuple, TypedDict, cast

from specward.code.cache import Cache, digest
from specward.code.dataflow.sources.program import Program
from specward.code.dataflow.trail import Kept, Trail


class Memory(NamedTuple):
    """What is kept of a project's code."""

    outlines: Cache  # of its files
    routes: Cache  # trails

    @classmethod
    def open(cls, root: Path, version: str) -> "Memory":
        """Open it; `version` changes whenever the meaning of what is kept does."""
        return cls(*(Cache.open(root, f"isolation-{name}", version) for name in cls._fields))

    def save(self, *, whole: bool) -> None:
        """Keep what was used, and all else where the run was broken off before the whole was asked for."""
        for cache in self:
            cache.save(whole=whole)


class _Entry(TypedDict):
    trail: Kept
    state: str  # of what it rests on


class Recall:
    """What is known of a program's routes."""

    def __init__(self, program: Program, cache: Cache | None) -> None:
        self._program = program
        self._cache = cache
        self._states: dict[str, str] = {}

    def find(self, key: str) -> Trail | None:
        """The trail kept under a key, if it still holds."""
        known = self._cache.get(key) if self._cache is not None else None
        if known is None:
            return None
        entry = cast("_Entry", known)  # the cache has a checksum, and nobody else writes this kind
        held = entry["state"] == self._state(entry["trail"]["grounds"])
        return Trail.load(entry["trail"]) if held else None

    def keep(self, key: str, trail: Trail) -> None:
        """Keep a trail with the state of what it rests on."""
        if self._cache is not None:
            kept = trail.dump()
            self._cache.put(key, _Entry(trail=kept, state=self._state(kept["grounds"])))

    def _state(self, grounds: list[str]) -> str:
        for ground in grounds:
            if ground not in self._states:
                self._states[ground] = self._program.state(ground)
        states = [self._states[ground] for ground in grounds]
        return digest(repr(states).encode(errors="surrogatepass"))
