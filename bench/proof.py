"""How strong the proof is: every policy and every criterion taken away, one by one, and who sees it.

Run with `python -m bench.proof`. The layers stand behind each other, so one that is missing shows only where
the next one is taken away: the columns say which look at the mutant has found it.
"""

import secrets
import tempfile
from pathlib import Path

import psycopg
from tests.app.isolation.mutants import database_mutants, reached_tables, without_criterion
from tests.servers.plugin import ROOT

import app.main  # noqa: F401 -- declares the tables
from specward.config import load_config
from specward.database.branches import LocalBranches, branch
from specward.database.provision import APP_USER, MIGRATOR, migrate, provision, read_recipe
from specward.database.server import Server
from specward.database.temporary import temporary_server
from specward.errors import CouldNotRunError
from specward.prove.proof import ALONE, EVERYTHING, Place, Project, read_project, walk


def main() -> None:
    config = load_config(ROOT)
    recipe = read_recipe(ROOT, config)
    passwords = {role: secrets.token_urlsafe() for role in (APP_USER, MIGRATOR)}
    with temporary_server() as server:
        urls = provision(server, "bench", recipe.roles, passwords)
        migrate(ROOT, recipe.migrate, urls.environment())
        with psycopg.connect(server.superuser_url("bench"), autocommit=True) as connection:
            found = list(database_mutants(connection, config))
        print(
            f"{sum(seen for _, seen, _ in found):>4} of {len(found)} seen by the catalogue's checks (SW65x)"
        )
        print(
            f"{sum(seen for *_, seen in found):>4} of {len(found)} seen by the comparison with the data model"
        )
        print("".join(f"  by no check: {name}\n" for name, seen, _ in found if not seen), end="")
        project = read_project(ROOT, config)._replace(conforms=False)
        criteria(project, LocalBranches(server, "bench", passwords), server)


def criteria(project: Project, branches: LocalBranches, server: Server) -> None:
    """Take away each table's criterion, and walk with and without row security."""
    print(f"{'criterion of':<24}{EVERYTHING:>20}{ALONE:>24}")
    tables, seen = reached_tables(), 0
    for table in tables:
        row = []
        for layers in (EVERYTHING, ALONE):
            name = "mutant"
            with tempfile.TemporaryDirectory() as folder, branch(branches, name) as urls:
                mutant = without_criterion(project, table, Path(folder))
                row.append(look(mutant, Place(urls, server.superuser_url(name)), layers))
        seen += row != ["holds", "holds"]
        print(f"{table:<24}{row[0]:>20}{row[1]:>24}", flush=True)
    print(f"{seen:>4} of {len(tables)} criteria seen by the proof")


def look(mutant: Project, place: Place, layers: str) -> str:
    """Say what the proof says of a mutant."""
    try:
        return "holds" if walk(mutant, place, layers).holds else "seen"
    except CouldNotRunError:
        return "no log-in"  # somebody else's account was found: it does not even work


if __name__ == "__main__":
    main()
