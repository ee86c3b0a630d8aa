"""
[Task]: T-001, T-003, T-084, T-088, T-106, T-113, T-089
[From]: speckit.specify §6.6, speckit.plan §1.4, §3.6, §4.7, §5.4, §6.1
[Description]: What an operator sets, read from the environment and checked at start.
"""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.core.issuers.profiles import IssuerProfile, IssuerUrl

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


DATABASE_PASSWORD_LENGTH = 16
# The least that OWASP's Password Storage Cheat Sheet has for Argon2id: 19 MiB, two passes.
LEAST_MEMORY_KIB, LEAST_PASSES = 19_456, 2


class SettingsError(Exception):
    """A setting is missing or wrong. The message is a sentence for the operator."""


def _plain_url(value: object) -> object:
    """Take SQLAlchemy's spelling of a URL as well; the driver knows the plain one."""
    return value.replace("postgresql+psycopg://", "postgresql://", 1) if isinstance(value, str) else value


def _parts(value: object) -> object:
    """Part a list at its commas."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _read_json(value: object) -> object:
    """Read a list that is written as JSON."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("It is not JSON") from None


def _is_smtp_url(value: SecretStr) -> SecretStr:
    try:
        parts = urlsplit(value.get_secret_value())
        fits = parts.scheme in {"smtp", "smtps"} and parts.hostname and parts.port != 0
    except ValueError:  # its words quote what may be a password
        fits = False
    if not fits:
        raise ValueError("It must be smtp://host:port or smtps://host:port")
    return value


def _local_address(before: dict[str, Any]) -> str:
    """Say where `make run` serves; `before` holds the settings that stand above in `Settings`."""
    return f"http://localhost:{before['port']}"


DatabaseUrl = Annotated[SecretStr, BeforeValidator(_plain_url)]
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[^/\s?#@*]+$")]


class Settings(BaseSettings):
    """The settings of one instance; `.env.example` tells about each."""

    model_config = SettingsConfigDict(env_file=ENV_FILES, extra="ignore", frozen=True)

    environment: Literal["development", "production"] = "development"
    database_url: DatabaseUrl
    listen_database_url: DatabaseUrl | None = None
    database_max_connections: Annotated[int, Field(ge=1, le=1000)] = 10
    database_prepare_threshold: Annotated[int, Field(ge=0)] = 5
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    issuer: Annotated[IssuerUrl, Field(default_factory=_local_address)]
    audience: Annotated[str, Field(min_length=1)] = "backend"
    client_id: Annotated[str, Field(min_length=1)] = "first-party"
    signing_keys: SecretStr | None = None
    access_token_seconds: Annotated[int, Field(ge=60, le=600)] = 600
    refresh_token_days: Annotated[int, Field(ge=1, le=30)] = 30
    unverified_account_days: Annotated[int, Field(ge=0, le=3650)] = 30
    external_issuers: Annotated[tuple[IssuerProfile, ...], NoDecode, BeforeValidator(_read_json)] = ()
    app_url: IssuerUrl | None = None
    smtp_url: Annotated[SecretStr, AfterValidator(_is_smtp_url)] | None = None
    run_worker: bool = False
    mail_from: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] = "no-reply@localhost"
    password_memory_kib: Annotated[int, Field(ge=8)] = 65536
    password_passes: Annotated[int, Field(ge=1)] = 3
    password_lanes: Annotated[int, Field(ge=1)] = 4
    password_threads: Annotated[int, Field(ge=1, le=256)] = 4
    cors_origins: Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(_parts)] = ()
    shutdown_delay_seconds: Annotated[float, Field(ge=0, le=60)] = 0

    @field_validator("external_issuers")
    @classmethod
    def _is_unambiguous(
        cls, profiles: tuple[IssuerProfile, ...], info: ValidationInfo
    ) -> tuple[IssuerProfile, ...]:
        issuers = [info.data.get("issuer"), *(profile.issuer for profile in profiles)]
        if len(set(issuers)) < len(issuers):
            raise ValueError("Two profiles have the same issuer, or one has that of this service")
        return profiles

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
        SettingsError: One is missing or wrong, or too weak for anything but development.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError(_sentence(error, {"database_url": MISSING_DATABASE})) from None
    if settings.environment != "development" and (faults := list(_weaknesses(settings))):
        raise SettingsError(" ".join(faults))
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


def _weaknesses(settings: Settings) -> Iterator[str]:
    """Say what must not leave a developer's machine."""
    if settings.signing_keys is None:
        yield (
            "SIGNING_KEYS is not set, and production does not make one up: put the output of "
            "`python -m app.core.keys` there."
        )
    if len(_password_in(settings.database_url.get_secret_value())) < DATABASE_PASSWORD_LENGTH:
        yield (
            f"DATABASE_URL has no password of at least {DATABASE_PASSWORD_LENGTH} characters: "
            "give app_user a random one."
        )
    if not settings.issuer.startswith("https://"):
        yield "ISSUER is not an https URL: it is the public address of this service."
    if settings.app_url is not None and not settings.app_url.startswith("https://"):
        yield "APP_URL is not an https URL: others could read the mailed tokens on the way."
    for position, profile in enumerate(settings.external_issuers):
        if not profile.is_encrypted:
            yield f"EXTERNAL_ISSUERS[{position}] has an issuer or a jwks_url that is not an https URL."
    if settings.password_memory_kib < LEAST_MEMORY_KIB or settings.password_passes < LEAST_PASSES:
        yield (
            f"PASSWORD_MEMORY_KIB is below {LEAST_MEMORY_KIB} or PASSWORD_PASSES below {LEAST_PASSES}: "
            "leave both out."
        )
    if settings.smtp_url is None:
        yield (
            "SMTP_URL is not set, and production writes no mails to its log: name a mail server, such as "
            "smtps://user:password@host."
        )


def _password_in(connection_string: str) -> str:
    """Give the password, as the driver reads it; none in what it cannot read."""
    try:
        return str(conninfo_to_dict(connection_string).get("password") or "")
    except ProgrammingError:
        return ""


def _sentence(error: ValidationError, missing: dict[str, str]) -> str:
    """Name every faulty setting and what is wrong with it, and no value: it may be a secret."""
    sentences = []
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        if fault["type"] == "default_factory_not_called":  # it follows from the fault of another setting
            continue
        name, *path = fault["loc"]
        if fault["type"] == "missing" and name in missing:
            sentences.append(missing[str(name)])
            continue
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
        sentences.append(
            f"{str(name).upper()}{place} is wrong: {fault['msg'].removeprefix('Value error, ')}."
        )
    return " ".join(sentences)
