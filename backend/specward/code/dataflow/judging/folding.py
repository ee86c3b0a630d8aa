"""One missing check, one finding: what is open for the same reason is told beside it.

A route that finds an order without asking whose it is reads its lines, counts them and deletes a payment, and
none of these statements is bound. The order is what was not checked; with the check, all of them are.
"""

from collections.abc import Iterable

from specward.code.dataflow.owners.offices import with_above
from specward.code.dataflow.owners.proof import FOREIGN, ROWS
from specward.code.dataflow.owners.schema import Schema
from specward.code.dataflow.result import Violation


def folded(schema: Schema, violations: Iterable[Violation]) -> list[Violation]:
    """Fold what follows from the same missing check into one.

    Args:
        schema: The tables.
        violations: What was found on one route, in the order of finding.

    Returns:
        What remains: of each table the first, where none above it is open too; of equals in the same order.
        What changes rows is never folded into what only reads them: who excuses the one has not
        excused the other.
    """
    remaining: list[Violation] = []
    for violation in sorted(violations, key=lambda item: (_depth(schema, item), not item.changes)):
        root = next((item for item in remaining if _explains(schema, item, violation)), None)
        if root is None:
            remaining.append(violation)
        else:
            place = remaining.index(root)
            remaining[place] = root._replace(follows=(*root.follows, violation.site))
    return remaining


def _depth(schema: Schema, violation: Violation) -> int:
    """How far below its owner a table is; what refers to it comes after all of them."""
    return len(_tables(schema, violation)) + 1_000 * (violation.code not in ROWS)


def _explains(schema: Schema, root: Violation, other: Violation) -> bool:
    if root.code == FOREIGN and other.code == FOREIGN:
        return root.is_shared == other.is_shared and _tables(schema, root) <= _tables(schema, other)
    if root.code not in ROWS or other.code not in {*ROWS, FOREIGN} or root.is_shared != other.is_shared:
        return False
    refers = other.code == FOREIGN and not _tables(schema, other).isdisjoint(with_above(schema, root.table))
    return root.changes >= other.changes and (refers or root.table in _tables(schema, other))


def _tables(schema: Schema, violation: Violation) -> set[str]:
    """The tables whose check would do: its own and those above; of a reference, those it leads to."""
    table, dot, column = violation.table.partition(".")
    return with_above(schema, (schema.target(table, column) or "") if dot else table)
