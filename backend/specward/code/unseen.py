"""Code that a file runs although nobody can read it there: text that becomes code, modules without a name."""

import re
from typing import NamedTuple

# Most files have none of these words, and are not parsed; a method named exec is no word of these.
_WORDS = (
    "__import__", "import_module", "_from_file_location", "FileLoader", "FunctionType", "LambdaType",
    "CodeType", "builtins", "runpy", "marshal", "pickle", "dill", "joblib", "shelve", "yaml",
)  # fmt: skip
_PLAIN = (re.compile(r"exec(?<![.\w]exec)\b"), re.compile(r"eval(?<![.\w]eval)\b"))


class Unseen(NamedTuple):
    """One place where such code is run."""

    line: int
    column: int
    name: str  # what runs it: "exec", "pickle.loads"


def parse_unseen(text: str) -> tuple[Unseen, ...]:
    """Find where a Python file runs code that nobody can read."""
    if not any(word in text for word in _WORDS) and not any(word.search(text) for word in _PLAIN):
        return ()
    from specward.code.running import find_running  # noqa: PLC0415 -- the parser, which few files need

    return tuple(sorted(Unseen(*found) for found in find_running(text)))
