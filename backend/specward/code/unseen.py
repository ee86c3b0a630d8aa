"""Code that a file runs although nobody can read it there: text that becomes code, modules without a name."""

from typing import NamedTuple

from specward.patterns import pattern

# Most files have none of these words, and are not parsed; a method named exec is no word of these.
_WORDS = (
    "__import__", "importlib", "_from_file_location", "FileLoader", "FunctionType", "LambdaType",
    "CodeType", "builtins", "runpy", "marshal", "pickle", "dill", "joblib", "shelve", "yaml", "__self__",
    "__globals__", "__subclasses__", "__code__", "resolve_name", "pydoc", "ImportString", "PickleType",
    "torch", "Interactive", "code.interact", "cProfile", "pdb", "ctypes", "zipimport", "addsitedir",
)  # fmt: skip
_PLAIN = (
    pattern(r"exec(?<![.\w]exec)\b"),
    pattern(r"eval(?<![.\w]eval)\b"),
    pattern(r"modules\s*\["),
    pattern(r"executable\s*,\s*[\"']-c[\"']"),
)
# A module of the system's, and what looks names up in it, which most files do not.
_SYSTEM, _LOOKS_UP = pattern(r"\b(?:os|posix|subprocess)\b"), ("getattr", "vars", "__dict__")


class Unseen(NamedTuple):
    """One place where such code is run."""

    line: int
    column: int
    name: str  # what runs it: "exec", "pickle.loads"


def parse_unseen(text: str) -> tuple[Unseen, ...]:
    """Find where a Python file runs code that nobody can read."""
    if not _may_run(text):
        return ()
    from specward.code.running import find_running  # noqa: PLC0415 -- the parser, which few files need

    return tuple(sorted(Unseen(*found) for found in find_running(text)))


def _may_run(text: str) -> bool:
    if any(word in text for word in _WORDS) or any(word.search(text) for word in _PLAIN):
        return True
    return any(word in text for word in _LOOKS_UP) and _SYSTEM.search(text) is not None
