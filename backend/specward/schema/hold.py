"""Builds the three databases of a comparison, and gathers what is found on the way."""

from contextlib import suppress
from typing import TYPE_CHECKING

import psycopg

from specward.database.catalog import facts
from specward.database.facts import Fact
from specward.database.isolation.model import Snapshot
from specward.database.isolation.snapshot import read_snapshot
from specward.database.provision import APP_USER, read_recipe
from specward.database.server import Lend
from specward.findings import Finding, Severity
from specward.schema import NO_MODELS, compare, verdict
from specward.schema.build import build_approved, build_models
from specward.schema.case import Case, Outcome
from specward.schema.models import Models, read_models
from specward.schema.scratch import Failure, Scratch, Workshop, run_migrations
from specward.schema.settings import server_version
from specward.specs.model import Problem

if TYPE_CHECKING:
    from specward.schema.approved import Approved

FORWARD_ONLY = "The migrations only go forward: no revision has a downgrade, so none was tried."
NO_MIGRATIONS = (
    "No migrations were run, so row security, policies, triggers and grants were not seen: that needs "
    'migrate = ["alembic", "upgrade", "head"] under [tool.specward.database].'
)
NO_ROLE = (
    "The project creates no role app_user, so isolation was checked for a role that may read and write "
    "every table, and the rights of the real one are unknown: [tool.specward.database] roles."
)


class _Stop(Exception):  # noqa: N818 -- a step cannot be done, and has said why
    pass


def hold(case: Case, lend: Lend) -> Outcome:
    """Build everything, and compare what could be built.

    Args:
        case: What to hold.
        lend: Gives a server of our own.

    Raises:
        CouldNotRunError: there is no server, or a setting cannot be used.
    """
    recipe = read_recipe(case.root, case.config)
    with lend() as server:
        return _Holding(case, Workshop(server, recipe), recipe.migrate).outcome()


class _Holding:
    """One comparison: each step that cannot be done leaves out what depends on it."""

    def __init__(self, case: Case, workshop: Workshop, migrate: tuple[str, ...]) -> None:
        self._case = case
        self._workshop = workshop
        self._migrate = migrate
        self._findings: list[Finding] = []
        self._notes: list[str] = []
        self._approved: Approved | None = None
        self._models: Models | None = None
        self._sides: dict[str, frozenset[Fact]] = {}
        self._snapshot: Snapshot | None = None

    def outcome(self) -> Outcome:
        """Take all steps."""
        for step in (self._build_approved, self._build_models, self._migrate_up):
            with suppress(_Stop):
                step()
        if self._approved:
            places = self._models.places if self._models else {}
            self._findings += verdict.schema(self._case, self._approved, self._sides, places)
        if self._snapshot:
            self._findings += verdict.isolation(self._case, self._sides[compare.MIGRATIONS], self._snapshot)
        return Outcome(tuple(sorted(self._findings, key=lambda finding: finding.order)), tuple(self._notes))

    def _build_approved(self) -> None:
        with self._workshop.database() as scratch, _connect(scratch) as connection:
            approved = build_approved(connection, self._case.model)
        self._stop_at("SW511", approved.refused)
        self._approved = approved

    def _build_models(self) -> None:
        found = read_models(self._case.root, self._case.config)
        if found is None:
            self._notes.append(NO_MODELS)
            return
        if isinstance(found, Problem):
            self._stop_at("SW512", (found,))
            return
        with self._workshop.database() as scratch, _connect(scratch) as connection:
            self._stop_at("SW512", build_models(connection, found, self._case.model))
            self._sides[compare.MODELS] = facts(connection)
        self._models = found

    def _migrate_up(self) -> None:
        if not self._migrate:
            self._notes.append(NO_MIGRATIONS)
            return
        with self._workshop.database() as scratch:
            self._run(self._migrate, scratch, "SW513", "The migrations fail")
            with _connect(scratch) as connection:
                self._sides[compare.MIGRATIONS] = facts(connection)
                self._snapshot = self._as_runtime_role(connection)
            if self._case.chain.goes_back and self._migrate[-2:] == ("upgrade", "head"):
                self._there_and_back(scratch, self._sides[compare.MIGRATIONS])
            elif self._case.chain.revisions:
                self._notes.append(FORWARD_ONLY)

    def _there_and_back(self, scratch: Scratch, before: frozenset[Fact]) -> None:
        back = (*self._migrate[:-2], "downgrade", "base")
        self._run(back, scratch, "SW514", "The downgrade from the newest revision fails")
        with _connect(scratch) as connection:
            left = facts(connection)
        self._findings += verdict.left_behind(self._case, left)
        if not left:
            self._run(self._migrate, scratch, "SW514", "The migrations fail when they are run a second time")
            with _connect(scratch) as connection:
                self._findings += verdict.changed_by_return(self._case, before, facts(connection))

    def _as_runtime_role(self, connection: psycopg.Connection) -> Snapshot:
        with connection.transaction(force_rollback=True):
            if not connection.execute("select 1 from pg_roles where rolname = %s", [APP_USER]).fetchone():
                self._notes.append(NO_ROLE)
                connection.execute(f"create role {APP_USER}".encode())
                verbs = "select, insert, update, delete"
                connection.execute(f"grant {verbs} on all tables in schema public to {APP_USER}".encode())
            snapshot = read_snapshot(connection, APP_USER)
        return snapshot._replace(version=server_version(self._case.config) or snapshot.version)

    def _run(self, command: tuple[str, ...], scratch: Scratch, code: str, what: str) -> None:
        try:
            run_migrations(self._case.root, command, scratch.urls.environment())
        except Failure as failure:
            message, hint = (
                f"{what}: {failure}.",
                f"Run `{' '.join(command)}` on an empty database to see it all.",
            )
            self._stop_at(code, (Problem(self._case.revision(""), message, hint),))

    def _stop_at(self, code: str, problems: tuple[Problem, ...]) -> None:
        """Report problems, and end the step if there are any."""
        self._findings += [Finding(code, Severity.ERROR, *problem) for problem in problems]
        if problems:
            raise _Stop


def _connect(scratch: Scratch) -> psycopg.Connection:
    return psycopg.connect(scratch.admin, autocommit=True)
