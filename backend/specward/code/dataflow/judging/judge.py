"""Judging the routes of a program: each by itself, so that what is known of one is not worked out again."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from specward.code.cache import digest
from specward.code.dataflow.interpretation.entry import Entry, enter_alone
from specward.code.dataflow.interpretation.interpreter import Interpreter
from specward.code.dataflow.judging.recall import Memory, Recall
from specward.code.dataflow.owners.offices import looked_after
from specward.code.dataflow.owners.schema import Options, Schema
from specward.code.dataflow.sources.program import Program
from specward.code.dataflow.sources.routes import Route, find_routes
from specward.code.dataflow.sources.source import Source
from specward.code.dataflow.trail import Trail


class Lesson(NamedTuple):
    """What a round over all routes tells of the schema."""

    bindings: Sequence[tuple[str, str]]  # table and column that a statement binds to the principal
    shown: Sequence[str]  # tables of content that a route shows to anybody
    gated: Sequence[tuple[str, str, int]] = ()  # tables that something was found on, behind a role, by route
    held: Sequence[tuple[str, str]] = ()  # tables on which those who have a role are bound to their own
    run: int = 0  # routes on which administrators alone reach users
    personal: Sequence[tuple[str, str]] = ()  # columns that name whose own a row of an organisation is
    users: Sequence[str] = ()  # the table whose rows credentials name on most routes


class Judge:
    """A program with its schema and routes.

    Args:
        sources: Its files, in the order of their paths.
        options: What the project says of itself.
    """

    def __init__(self, sources: Iterable[Source], options: Options) -> None:
        self.program = Program(sources)
        self.schema = Schema(self.program, options)
        self.routes = find_routes(self.program)
        self.lessons: list[Lesson] = []
        self._interpreter = Interpreter(self.program, self.schema)

    def learn(self, lesson: Lesson) -> bool:
        """Take a lesson. True if it changes what belongs to whom, and so what is to be judged anew."""
        self.lessons.append(lesson)
        self._interpreter = Interpreter(self.program, self.schema)
        if any(self.schema.sign_in(table) for table in lesson.users):
            return True  # what else was said rests on somebody else's being asked
        if lesson.personal:
            return self.schema.keep_to_persons(lesson.personal)
        news = [self.schema.learn(table, column) for table, column in self._ordered(lesson.bindings)]
        offices = looked_after(self.schema, lesson.gated, lesson.held) - self.schema.administered
        self.schema.administered |= offices
        admins = self.schema.hold_admins(lesson.held)
        run = self.schema.run_users(lesson.run)
        return any([run, *news, self.schema.publish(lesson.shown), offices, admins])

    def _ordered(self, bindings: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """First those of tables that others are parts of, whose owner is theirs, too."""
        whole = {table for table, column in bindings if self.schema.target(table, column) == self.schema.user}
        return sorted(bindings, key=lambda item: self.schema.target(*item) in whole)

    def judge(self, index: int) -> Trail:
        """Interpret one route."""
        return Entry(self._interpreter, self.routes[index]).run()

    def judge_functions(self) -> Trail:
        """Interpret every function for itself, where there are no routes."""
        total = Trail()
        for source in self.program.sources.values():
            for name, node in source.functions.items():
                total.add(enter_alone(self._interpreter, source.path, name, node))
        return total


class Hands(Protocol):
    """Whoever does the judging: this process alone, or others beside it."""

    def judge(self, judge: Judge, indices: Sequence[int]) -> Iterator[tuple[int, Trail]]:
        """Judge the routes of these numbers, in any order."""


class Alone:
    """This process alone."""

    def judge(self, judge: Judge, indices: Sequence[int]) -> Iterator[tuple[int, Trail]]:
        """Judge one route after the other."""
        return ((index, judge.judge(index)) for index in indices)


def judge_all(judge: Judge, hands: Hands, memory: Memory | None) -> list[Trail]:
    """Judge every route, or recall what is known of it.

    Args:
        judge: The program and what its schema has learnt so far.
        hands: Who judges what is not known.
        memory: Where trails are kept; None believes nothing and keeps nothing.

    Returns:
        The trails in the order of the routes.
    """
    recall = Recall(judge.program, memory.routes if memory else None)
    state = digest(judge.schema.state.encode(errors="surrogatepass"))
    keys = [digest(f"{state}{_identity(route)}".encode(errors="surrogatepass")) for route in judge.routes]
    trails = {index: trail for index, key in enumerate(keys) if (trail := recall.find(key)) is not None}
    for index, trail in hands.judge(judge, [index for index in range(len(keys)) if index not in trails]):
        trails[index] = trail
        recall.keep(keys[index], trail)
    return [trails[index] for index in range(len(keys))]


def _identity(route: Route) -> str:
    """What tells it from others; what stands at these places is the files' to say, on which it rests."""
    asked = [*route.dependencies, *([route.made] if route.made is not None else [])]
    places = [(item.module, *item.spot) for item in asked]
    return repr((route.prefix, route.label, route.module, route.name, route.owner, places))
