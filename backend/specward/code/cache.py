"""Facts of a file, kept by the hash of its content, so that only what changed is read again.

Plain JSON on purpose: a cache that somebody planted can be wrong, but cannot run anything; and where
`.specward` is tracked by git it is not believed at all (see `Cache.open`). The line above the JSON is its
checksum: what was cut short, damaged or edited is as good as none, so no reader has to doubt a fact's shape.
"""

import json
from hashlib import sha256
from pathlib import Path

from specward import __version__
from specward.storage import FOLDER, keep, read_state


def digest(content: bytes) -> str:
    """Name a content: SHA-256, in hex."""
    return sha256(content).hexdigest()


class Cache:
    """JSON values of one kind of fact, by content digest.

    What was not asked for since loading is dropped when it is saved, so it holds the present tree only;
    unless the run was broken off, and had not come to ask for it yet.
    """

    def __init__(self, path: Path, version: str) -> None:
        self._path = path
        self._version = f"{__version__} {version}"
        self._entries = self._load()
        self._used: dict[str, object] = {}

    @classmethod
    def open(cls, root: Path, kind: str, version: str) -> "Cache":
        """Open the cache of one kind of fact; change `version` whenever the facts' meaning changes."""
        return cls(root / FOLDER / "cache" / f"{kind}.json", version)

    def get(self, key: str) -> object | None:
        """Return what is known under a digest."""
        if key in self._entries:
            self._used[key] = self._entries[key]
        return self._used.get(key)

    def put(self, key: str, value: object) -> None:
        """Keep a JSON value under a digest."""
        self._used[key] = value

    def save(self, *, whole: bool = True) -> None:
        """Write what was used, if that is news; a disk that refuses costs the next run some time, no more.

        Args:
            whole: Whether everything was asked for that is still of use.
        """
        entries = self._used if whole else self._entries | self._used
        if entries == self._entries:
            return
        text = json.dumps({"version": self._version, "entries": entries}, separators=(",", ":"))
        keep(self._path, f"{digest(text.encode())}\n{text}")

    def _load(self) -> dict[str, object]:
        try:
            checksum, _, text = read_state(self._path).partition(b"\n")
            stored = json.loads(text) if checksum.decode() == digest(text) else None
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(stored, dict) or stored.get("version") != self._version:
            return {}
        entries = stored.get("entries")
        return entries if isinstance(entries, dict) else {}
