"""
[Task]: T-001
[From]: speckit.plan §1.4, §6.1
[Description]: What an operator sets, read from the environment and checked at start.
"""

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BeforeValidator,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

# `specward database start` writes the URLs of the embedded server to the second one.
ENV_FILES = (".env", ".data/dev.env")

MISSING_DATABASE = (
    "DATABASE_URL is not set: start with `make run`, which brings a database of its own, or set DATABASE_URL "
    "to the runtime role's connection string (see .env.example)."
)
MISSING_MIGRATION_DATABASE = (
    "MIGRATION_DATABASE_URL is not set: it is the direct connection string of the role app_migrator "
    "(see .env.example)."
)


class SettingsError(Exception):
    """A setting is missing or wrong. The message is a sentence for the operator."""


def _plain_url(value: object) -> object:
    """Take SQLAlchemy's spelling of a URL as well; the driver knows the plain one."""
    return value.replace("postgresql+psycopg://", "postgresql://", 1) if isinstance(value, str) else value


def _is_url(value: str) -> str:
    """Check a URL and keep its spelling: issuers are compared letter by letter (RFC 8725 §3.8)."""
    _URL.validate_python(value)
    return value


_URL: TypeAdapter[AnyHttpUrl] = TypeAdapter(AnyHttpUrl)
IssuerUrl = Annotated[str, AfterValidator(_is_url)]
DatabaseUrl = Annotated[SecretStr, BeforeValidator(_plain_url)]


class Settings(BaseSettings):
    """The settings of one instance; `.env.example` tells about each."""

    model_config = SettingsConfigDict(env_file=ENV_FILES, extra="ignore", frozen=True)

    environment: Literal["development", "production"] = "development"
    database_url: DatabaseUrl
    database_max_connections: Annotated[int, Field(ge=1, le=1000)] = 10
    database_prepare_threshold: Annotated[int, Field(ge=0)] = 5
    issuer: IssuerUrl = "http://localhost:8000"
    audience: Annotated[str, Field(min_length=1)] = "backend"
    client_id: Annotated[str, Field(min_length=1)] = "first-party"
    signing_keys: SecretStr | None = None
    access_token_seconds: Annotated[int, Field(ge=60, le=600)] = 600
    refresh_token_days: Annotated[int, Field(ge=1, le=30)] = 30
    password_memory_kib: Annotated[int, Field(ge=8)] = 65536
    password_passes: Annotated[int, Field(ge=1)] = 3
    password_lanes: Annotated[int, Field(ge=1)] = 4

    @property
    def prepare_threshold(self) -> int | None:
        """After how many uses a statement is prepared on the server; None for never."""
        return self.database_prepare_threshold or None


class MigrationSettings(BaseSettings):
    """The one setting of the migrations."""

    model_config = SettingsConfigDict(env_file=ENV_FILES, extra="ignore", frozen=True)

    migration_database_url: DatabaseUrl


def load_settings() -> Settings:
    """Read the settings from the environment and the files of `ENV_FILES`.

    Raises:
        SettingsError: One is missing or wrong, or production lacks a secret.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError(_sentence(error, {"database_url": MISSING_DATABASE})) from None
    if settings.environment == "production" and settings.signing_keys is None:
        raise SettingsError(
            "SIGNING_KEYS is not set, and production makes none up: put the output of "
            "`python -m app.core.keys` there."
        )
    return settings


def migration_url() -> str:
    """Read the migrator's connection string, in SQLAlchemy's spelling.

    Raises:
        SettingsError: It is missing.
    """
    try:
        url = MigrationSettings().migration_database_url
    except ValidationError as error:
        missing = {"migration_database_url": MISSING_MIGRATION_DATABASE}
        raise SettingsError(_sentence(error, missing)) from None
    return url.get_secret_value().replace("postgresql://", "postgresql+psycopg://", 1)


def _sentence(error: ValidationError, missing: dict[str, str]) -> str:
    """Name every faulty setting and what is wrong with it, and no value: it may be a secret."""
    sentences = []
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        name = str(fault["loc"][0])
        absent = fault["type"] == "missing"
        sentences.append(missing.get(name, "") if absent else f"{name.upper()} is wrong: {fault['msg']}.")
    return " ".join(sentences)
