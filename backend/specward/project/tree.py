"""A project as it lies on the disk: its settings, its files, and what changed."""

import os
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from specward import toml
from specward.baseline import PATH as BASELINE
from specward.baseline import Baseline, read_baseline
from specward.code.cache import Cache, digest, version_of
from specward.code.contents import Contents
from specward.code.diff import Change, changes_since, read_before, start_revision
from specward.code.files import in_place_of, list_files, list_tracked
from specward.code.sources import SourceFile, read_sources
from specward.config import FILES, Config, load_config, parse_config, strictest
from specward.errors import CouldNotRunError
from specward.permits.globs import matches_any
from specward.storage import FOLDER
from specward.toml import read_toml


class Tree:
    """The files of a project, as far as a run looks at them.

    Args:
        root: The repository's top.
        tasks: The tasks bound to this run, as a person names them; with one the changes count.
        base: The revision to compare with; None with bound tasks means the last commit.
        paths: Files or folders to confine the run to, relative to `root`; None is the whole territory.
    """

    def __init__(
        self, root: Path, *, tasks: tuple[str, ...], base: str | None, paths: tuple[str, ...] | None
    ) -> None:
        self.root = root
        self.bound_names = tasks
        self.base = base
        self.paths = paths
        self._usual = (*FILES, BASELINE, *(paths or ()))

    @cached_property
    def config(self) -> Config:
        """The settings; in a comparison the strictest of those before and after it."""
        now = load_config(self.root, self.toml_of)
        return strictest(now, self._config_before()) if self.compares else now

    @cached_property
    def paths_there(self) -> tuple[str, ...]:
        """Every path in the territory, links included, also those in the place of the territory itself."""
        globs = (*self.config.territory, *in_place_of(self.config.territory))
        listed = list_files(self.root, globs, exclude=self.config.exclude)
        hidden = (path for path in self.hidden if self.is_territory(path))
        return tuple(sorted({*listed, *hidden}))

    @property
    def hidden(self) -> tuple[str, ...]:
        """Source files that git ignores, and that count all the same: `Intent` knows which."""
        return ()

    @cached_property
    def files(self) -> Mapping[str, SourceFile]:
        """The files of the territory (those within `paths`, where given), by path; links are not followed."""
        covered = (path for path in self.paths_there if self.covers(path))
        cached, whole = not self.tracked_state, self.paths is None
        return read_sources(self.root, covered, cached=cached, whole=whole, contents=self.contents)

    @cached_property
    def contents(self) -> Contents:
        """Which content lies at a path."""
        return Contents.open(self.root, cached=not self.tracked_state)

    @cached_property
    def tracked_state(self) -> tuple[str, ...]:
        """What of the gate's run state git tracks: nothing, as a rule. If anything, no cache is believed."""
        return list_tracked(self.root, FOLDER)

    def cache(self, kind: str, *modules: str) -> Cache | None:
        """Open what modules find in texts, each named by its `__file__`; None where nothing is believed."""
        return None if self.tracked_state else Cache.open(self.root, kind, version_of(*modules))

    def toml_of(self, text: str) -> Mapping[str, object]:
        """Read TOML, or recall what it says.

        Raises:
            ValueError: it is none.
        """
        key = digest(text.encode(errors="surrogatepass"))
        known = self._toml.get(key) if self._toml else None
        if isinstance(known, dict):
            return known
        found = read_toml(text)
        if self._toml:
            with suppress(TypeError):  # a date, which the cache cannot hold
                self._toml.put(key, found)
        return found

    @cached_property
    def _toml(self) -> Cache | None:
        return self.cache("toml", toml.__file__)

    def is_territory(self, path: str) -> bool:
        """Whether a path lies where implementation lives."""
        within = matches_any(self.config.territory, path)
        return within and not matches_any(self.config.exclude, path)

    @property
    def is_within_territory(self) -> bool:
        """Whether the run is confined to places where implementation lives, as after the write of a file."""
        return self.paths is not None and all(map(self.is_territory, self.paths))

    def target(self, path: str) -> str:
        """Return where a link leads, relative to the root; empty for a place outside of the project."""
        target = Path(os.path.realpath(self.root / path))
        root = Path(os.path.realpath(self.root))
        return target.relative_to(root).as_posix() if target.is_relative_to(root) else ""

    def covers(self, path: str) -> bool:
        """Whether a path is within `paths`."""
        if self.paths is None or "." in self.paths:
            return True
        return path in self.paths or path.startswith(self._folders)

    @cached_property
    def _folders(self) -> tuple[str, ...]:
        return tuple(f"{path}/" for path in self.paths or ())

    def text(self, path: str) -> str:
        """Return a file's text as it is now; empty where there is none."""
        if path not in self._texts:
            self._texts[path] = _read_text(f"{self.root}/{path}")
        return self._texts[path]

    def line_of(self, path: str, part: str) -> int:
        """Return the number of the first line that holds a text; 1 where none does."""
        return self.text(path).partition(part)[0].count("\n") + 1 if part in self.text(path) else 1

    @property
    def compares(self) -> bool:
        """Whether changes are judged, not only the state of the tree."""
        return bool(self.bound_names) or self.base is not None

    @cached_property
    def start(self) -> str:
        """The commit or tree that changes are counted from."""
        return start_revision(self.root, self.base)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The changed paths; empty where neither a task nor a base asks for a comparison."""
        if not self.compares:
            return ()
        told = changes_since(self.root, self.start)
        hidden = (Change(path, "added") for path in self.hidden)
        return tuple(sorted({*told, *hidden}))

    @cached_property
    def changed(self) -> frozenset[str]:
        """The paths that changed."""
        return frozenset(change.path for change in self.changes)

    def text_before(self, path: str) -> str | None:
        """Return a file's text at the start of the comparison, with line ends as in `text`; None: no file."""
        if path not in self._texts_before:
            # Every comparison asks for the usual ones, and each question is a process: git is asked once.
            for each, text in read_before(self.root, self.start, (path, *self._usual)).items():
                self._texts_before[each] = text and text.replace("\r\n", "\n").replace("\r", "\n")
            self._usual = ()
        return self._texts_before[path]

    @cached_property
    def baseline(self) -> Baseline:
        """What was wrong before the gate was adopted; empty where there is no such file."""
        return read_baseline(self.root) or Baseline()

    def _config_before(self) -> Config:
        for name in FILES:
            text = self.text_before(name)
            if text is not None:
                try:
                    config = parse_config(text, name, self.toml_of)
                except CouldNotRunError:
                    break  # what was broken had switched nothing off
                if config.table:  # else the settings stood in the next file, as `load_config` reads them
                    return config
        return Config()

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {}

    @cached_property
    def _texts_before(self) -> dict[str, str | None]:
        return {}


def _read_text(path: str) -> str:
    try:
        if not os.path.isfile(path):  # noqa: PTH113 -- pathlib is slow here  # a pipe would never end
            return ""
        with open(path, encoding="utf-8", errors="replace") as stream:  # noqa: PTH123 -- as above
            return stream.read()
    except (OSError, ValueError):
        return ""
