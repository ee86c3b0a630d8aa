"""The comparison where no database is built: what the three descriptions state beyond doubt, and no more.

Alembic's own comparison needs a migrated database, and revisions may ask one on their way. So the models' own
metadata is held against the data model, and of the migrations only whether they speak of a table at all.
"""

from collections.abc import Iterable, Mapping

from specward.database.facts import Fact
from specward.findings import Finding, Severity
from specward.schema import NO_MODELS, compare, verdict
from specward.schema.case import Case, Outcome
from specward.schema.compare import MIGRATIONS, MODELS
from specward.schema.models import Models
from specward.schema.named import words_of
from specward.schema.stated import read_stated
from specward.specs.model import Problem


def hold_unbuilt(
    case: Case, models: Models | Problem | None, migrations: Mapping[str, str] | None
) -> Outcome:
    """Compare what can be compared without a server.

    Args:
        case: What to hold.
        models: The application's models; why they cannot be read; None where no entry point is set.
        migrations: The texts of the migrations' files, by path; None where there are no migrations.
    """
    if models is None:
        return Outcome(notes=(NO_MODELS,))
    if isinstance(models, Problem):
        return Outcome((Finding("SW512", Severity.ERROR, *models),))
    stated = read_stated(case.model)
    described = compare.tables(stated.approved.facts)
    sides = {MODELS: models.facts}
    if migrations is not None:
        named = _named(case, migrations, described)
        sides[MIGRATIONS] = frozenset(_tables(stated.approved.facts, named))

    def stated_alike(
        expected: Iterable[Fact], actual: Iterable[Fact]
    ) -> tuple[frozenset[Fact], frozenset[Fact]]:
        return _closed(expected, stated.open), _closed(actual, stated.open)

    reduce = {MODELS: stated_alike, MIGRATIONS: _tables_alone}
    found = verdict.schema(case, stated.approved, sides, models.places, reduce)
    return Outcome(tuple(sorted(found, key=lambda finding: finding.order)))


def _named(case: Case, migrations: Mapping[str, str], described: frozenset[str]) -> frozenset[str]:
    """Return the tables that migrations may make: all, where they are not Alembic's, or say `create_all`."""
    if not case.chain.revisions:
        return described
    words = [words_of(path, text) for path, text in migrations.items()]
    if None in words:
        return described
    known = frozenset[str]().union(*(each for each in words if each is not None))
    return frozenset(name for name in described if name.lower() in known)


def _tables(facts: Iterable[Fact], names: frozenset[str]) -> Iterable[Fact]:
    return (fact for fact in facts if fact.kind in compare.TABLES and fact.relation in names)


def _closed(facts: Iterable[Fact], left_open: frozenset[str]) -> frozenset[Fact]:
    return frozenset(fact for fact in facts if fact.kind in compare.TABLES or fact.relation not in left_open)


def _tables_alone(
    expected: Iterable[Fact], actual: Iterable[Fact]
) -> tuple[frozenset[Fact], frozenset[Fact]]:
    return frozenset(fact for fact in expected if fact.kind in compare.TABLES), frozenset(actual)
