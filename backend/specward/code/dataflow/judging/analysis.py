"""From files to violations: read, put together, interpret every route."""

import gc
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from types import MappingProxyType

from specward.code.dataflow.judging.colleagues import personal, reached
from specward.code.dataflow.judging.folding import folded
from specward.code.dataflow.judging.judge import Alone, Hands, Judge, Lesson, judge_all
from specward.code.dataflow.judging.outranked import outranked
from specward.code.dataflow.judging.permitted import permitted
from specward.code.dataflow.judging.recall import Memory
from specward.code.dataflow.judging.showing import shown
from specward.code.dataflow.judging.sight import sight
from specward.code.dataflow.owners.schema import ADMINS, FREE_ADMINS, Options, Schema
from specward.code.dataflow.result import Analysis, Key, OwnedTable, Violation
from specward.code.dataflow.sources.program import Program
from specward.code.dataflow.sources.routes import Route
from specward.code.dataflow.sources.source import Source, Text, read
from specward.code.dataflow.trail import RUN, Trail

_ROUNDS = 3
_SEVERAL = 3  # routes that find who calls in the same table


_DEEPEST = 12_000  # Python frames: enough for any tree that the parser accepts


@contextmanager
def room() -> Iterator[None]:
    """Deep trees, and no search for garbage among nodes that all stay alive (a third of the time)."""
    limit, collecting = sys.getrecursionlimit(), gc.isenabled()
    sys.setrecursionlimit(max(limit, _DEEPEST))
    gc.disable()
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        if collecting:
            gc.enable()


def read_schema(files: Mapping[str, str], options: Options) -> Schema:
    """Read the tables and who owns them, by their declarations alone."""
    with room():
        return Schema(Program(_sources(files, None, {})), options)


def analyse_files(
    files: Mapping[str, Text],
    options: Options,
    hands: Hands | None = None,
    memory: Memory | None = None,
    names: Mapping[str, str] = MappingProxyType({}),
) -> Analysis:
    """Analyse source texts by path. Owner columns found on the way make another round necessary.

    Args:
        files: The texts.
        options: What the project says of itself.
        hands: Who judges its routes; this process alone if nobody is given.
        memory: What is kept of its files and routes.
        names: The digests of the files, where they are known.
    """
    return analyse_sources(read_files(files, memory, names), options, hands, memory)


def read_files(
    files: Mapping[str, Text], memory: Memory | None, names: Mapping[str, str] = MappingProxyType({})
) -> list[Source]:
    """Read what the analysis is made of: each file for itself; the arguments are those of `analyse_files`."""
    with room():
        return [*_sources(files, memory, names)]


def analyse_sources(
    sources: Iterable[Source], options: Options, hands: Hands | None, memory: Memory | None
) -> Analysis:
    """Analyse what `read_files` has read."""
    with room():
        judge = Judge(sources, options)
        if not judge.schema.tables:
            return Analysis((), {})  # no statement can reach a row
        trails = _round(judge, hands or Alone(), memory)
        for _ in range(_ROUNDS):
            if not judge.learn(_lesson(judge.schema, trails)):
                break
            trails = _round(judge, hands or Alone(), memory)
        found = (*_weighed(judge, trails), *_among_colleagues(judge, hands or Alone(), memory, trails))
        return Analysis(
            tuple(sorted(found, key=_order)),
            _described(judge.schema),
            sight=sight(judge.schema, trails if judge.routes else ()),
        )


def _sources(files: Mapping[str, Text], memory: Memory | None, names: Mapping[str, str]) -> Iterator[Source]:
    outlines = memory.outlines if memory else None
    sources = (read(path, files[path], outlines, names.get(path, "")) for path in sorted(files))
    return (source for source in sources if source is not None)


def _round(judge: Judge, hands: Hands, memory: Memory | None) -> list[Trail]:
    return judge_all(judge, hands, memory) if judge.routes else [judge.judge_functions()]


