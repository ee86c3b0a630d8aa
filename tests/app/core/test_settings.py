"""A fault in the settings is a sentence that names it and repeats no value."""

import re
from pathlib import Path

import pytest

from app.core.keys import new_key, write_private
from app.core.settings import Settings, SettingsError, load_settings, migration_url
from tests.servers.plugin import ROOT

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


def test_production_makes_up_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", SECRET)
    monkeypatch.setenv("ENVIRONMENT", "production")
    with pytest.raises(SettingsError, match="SIGNING_KEYS"):
        load_settings()
    monkeypatch.setenv("SIGNING_KEYS", write_private(new_key()))
    assert load_settings().environment == "production"


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


def test_the_example_names_every_setting_and_is_valid() -> None:
    text = (ROOT / ".env.example").read_text()
    named = re.findall(r"^(?:# )?([A-Z_]+)=", text, re.MULTILINE)
    assert sorted(named) == sorted(
        name.upper() for name in (*Settings.model_fields, "migration_database_url")
    )
    settings = Settings(_env_file=ROOT / ".env.example")
    for name, field in Settings.model_fields.items():
        assert field.is_required() or getattr(settings, name) == field.get_default()


def test_an_issuer_is_a_url_and_keeps_its_spelling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", SECRET)
    monkeypatch.setenv("ISSUER", "https://Issuer.example")
    assert load_settings().issuer == "https://Issuer.example"
    monkeypatch.setenv("ISSUER", "issuer")
    with pytest.raises(SettingsError, match="ISSUER is wrong"):
        load_settings()
