"""The contracts of a project and what its application serves, held against each other once for all rules."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from specward.config import Config
from specward.contract.compare import Mismatch, align, compare
from specward.contract.entry import entry_point, unlisted
from specward.contract.facts import HIDDEN, Contract, Key, OperationFacts, facts, key_of
from specward.contract.graph import Fact, Node
from specward.contract.security import Security
from specward.contract.served import LoadError, Route, Served, load
from specward.contract.source import ContractError, Source, parse
from specward.contract.validity import problems
from specward.errors import CouldNotRunError
from specward.specs.model import Operation, Problem, SpecSet, Task


class Contracts(NamedTuple):
    """The approved contracts of a project."""

    sources: Mapping[str, Source]  # those that can be read, by path
    facts: Mapping[str, Contract]
    nodes: tuple[Node, ...]  # of the facts
    problems: tuple[Problem, ...]

    @property
    def whole(self) -> bool:
        """Whether every contract can be relied on. Half a contract would make half of the API a surplus."""
        return bool(self.sources) and not self.problems

    @property
    def operations(self) -> Mapping[Key, OperationFacts]:
        """The operations of all of them; the first contract that has one counts."""
        found: dict[Key, OperationFacts] = {}
        for contract in self.facts.values():
            for key, operation in contract.operations.items():
                found.setdefault(key, operation)
        return found


class Api(NamedTuple):
    """What the application serves against what was approved."""

    approved: Mapping[Key, OperationFacts]
    mismatches: tuple[Mismatch, ...]
    handlers: Mapping[Key, tuple[Route, ...]]  # in the order in which the router asks them
    untrue: tuple[Mismatch, ...]  # where the application's own document is not what FastAPI makes of its code


def contract_paths(sets: Iterable[SpecSet]) -> tuple[str, ...]:
    """The paths of every API contract of the spec sets."""
    documents = (document for spec_set in sets for document in spec_set.documents)
    return tuple(dict.fromkeys(document.path for document in documents if document.role == "contract"))


def read_contracts(paths: Iterable[str], text: Callable[[str], str]) -> Contracts:
    """Read contracts; what is wrong with one is a problem of all.

    Args:
        paths: Where they stand.
        text: Gives the text of a path.
    """
    sources: dict[str, Source] = {}
    read: dict[str, Contract] = {}
    nodes: list[Node] = []
    found: list[Problem] = []
    for path in paths:
        try:
            source = parse(path, text(path))
            read[path] = facts(path, source.value, nodes)
        except ContractError as error:
            found.append(error.problem)
        else:
            sources[path] = source
            found.extend(problems(source))
    return Contracts(sources, read, tuple(nodes), tuple(found))


def read_served(root: Path, config: Config, *, cached: bool = True) -> Served | Problem | None:
    """What the application serves, or why it does not start; None where no entry point is set.

    Raises:
        CouldNotRunError: A setting has the wrong type.
    """
    entry = entry_point(root, config)
    try:
        return load(root, entry, cached=cached) if entry else None
    except LoadError as error:
        return error.problem


def hold(contracts: Contracts, served: Served, config: Config) -> Api:
    """Hold what the application serves against the contracts.

    Raises:
        CouldNotRunError: The application's own document defeats its reader.
    """
    nodes = list(contracts.nodes)
    excepted = {key_of(operation) for operation in unlisted(config)}
    handlers: dict[Key, tuple[Route, ...]] = {}
    for route in served.routes:
        key = key_of(route.operation)
        if not route.is_documentation and key not in excepted:
            handlers[key] = (*handlers.get(key, ()), route)
    documented = _documented(served.documents, nodes)
    made = _documented(served.made, nodes)
    told = {key: found for key, found in documented.items() if key in made}
    operations = {key: documented.get(key) or _hidden(routes[0], nodes) for key, routes in handlers.items()}
    approved: dict[Key, OperationFacts] = {}
    for contract in contracts.facts.values():
        for key, found in align(contract, operations.keys()).items():
            approved.setdefault(key, found)
    untrue = compare(told, {key: made[key] for key in told}, nodes)
    return Api(approved, tuple(compare(approved, operations, nodes)), handlers, tuple(untrue))


def changed_operations(before: Contracts, now: Contracts) -> tuple[Mismatch, ...]:
    """The operations that two versions of the contracts do not have alike; the older one is the contract."""
    nodes = list(before.nodes)
    later: dict[Key, OperationFacts] = {}
    for path, source in now.sources.items():
        for key, found in facts(path, source.value, nodes).operations.items():
            later.setdefault(key, found)
    return tuple(compare(before.operations, later, nodes))


def naming(operation: Operation, tasks: Iterable[Task]) -> tuple[Task, ...]:
    """The tasks that name an operation; names of path parameters tell no paths apart."""
    key = key_of(operation)
    return tuple(task for task in tasks if any(key == key_of(named) for named in task.operations))


def _documented(documents: Iterable[tuple[str, object]], nodes: list[Node]) -> dict[Key, OperationFacts]:
    operations: dict[Key, OperationFacts] = {}
    for prefix, document in documents:
        name = f"{prefix}/openapi.json"
        for key, found in _read(name, document, nodes).operations.items():
            operation = found.operation._replace(path=prefix + found.operation.path)
            operations.setdefault(Key(key.method, prefix + key.path), found._replace(operation=operation))
    return operations


def _read(name: str, document: object, nodes: list[Node]) -> Contract:
    try:
        return facts(name, document, nodes)
    except ContractError as error:
        raise CouldNotRunError(f"The application's {name} cannot be read: {error.problem.message}") from error


def _hidden(route: Route, nodes: list[Node]) -> OperationFacts:
    """An operation that the router answers and the application's document does not have."""
    nodes.append(Node({HIDDEN: Fact("true", "")}, {}, (), ""))
    unknown = Security(frozenset(), "")
    return OperationFacts("the router", route.operation, len(nodes) - 1, unknown, None, "")