def _lesson(schema: Schema, trails: Sequence[Trail]) -> Lesson:
    bindings = {binding for trail in trails for binding in trail.bindings}
    gated = {(*pair, route) for route, trail in enumerate(trails) for pair in trail.gated}
    held = {pair for trail in trails for pair in trail.held if pair[1] != FREE_ADMINS}
    if not _are_held(trails):
        held = {pair for pair in held if pair[1] != ADMINS}
    shown = {table for trail in trails for table in trail.shown}
    run = sum((schema.user, RUN) in trail.own for trail in trails)
    return Lesson(
        bindings=sorted(bindings),
        shown=sorted(shown),
        gated=sorted(gated),
        held=sorted(held),
        run=run,
        users=_named(schema, trails),
    )


def _are_held(trails: Sequence[Trail]) -> bool:
    """Whether administrators are bound to their organisation on no fewer routes than they are free."""
    roles = [{role for _, role in trail.held} for trail in trails]
    held = sum(ADMINS in names for names in roles)
    return held >= sum(FREE_ADMINS in names and ADMINS not in names for names in roles)


def _named(schema: Schema, trails: Sequence[Trail]) -> list[str]:
    """The table whose rows are found by what credentials say, on most routes, where no user ever is."""
    bound = [{*trail.bindings} for trail in trails]
    if any(table == schema.user for pairs in bound for table, _ in pairs):
        return []
    keys = ({table for table, column in pairs if (column,) == schema.keys(table)} for pairs in bound)
    most = Counter(table for tables in keys for table in tables).most_common(1)
    return [table for table, routes in most if routes >= _SEVERAL and 2 * routes > len(trails)]


def _weighed(judge: Judge, trails: Sequence[Trail]) -> tuple[Violation, ...]:
    """What is found, one for each missing check, and what is asked, one for each table."""
    schema, content = judge.schema, shown(judge.schema, trails)
    allowed = permitted(schema, trails)
    certain: list[list[Violation]] = [[] for _ in trails]
    behind: list[list[Violation]] = [[] for _ in trails]
    open_to_all: list[list[Violation]] = [[] for _ in trails]
    for index, trail in enumerate(trails):
        for item in trail.violations.values():
            covered = (
                behind if allowed.covers(trail, item) else open_to_all if content.covers(item) else certain
            )
            covered[index].append(item)
    for index, item in outranked(schema, trails):
        certain[index].append(item)
    found = _merged(judge.routes, [folded(schema, items) for items in certain])
    asked = (
        *content.asked(_merged(judge.routes, open_to_all)),
        *allowed.asked(_merged(judge.routes, behind)),
    )
    return (*found, *asked)


def _among_colleagues(
    judge: Judge, hands: Hands, memory: Memory | None, trails: Sequence[Trail]
) -> Sequence[Violation]:
    """What is found once more, where the rows of an organisation are somebody's own in it."""
    pairs = personal(judge.schema, trails)
    if not pairs or not judge.learn(Lesson((), (), personal=sorted(pairs))):
        return ()
    found = reached(trails, _round(judge, hands, memory))
    return _merged(judge.routes, [folded(judge.schema, items) for items in found])


def _order(item: Violation) -> tuple[object, ...]:
    return (item.site[:3], item.code, item.site.chain)


def _merged(routes: Sequence[Route], trails: Sequence[Sequence[Violation]]) -> tuple[Violation, ...]:
    """What several routes share is told of the first."""
    found: dict[Key, Violation] = {}
    for trail, route in zip_longest(trails, routes):
        for violation in trail:
            known = found.get(violation.key)
            if known is None or len(violation.site.chain) < len(known.site.chain):
                found[violation.key] = violation.of(route.shown) if route is not None else violation
    return tuple(sorted(found.values(), key=_order))


def _described(schema: Schema) -> dict[str, OwnedTable]:
    names = schema.owned | ({schema.user} if schema.user else set())
    return {
        name: OwnedTable(schema.path(name), schema.tables[name].module, schema.tables[name].line)
        for name in sorted(names)
    }
