"""Facts of a file, kept by the hash of its content, so that only what changed is read again.

A fact is a line of its own with its own checksum: it is looked at when somebody asks for it, and one that is
new is added without a look at the others. What was cut short, damaged or edited is as good as none, so no
reader has to doubt a fact's shape. Plain JSON on purpose: a cache that somebody planted can be wrong, but
cannot run anything; and where `.specward` is tracked by git it is not believed at all.
"""

import json
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from specward import __version__
from specward.errors import CouldNotRunError
from specward.storage import FOLDER, append, read_state, write_atomically

_NAME = 32  # characters of a digest: enough to tell facts apart
_WASTE = 10  # a file is written anew when this part of it, or more, is of no use
_DECODER = json.JSONDecoder()  # `loads` asks for more than there is to ask, a thousand times


def digest(content: bytes) -> str:
    """Name a content: SHA-256, in hex."""
    return sha256(content).hexdigest()


def version_of(*modules: str) -> str:
    """Name the meaning of facts by the source of the modules that find them, and by the Python that reads.

    Args:
        modules: The `__file__` of each.
    """
    return digest(b"\0".join([sys.version.encode(), *(Path(module).read_bytes() for module in modules)]))


class Cache:
    """JSON values of one kind of fact, by content digest.

    What was not asked for since loading is of no use, unless the run was broken off, and had not come to ask
    for it yet. What is news is added; where much is of no use, all the rest is written anew without it.
    """

    def __init__(self, path: Path, version: str) -> None:
        self._path = path
        self._version = f"{__version__} {version}\0"
        self._length = 0  # in lines; of several with one name, the last counts
        self._lines = self._load()
        self._used: dict[str, str] = {}

    @classmethod
    def open(cls, root: Path, kind: str, version: str) -> "Cache":
        """Open the cache of one kind of fact; change `version` whenever the facts' meaning changes."""
        return cls(root / FOLDER / "cache" / f"{kind}.jsonl", version)

    def get(self, key: str) -> object | None:
        """Return what is known under a digest."""
        name = self._name(key)
        line = self._used.get(name) or self._lines.get(name, "")
        checksum, _, fact = line[_NAME + 1 :].partition(" ")
        if checksum != _checksum(name, fact):
            return None
        try:
            value: object = _DECODER.raw_decode(fact)[0]
        except (ValueError, RecursionError):  # whoever planted it knew how to make a checksum
            return None
        self._used[name] = line
        return value

    def put(self, key: str, value: object) -> None:
        """Keep a JSON value under a digest."""
        name, fact = self._name(key), json.dumps(value, separators=(",", ":"))
        self._used[name] = f"{name} {_checksum(name, fact)} {fact}"

    def save(self, *, whole: bool = True) -> None:
        """Write what was used, if that is news; a disk that refuses costs the next run some time, no more.

        Args:
            whole: Whether everything was asked for that is still of use.
        """
        news = [line for name, line in self._used.items() if self._lines.get(name) != line]
        of_no_use = self._length + len(news) - len(self._used)
        anew = not self._lines or (whole and of_no_use * _WASTE >= self._length)
        if not news and not (anew and of_no_use):
            return
        try:
            if anew:
                write_atomically(self._path, "".join(f"{line}\n" for line in self._used.values()))
                self._path.with_suffix(".json").unlink(missing_ok=True)  # an earlier version's
            else:
                append(self._path, "".join(f"\n{line}" for line in news))
        except (CouldNotRunError, OSError):
            return
        self._length = len(self._used) if anew else self._length + len(news)
        self._lines = ({} if anew else self._lines) | self._used

    def fact(self, text: str, find: Callable[[str], object]) -> object:
        """Return what `find` makes of a text, as JSON gives it back; it is asked where that is not known.

        Args:
            text: The text.
            find: Returns a JSON value, never null.
        """
        key = digest(text.encode(errors="surrogatepass"))
        known = self.get(key)
        if known is None:
            known = find(text)
            self.put(key, known)
        return known

    def _name(self, key: str) -> str:
        return digest(f"{self._version}{key}".encode(errors="surrogatepass"))[:_NAME]

    def _load(self) -> dict[str, str]:
        """Return the lines by the names that they begin with; the last of a name counts."""
        try:
            content = read_state(self._path).decode()
        except (OSError, ValueError):
            return {}
        lines = [line for line in content.split("\n") if line]
        self._length = len(lines)
        return {line[:_NAME]: line for line in lines}


def _checksum(name: str, fact: str) -> str:
    return digest(f"{name} {fact}".encode())[:_NAME]
