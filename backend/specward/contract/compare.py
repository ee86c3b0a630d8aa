"""Two sets of operations held against each other: one mismatch per operation, whatever differs in it."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from specward.contract.facts import AUTOMATIC, HIDDEN, Contract, Key, OperationFacts
from specward.contract.graph import Node, classes
from specward.contract.security import is_weaker

_LABELS = {"schema": "", "itemSchema": " item", "items": "[]", "additionalProperties": "{*}"}


class Difference(NamedTuple):
    """One fact that is not the same on both sides; None: the side says nothing of it."""

    where: str  # "request body application/json .title maxLength"
    contract: str | None
    served: str | None
    contract_pointer: str
    served_pointer: str


class Mismatch(NamedTuple):
    """An operation that is absent (no `served`), beyond the contract (no `contract`), moved or different."""

    contract: OperationFacts | None
    served: OperationFacts | None
    differences: tuple[Difference, ...] = ()
    moved: bool = False
    weaker: bool = False  # security was removed or weakened


def align(contract: Contract, served: Collection[Key]) -> dict[Key, OperationFacts]:
    """The contract's operations by the keys of the served application.

    The path of the contract's server address is part of the application's routes, or a proxy takes it
    off: whichever finds more of the contract's operations.
    """
    plain = dict(contract.operations)
    if not contract.base:
        return plain
    based = {Key(key.method, contract.base + key.path): found for key, found in plain.items()}
    return based if len(based.keys() & served) > len(plain.keys() & served) else plain


def compare(
    contract: Mapping[Key, OperationFacts], served: Mapping[Key, OperationFacts], nodes: list[Node]
) -> list[Mismatch]:
    """Every operation that is not the same on both sides, the contract's first, in the documents' order.

    Args:
        contract: The approved operations.
        served: What the application (or another version of the contract) has.
        nodes: The graph that both were read into.
    """
    comparison = _Comparison(nodes)
    absent = {key: found for key, found in contract.items() if key not in served}
    beyond = {key: found for key, found in served.items() if key not in contract}
    moves = comparison.moves(absent, beyond)
    result: list[Mismatch] = []
    for key, approved in contract.items():
        if key in served:
            result.extend(comparison.mismatch(approved, served[key], moved=False))
        elif key in moves:
            result.extend(comparison.mismatch(approved, beyond[moves[key]], moved=True))
        else:
            result.append(Mismatch(approved, None))
    taken = set(moves.values())
    result.extend(Mismatch(None, found) for key, found in beyond.items() if key not in taken)
    return result


class _Comparison:
    def __init__(self, nodes: list[Node]) -> None:
        self._nodes = nodes
        self._classes = classes(nodes)

    def mismatch(
        self, approved: OperationFacts, served: OperationFacts, *, moved: bool
    ) -> Iterator[Mismatch]:
        differences = tuple(self._operation(approved, served))
        if moved or differences:
            weaker = is_weaker(served.security, approved.security)
            yield Mismatch(approved, served, differences, moved, weaker)

    def moves(
        self, absent: Mapping[Key, OperationFacts], beyond: Mapping[Key, OperationFacts]
    ) -> dict[Key, Key]:
        """Absent operations that an operation beyond the contract stands for, surest sign first."""
        found: dict[Key, Key] = {}
        for sign in (_same_but_for_slash, self._same_facts, _same_id, _same_path):
            left = {key: sign(key, one) for key, one in absent.items() if key not in found}
            open_keys = [key for key in beyond if key not in found.values()]
            right = {key: sign(key, beyond[key]) for key in open_keys}
            for key, mark in left.items():
                matches = [other for other, its in right.items() if its == mark]
                unique = list(left.values()).count(mark) == 1 and len(matches) == 1
                if mark is not None and unique:
                    found[key] = matches[0]
        return found

    def _same_facts(self, key: Key, found: OperationFacts) -> object:
        node = self._nodes[found.node]
        return (key.method, self._classes[found.node], found.security.alternatives) if node.children else None

    def _operation(self, approved: OperationFacts, served: OperationFacts) -> Iterator[Difference]:
        if HIDDEN in self._nodes[served.node].facts:
            yield Difference("the operation", "documented", HIDDEN, approved.pointer, served.pointer)
            return
        if approved.security.alternatives != served.security.alternatives:
            one, other = approved.security, served.security
            yield Difference("security", str(one), str(other), one.pointer, other.pointer)
        if self._classes[approved.node] == self._classes[served.node]:
            return
        contract, app = self._nodes[approved.node], self._nodes[served.node]
        pairs = deque([(contract, self._without_automatic(contract, app), "")])
        seen = set[tuple[int, int]]()
        while pairs:  # nearest first, and no depth of schemas can exhaust the stack
            contract, app, where = pairs.popleft()
            yield from _own(contract, app, where)
            inner, differences = self._inner(contract, app, where)
            yield from differences
            for one_number, other_number, label in inner:
                if (one_number, other_number) not in seen:
                    seen.add((one_number, other_number))
                    pairs.append((self._nodes[one_number], self._nodes[other_number], label))

    def _without_automatic(self, contract: Node, served: Node) -> Node:
        """FastAPI adds a 422 to every operation with input; it counts where the contract describes one."""
        automatic = served.children.get("response 422")
        if automatic is None or AUTOMATIC not in self._nodes[automatic].facts:
            return served
        children = {key: child for key, child in served.children.items() if key != "response 422"}
        declared = contract.children.get("response 422")
        if declared is not None:
            silent = not self._nodes[declared].children and AUTOMATIC not in self._nodes[declared].facts
            children["response 422"] = declared if silent else automatic
        return served._replace(children=children)

    def _inner(
        self, contract: Node, served: Node, where: str
    ) -> tuple[list[tuple[int, int, str]], list[Difference]]:
        """The pairs of children that differ, and the children that one side lacks."""
        pairs: list[tuple[int, int, str]] = []
        lone: list[Difference] = []
        for key in {**contract.children, **served.children}:
            one, other = contract.children.get(key), served.children.get(key)
            label = (where + _LABELS.get(key, key if key.startswith(".") else f" {key}")).strip()
            if one is None or other is None:
                sides = ([] if one is None else [one]), ([] if other is None else [other])
                lone.append(self._lone(label, contract, served, sides))
            elif self._classes[one] != self._classes[other]:
                pairs.append((one, other, label))
        left, right = self._unmatched(contract, served), self._unmatched(served, contract)
        label = f"{where} one of".strip()
        if len(left) == len(right) == 1:
            pairs.append((left[0], right[0], label))
        elif left or right:
            lone.append(self._lone(label, contract, served, (left, right)))
        return pairs, lone

    def _unmatched(self, node: Node, other: Node) -> list[int]:
        known = {self._classes[number] for number in other.alternatives}
        return [number for number in node.alternatives if self._classes[number] not in known]

    def _lone(
        self, where: str, contract: Node, served: Node, sides: tuple[list[int], list[int]]
    ) -> Difference:
        left, right = sides
        return Difference(
            where=where,
            contract=", ".join(map(self._described, left)) or None,
            served=", ".join(map(self._described, right)) or None,
            contract_pointer=self._nodes[left[0]].pointer if left else contract.pointer,
            served_pointer=self._nodes[right[0]].pointer if right else served.pointer,
        )

    def _described(self, number: int) -> str:
        node = self._nodes[number]
        if "schema" in node.children:
            return self._described(node.children["schema"])
        for key in ("enum", "type"):
            if key in node.facts:
                return node.facts[key].text or "nothing is accepted"
        return "a union" if node.alternatives else "present"


def _own(contract: Node, served: Node, where: str) -> Iterator[Difference]:
    for key in {**contract.facts, **served.facts}:
        one, other = contract.facts.get(key), served.facts.get(key)
        if (one and one.text) != (other and other.text):
            yield Difference(
                where=f"{where}{key}" if key.startswith(".") else f"{where} {key}".strip(),
                contract=one.text if one else None,
                served=other.text if other else None,
                contract_pointer=one.pointer if one else contract.pointer,
                served_pointer=other.pointer if other else served.pointer,
            )


def _same_but_for_slash(key: Key, _: OperationFacts) -> object:
    return key.method, key.path.rstrip("/").lower()


def _same_id(_: Key, found: OperationFacts) -> object:
    return found.operation_id


def _same_path(key: Key, _: OperationFacts) -> object:
    return key.path
