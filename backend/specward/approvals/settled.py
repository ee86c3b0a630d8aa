"""What was found out of the specifications as they are; it holds until one of them changes.

Most runs look at code that has changed under specifications that have not. What they ask of these over and
over, for each file and task, is kept under the state of all documents together.
"""

from collections.abc import Iterable

from specward.code.cache import Cache


class Settled:
    """Answers to questions about the specifications, each by what was asked.

    Args:
        cache: Keeps them between runs; None believes nothing and keeps nothing.
        state: Names what all documents say, and how they are read; see `specs.cache.Cache.state`.
    """

    def __init__(self, cache: Cache | None, state: str) -> None:
        self._cache = cache
        self._state = state
        kept = cache.get(state) if cache else None
        self._kept: dict[str, str] = kept if isinstance(kept, dict) else {}
        self._used: dict[str, str] = {}

    def get(self, kind: str, asked: Iterable[str]) -> str | None:
        """Return what is known; None where it must be found out."""
        key = _key(kind, asked)
        answer = self._kept.get(key)
        if answer is not None:
            self._used[key] = answer
        return answer

    def note(self, kind: str, asked: Iterable[str], answer: str) -> None:
        """Keep what was found out.

        Args:
            kind: Of the question.
            asked: What it is about.
            answer: It must rest on the specifications alone.
        """
        self._used[_key(kind, asked)] = answer

    def save(self, *, whole: bool) -> None:
        """Keep it for the next run; `whole`: whether everything was asked for that is still of use."""
        answers = self._used if whole else self._kept | self._used
        if self._cache and answers != self._kept:
            self._cache.put(self._state, answers)
            self._cache.save()


def _key(kind: str, asked: Iterable[str]) -> str:
    return "\0".join((kind, *asked))
