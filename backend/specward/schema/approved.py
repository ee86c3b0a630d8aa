"""The approved schema: its facts, and where the data model states them."""

from collections.abc import Mapping
from typing import NamedTuple

from specward.database.facts import Fact
from specward.schema.model import Statement
from specward.specs.model import Place, Problem


class Approved(NamedTuple):
    """The approved schema."""

    facts: frozenset[Fact]
    origins: Mapping[Fact, Statement]  # the statement that made each fact
    places: Mapping[tuple[str, str], Place]  # of the columns, by table and column
    refused: tuple[Problem, ...]

    def place(self, fact: Fact) -> Place:
        """Return where the data model states a fact."""
        column = self.places.get((fact.relation, fact.name)) if fact.kind == "column" else None
        return column or self.origins[fact].place
