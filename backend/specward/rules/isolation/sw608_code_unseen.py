"""Code runs that is in no file of the project.

The analysis cannot follow what `exec` or `eval` makes of a text, what is unpickled, or what is imported by
a name that is known only at run time, so it proves nothing about it, and no header, task or permit covers
it. The same holds for a function looked up by such a name in a module that runs programs (`getattr(os,
name)`), for a program in a text (`[sys.executable, "-c", text]`) and for compiled libraries. A module whose
package is written out (`f"app.{name}"`) can be read, and passes. So does code of the project's tests
(`tests` in the settings) that nothing in the running application imports.

A Python file that Specward's own interpreter cannot parse is not judged either: it is broken, or needs a
newer Python. Run Specward with the Python that the application runs on.
"""

import ast
import sys
import warnings
from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.permits.globs import matches_any
from specward.project import Project
from specward.rules.examples import HEADER, Example
from specward.rules.running import idle_tests
from specward.specs.model import Place

SUMMARY = "code is run that nobody can read"
_DATA = ("pickle", "marshal", "dill", "joblib", "shelve", "yaml", "torch")
_PATH = "backend/app/orders/sums.py"
GOOD = Example({_PATH: f"{HEADER}def total(text: str) -> int:\n    return sum(map(int, text.split('+')))\n"})
BAD = Example({_PATH: f"{HEADER}def total(text: str) -> int:\n    return eval(text)\n"})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each place that runs such code, and for each file that cannot be parsed."""
    unseen = [source for source in project.files.values() if source.unseen]
    idle = idle_tests(project) if any(matches_any(project.config.tests, each.path) for each in unseen) else ()
    for source in unseen:
        for line, column, name in source.unseen if source.path not in idle else ():
            yield Finding(
                "SW608",
                Severity.ERROR,
                Place(source.path, line, column),
                f"What {name} runs here is known only at run time, so it cannot be checked.",
                _hint(name),
            )
    for path in project.isolation.unread:
        if path in project.files and not project.files[path].trouble:  # which SW006 tells
            yield _unparsed(path, project.text(path))


def _hint(name: str) -> str:
    if "import" in name.casefold():
        return 'Name the module; or its package at least, as in import_module(f"app.plugins.{name}").'
    if any(word in name.casefold() for word in _DATA):
        return "Keep the data as JSON: anyone who can write these bytes can run any code."
    return "Write the code out, or look the function up in a table of the allowed ones."


def _unparsed(path: str, text: str) -> Finding:
    line, why = 1, "it is too deep"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        line, why = error.lineno or 1, error.msg
    except (ValueError, RecursionError, MemoryError) as error:
        why = f"{error}" or why
    version = ".".join(map(str, sys.version_info[:2]))
    return Finding(
        "SW608",
        Severity.ERROR,
        Place(path, line),
        f"Python {version} cannot parse this file, so nothing in it is checked: {why}.",
        "Fix it, or run Specward with the Python that the application runs on.",
    )
