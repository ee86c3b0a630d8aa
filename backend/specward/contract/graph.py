"""Canonical facts as a graph, and which of its nodes mean the same.

A schema may refer to itself and one schema may serve a thousand operations, so documents are never
unrolled: nodes are shared, and two nodes mean the same when no path of facts tells them apart.
"""

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

    Partition refinement: nodes that agree in their own facts start in one class; whoever's children then turn
    out to differ from those of its class leaves it, and its parents are looked at again. Nodes of equal
    meaning always leave together.
    """
    found: dict[object, int] = {}
    result = [found.setdefault(_local(node), len(found)) for node in nodes]
    signatures: dict[int, object] = {}  # class → what the children of its members are
    splits: dict[object, int] = {}
    parents = _parents(nodes)
    suspects = {number for number, node in enumerate(nodes) if node.children or node.alternatives}
    count = len(found)
    while suspects:
        leaving: dict[int, int] = {}
        for number in suspects:
            signature = _signature(nodes[number], result)
            if signatures.setdefault(result[number], signature) != signature:
                leaving[number] = splits.setdefault((result[number], signature), count)
                signatures.setdefault(leaving[number], signature)
                count += leaving[number] == count
        for number, to in leaving.items():
            result[number] = to
        suspects = {parent for number in leaving for parent in parents[number]}
    return result


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
