"""What a process beside the first does: it reads the task and then, line by line, which route to judge."""

import json
import sys
from itertools import starmap
from typing import IO

from specward.code.dataflow.judging.analysis import room
from specward.code.dataflow.judging.judge import Judge, Lesson
from specward.code.dataflow.owners.settings import read_options
from specward.code.dataflow.sources.source import Source


def main() -> None:
    """Serve standard input until it ends."""
    with room():
        serve(sys.stdin, sys.stdout)


def serve(asked: IO[str], told: IO[str]) -> None:
    """Judge the routes that are asked for.

    Args:
        asked: JSON lines: files and options first, then lessons learnt so far and the number of a route.
        told: The trail of each, as a JSON line.
    """
    task = json.loads(asked.readline())
    judge = Judge(starmap(Source, task["files"]), read_options({"isolation": task["options"]}))
    for line in asked:
        question = json.loads(line)
        for bindings, shown, gated, held, run, personal, users in question["lessons"][len(judge.lessons) :]:
            pairs = ([*map(tuple, items)] for items in (bindings, gated, held, personal))
            bound, behind, bound_as, own = pairs
            judge.learn(Lesson(bound, shown, behind, bound_as, run, own, users))
        told.write(f"{json.dumps(judge.judge(question['route']).dump())}\n")
        told.flush()
