"""A fault in the settings is a sentence that names it and repeats no value."""

import re
from pathlib import Path

import pytest

from app.core.keys import new_key, write_private
from app.core.settings import Settings, SettingsError, load_settings, migration_url

EXAMPLE = Path(__file__).parents[3] / ".env.example"
SECRET = "postgresql://app_user:do-not-repeat-me@localhost/app"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (*Settings.model_fields, "migration_database_url"):
        monkeypatch.delenv(name.upper(), raising=False)


def test_missing_urls_say_how_to_mend_it() -> None:
    with pytest.raises(SettingsError, match=r"DATABASE_URL is not set: start with `make run`"):
        load_settings()
    with pytest.raises(SettingsError, match=r"MIGRATION_DATABASE_URL is not set"):
        migration_url()


def test_faults_are_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", SECRET)
    monkeypatch.setenv("ACCESS_TOKEN_SECONDS", "86400")
    monkeypatch.setenv("ENVIRONMENT", "do-not-repeat-me")
    with pytest.raises(SettingsError) as refusal:
        load_settings()
    assert "ACCESS_TOKEN_SECONDS is wrong" in str(refusal.value)
    assert "ENVIRONMENT is wrong" in str(refusal.value)
    assert "do-not-repeat-me" not in str(refusal.value)


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """All that production needs."""
    for name, value in {
        "DATABASE_URL": SECRET,
        "ENVIRONMENT": "production",
        "SIGNING_KEYS": write_private(new_key()),
        "ISSUER": "https://api.example.com",
        "SMTP_URL": "smtps://mail.example.org",
    }.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.usefixtures("production")
def test_production_starts_with_what_it_needs() -> None:
    assert load_settings().environment == "production"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIGNING_KEYS", None),
        ("DATABASE_URL", "postgresql://app_user:postgres@localhost/app"),
        ("DATABASE_URL", "postgresql://app_user@localhost/app"),
        ("SMTP_URL", None),
        ("ISSUER", None),
        ("ISSUER", "http://api.example.com"),
        ("PASSWORD_MEMORY_KIB", "8"),
        ("PASSWORD_PASSES", "1"),
    ],
)
def test_production_refuses_what_is_weak(
    production: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    if value is None:
        production.delenv(name)
    else:
        production.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as refusal:
        load_settings()
    assert "app_user:" not in str(refusal.value)
    production.setenv("ENVIRONMENT", "development")
    assert load_settings().environment == "development"


def test_origins_are_parted_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", SECRET)
    monkeypatch.setenv("CORS_ORIGINS", "https://app.example.com, http://localhost:3000,")
    assert load_settings().cors_origins == ("https://app.example.com", "http://localhost:3000")


@pytest.mark.parametrize("origin", ["*", "https://*.example.com", "app.example.com", "https://a.example/b"])
def test_an_origin_is_an_origin(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv("DATABASE_URL", SECRET)
    monkeypatch.setenv("CORS_ORIGINS", origin)
    with pytest.raises(SettingsError, match="CORS_ORIGINS is wrong"):
        load_settings()


def test_the_example_names_every_setting_with_its_default() -> None:
    example = EXAMPLE.read_text()
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    assert {name.upper() for name in (*Settings.model_fields, "migration_database_url")} <= named
    written = re.sub(r"^# ([A-Z_]+=.+)$", r"\1", example, flags=re.MULTILINE)
    Path(".env").write_text(f"{written}\nDATABASE_URL={SECRET}\n")
    assert load_settings() == Settings(_env_file=None, database_url=SECRET)


@pytest.mark.parametrize(
    ("name", "value"),
    [("SMTP_URL", "http://do-not-repeat-me"), ("SMTP_URL", "smtp://"), ("APP_URL", "do-not-repeat-me")],
)
def test_a_wrong_url_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv("DATABASE_URL", SECRET)
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as refusal:
        load_settings()
    assert "do-not-repeat-me" not in str(refusal.value)


def test_the_embedded_servers_file_is_read() -> None:
    Path(".data").mkdir()
    Path(".data/dev.env").write_text(f"DATABASE_URL={SECRET}\nMIGRATION_DATABASE_URL={SECRET}\n")
    assert load_settings().database_url.get_secret_value() == SECRET
    assert migration_url().startswith("postgresql+psycopg://")


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", SECRET.replace("postgresql:", "postgresql+psycopg:"))
    settings = load_settings()
    assert "do-not-repeat-me" not in repr(settings)
    assert settings.database_url.get_secret_value() == SECRET


def test_prepared_statements_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", SECRET)
    monkeypatch.setenv("DATABASE_PREPARE_THRESHOLD", "0")
    assert load_settings().prepare_threshold is None


def test_an_issuer_is_a_url_and_keeps_its_spelling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", SECRET)
    monkeypatch.setenv("ISSUER", "https://Issuer.example")
    assert load_settings().issuer == "https://Issuer.example"
    monkeypatch.setenv("ISSUER", "issuer")
    with pytest.raises(SettingsError, match="ISSUER is wrong"):
        load_settings()
