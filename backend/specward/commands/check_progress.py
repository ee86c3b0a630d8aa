"""Says on a terminal what a check is doing that takes its time, as the first of a large project does."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from specward.project import Project
from specward.rules.registry import FAMILIES

PATIENCE = 2.0  # seconds that a person waits without a word


@contextmanager
def telling(project: Project) -> Iterator[None]:
    """Tell a person what is being done, in a plain line on standard error; a file or a pipe is told nothing.

    Args:
        project: What is judged meanwhile.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    over = Event()
    teller = Thread(target=_tell, args=(project, over), daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()


def _tell(project: Project, over: Event) -> None:
    said = ""
    while not over.wait(PATIENCE):
        doing = _doing(project)
        if doing != said:
            sys.stderr.write(f"specward: {doing} ...\n")
            sys.stderr.flush()
            said = doing


def _doing(project: Project) -> str:
    """Say it with what is known by now: to ask for more would be work, and not this thread's."""
    if not project.judging:
        return "reading the specifications"
    family, _, what = FAMILIES[project.judging].partition(": ")
    files = len(vars(project).get("files", ()))
    return f"judging{f' {files:,} files' if files > 1 else ''}: {family} ({what})"
