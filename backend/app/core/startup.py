"""
[Task]: T-002, T-087
[From]: speckit.plan §1.4, §2.1, §2.5
[Description]: What must be true of the database before anybody is served.
"""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg.errors import InsufficientPrivilege, UndefinedTable
from psycopg_pool import PoolTimeout

from app.core.database import Database
from app.core.settings import Settings

# Membership counts even where it is not inherited: SET ROLE would be enough.
ROLE = """
select current_user, rolsuper, rolbypassrls,
    (select min(relname) from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
         and pg_has_role(relowner, 'MEMBER'))
from pg_roles where rolname = current_user
"""
VERSION = "select version_num from alembic_version"

MEND = (
    "Make the role app_user with backend/app/migrations/roles.sql, and put its connection string "
    "into DATABASE_URL. (Neon's default role neondb_owner bypasses row security; one made by SQL does not.)"
)


class StartError(Exception):
    """The service must not start. The message is a sentence for the operator."""


def database_of(settings: Settings) -> Database:
    """Describe the pool that the settings ask for."""
    return Database(
        settings.database_url.get_secret_value(),
        max_connections=settings.database_max_connections,
        prepare_threshold=settings.prepare_threshold,
    )


async def open_database(database: Database) -> None:
    """Open the pool, and leave it open only if the database is as it must be.

    Raises:
        StartError: It cannot be reached, or see `check_database`.
    """
    try:
        await database.open()
        await check_database(database)
    except PoolTimeout as error:
        await database.close()
        raise StartError(
            "The database of DATABASE_URL cannot be reached, or refuses the password."
        ) from error
    except StartError:
        await database.close()
        raise


async def check_database(database: Database) -> None:
    """Hold the role and the schema against what isolation rests on.

    Raises:
        StartError: The role could bypass row security, or the schema is at an older migration.
    """
    async with database.connection() as connection:
        ((role, superuser, bypasses, owned),) = await (await connection.execute(ROLE)).fetchall()
        fault = _fault(superuser=superuser, bypasses=bypasses, owned=owned)
        if fault:
            raise StartError(f"The database role {role} {fault}, so isolation would rest on nothing. {MEND}")
        try:
            rows = await (await connection.execute(VERSION)).fetchall()
        except (UndefinedTable, InsufficientPrivilege):
            rows = []
    found = [version for (version,) in rows]
    if not found or _older_versions().intersection(found):
        raise StartError(
            f"The database is at migration {', '.join(found) or 'none'}, the application at "
            f"{', '.join(newest_versions())}: "
            "run `alembic -c backend/app/migrations/alembic.ini upgrade head`."
        )


def newest_versions() -> list[str]:
    """Give the revision that the migrations end at."""
    return _migrations().get_heads()


def _older_versions() -> set[str]:
    migrations = _migrations()
    return {each.revision for each in migrations.walk_revisions()}.difference(migrations.get_heads())


def _migrations() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    return ScriptDirectory.from_config(config)


def _fault(*, superuser: bool, bypasses: bool, owned: str | None) -> str | None:
    if superuser:
        return "is a superuser"
    if bypasses:
        return "has BYPASSRLS"
    return f"owns the table {owned}, or may become its owner" if owned else None
