"""Canonical facts as a graph, and which of its nodes mean the same.

A schema may refer to itself and one schema may serve a thousand operations, so documents are never
unrolled: nodes are shared, and two nodes mean the same when no path of facts tells them apart.
"""

from collections import Counter, defaultdict
from typing import NamedTuple


class Fact(NamedTuple):
    """One value, and the JSON pointer of the place that states it."""

    text: str
    pointer: str


class Node(NamedTuple):
    """A thing of a contract: an operation, a parameter, a body, a schema. Children are node numbers."""

    facts: dict[str, Fact]
    children: dict[str, int]
    alternatives: tuple[int, ...]  # of a union; order and repetition mean nothing
    pointer: str


def classes(nodes: list[Node]) -> list[int]:
    """The class of each node: equal numbers mean equal meaning, through every path of children.

    Partition refinement: nodes that agree in their own facts start in one class. Where the children of some
    of a class turn out to lie in other classes than those of the rest, they leave it, and their parents are
    looked at again. Nodes of equal meaning always leave together.
    """
    found: dict[object, int] = {}
    result = [found.setdefault(_local(node), len(found)) for node in nodes]
    sizes = Counter(result)
    signatures: dict[int, object] = {}  # class → what the children of its members are
    parents = _parents(nodes)
    suspects = {number for number, node in enumerate(nodes) if node.children or node.alternatives}
    while suspects:
        leaving: list[int] = []
        for of_class, groups in _grouped(suspects, nodes, result).items():
            if sum(map(len, groups.values())) == sizes[of_class]:  # nobody else is left to differ from
                signatures[of_class] = next(iter(groups))
            groups.pop(signatures[of_class], None)
            for signature, members in groups.items():
                new = len(sizes)
                sizes[new], sizes[of_class] = len(members), sizes[of_class] - len(members)
                signatures[new] = signature
                leaving.extend(members)
                for number in members:
                    result[number] = new
        suspects = {parent for number in leaving for parent in parents[number]}
    return result


def _grouped(numbers: set[int], nodes: list[Node], result: list[int]) -> dict[int, dict[object, list[int]]]:
    groups: dict[int, dict[object, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number in sorted(numbers):
        groups[result[number]][_signature(nodes[number], result)].append(number)
    return groups


def _parents(nodes: list[Node]) -> list[list[int]]:
    parents: list[list[int]] = [[] for _ in nodes]
    for number, node in enumerate(nodes):
        for child in {*node.children.values(), *node.alternatives}:
            parents[child].append(number)
    return parents


def _signature(node: Node, result: list[int]) -> object:
    children = tuple(result[node.children[key]] for key in sorted(node.children))
    return children, frozenset(result[number] for number in node.alternatives)


def _local(node: Node) -> object:
    facts = tuple(sorted((key, fact.text) for key, fact in node.facts.items()))
    return facts, tuple(sorted(node.children)), bool(node.alternatives)
