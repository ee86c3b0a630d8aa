"""A fault in the settings is a sentence that names it and repeats no value."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app.core.keys import new_key, write_private
from app.core.settings import Settings, SettingsError, load_settings, migration_url

EXAMPLE = Path(__file__).parents[3] / ".env.example"
MAKEFILE = EXAMPLE.with_name("Makefile")
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
    "connection",
    [
        "postgresql://app_user:a-password[with-a-bracket@db.example.org/app",
        "host=db.example.org user=app_user password=a-password-of-many-letters",
    ],
)
def test_the_database_may_be_named_in_any_form_of_the_driver(
    production: pytest.MonkeyPatch, connection: str
) -> None:
    production.setenv("DATABASE_URL", connection)
    assert load_settings().database_url.get_secret_value() == connection


def test_what_the_driver_cannot_read_has_no_password(production: pytest.MonkeyPatch) -> None:
    production.setenv("DATABASE_URL", "postgresql://[do-not-repeat-me")
    with pytest.raises(SettingsError, match="DATABASE_URL has no password") as refusal:
        load_settings()
    assert "do-not-repeat-me" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIGNING_KEYS", None),
        ("DATABASE_URL", "postgresql://app_user:postgres@localhost/app"),
        ("DATABASE_URL", "postgresql://app_user@localhost/app"),
        ("SMTP_URL", None),
        ("ISSUER", None),
        ("ISSUER", "http://api.example.com"),
        ("APP_URL", "http://app.example.com"),
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
    with pytest.raises(SettingsError, match=r"CORS_ORIGINS\[0\] is wrong"):
        load_settings()


NEON = {"kind": "neon-auth", "url": "https://ep-x.neonauth.aws.neon.tech/neondb/auth"}
BETTER = {"kind": "better-auth", "url": "https://app.example.com"}
OIDC = {"issuer": "https://id.example.com/", "audience": "api", "jwks_url": "https://id.example.com/keys"}


def test_each_kind_of_issuer_brings_what_is_usual(production: pytest.MonkeyPatch) -> None:
    production.setenv("EXTERNAL_ISSUERS", json.dumps([BETTER, NEON, OIDC]))
    better, neon, oidc = load_settings().external_issuers
    assert (better.issuer, better.audience) == ("https://app.example.com", "https://app.example.com")
    assert better.jwks_url == "https://app.example.com/api/auth/jwks"
    assert neon.issuer == neon.audience == "https://ep-x.neonauth.aws.neon.tech"
    assert neon.jwks_url == "https://ep-x.neonauth.aws.neon.tech/neondb/auth/.well-known/jwks.json"
    assert neon.claim_values == {"banned": (False, None), "role": ("authenticated",)}
    assert better.algorithms == neon.algorithms == ("EdDSA",)
    assert (oidc.issuer, oidc.token_type, oidc.algorithms) == (OIDC["issuer"], "at+jwt", ("RS256",))


def test_what_is_usual_may_be_given_otherwise(production: pytest.MonkeyPatch) -> None:
    changed = {**BETTER, "audience": "api", "algorithms": ["ES256"], "claim_values": {}}
    production.setenv("EXTERNAL_ISSUERS", json.dumps([changed, {**OIDC, "token_type": None}]))
    better, oidc = load_settings().external_issuers
    assert (better.issuer, better.audience, better.algorithms) == (BETTER["url"], "api", ("ES256",))
    assert (better.claim_values, oidc.token_type) == ({}, None)


@pytest.mark.parametrize(
    ("profiles", "sentence"),
    [
        ("do-not-repeat-me", "EXTERNAL_ISSUERS is wrong: It is not JSON."),
        ([1], "EXTERNAL_ISSUERS[0] is wrong: "),
        ([NEON, {"kind": "better-auth"}], "EXTERNAL_ISSUERS[1] is wrong: It needs url: the baseURL"),
        ([{**OIDC, "url": "x"}], "EXTERNAL_ISSUERS[0] is wrong: An issuer of kind oidc has no url"),
        ([{**NEON, "kind": "clerk"}], "EXTERNAL_ISSUERS[0] is wrong: Its kind must be one of better-auth, n"),
        ([{**OIDC, "algorithms": ["HS256"]}], "EXTERNAL_ISSUERS[0].algorithms[0] is wrong: "),
        ([{**OIDC, "algorithms": []}], "EXTERNAL_ISSUERS[0].algorithms is wrong: "),
        ([{**OIDC, "audience": ""}], "EXTERNAL_ISSUERS[0].audience is wrong: "),
        ([{"issuer": "https://a.example"}], "EXTERNAL_ISSUERS[0].audience is wrong: Field required."),
        ([{**OIDC, "jwks_url": "do-not-repeat-me"}], "EXTERNAL_ISSUERS[0].jwks_url is wrong: "),
        ([{**OIDC, "audiense": "x"}], "EXTERNAL_ISSUERS[0].audiense is wrong: "),
        ([NEON, NEON], "EXTERNAL_ISSUERS is wrong: Two profiles have the same issuer"),
        ([{**OIDC, "issuer": "https://api.example.com"}], "EXTERNAL_ISSUERS is wrong: Two profiles have"),
    ],
)
def test_a_wrong_issuer_is_told_of(production: pytest.MonkeyPatch, profiles: object, sentence: str) -> None:
    production.setenv("EXTERNAL_ISSUERS", profiles if isinstance(profiles, str) else json.dumps(profiles))
    with pytest.raises(SettingsError) as refusal:
        load_settings()
    assert sentence in str(refusal.value)
    assert "do-not-repeat-me" not in str(refusal.value)


@pytest.mark.parametrize(
    "profile",
    [
        {"kind": "better-auth", "url": "http://app.example.com"},
        {"kind": "neon-auth", "url": "http://localhost:3000/auth"},
        {**OIDC, "jwks_url": "http://id.example.com/keys"},
        {**OIDC, "issuer": "http://id.example.com"},
    ],
)
def test_production_asks_issuers_by_https_alone(production: pytest.MonkeyPatch, profile: object) -> None:
    production.setenv("EXTERNAL_ISSUERS", json.dumps([NEON, profile]))
    with pytest.raises(SettingsError, match=r"EXTERNAL_ISSUERS\[1\] has an issuer or a jwks_url .* https"):
        load_settings()
    production.setenv("ENVIRONMENT", "development")
    assert len(load_settings().external_issuers) == 2


def test_the_example_names_every_setting_with_its_default() -> None:
    example = EXAMPLE.read_text()
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    assert {name.upper() for name in (*Settings.model_fields, "migration_database_url")} <= named
    written = re.sub(r"^# ([A-Z_]+=.+)$", r"\1", example, flags=re.MULTILINE)
    Path(".env").write_text(f"{written}\nDATABASE_URL={SECRET}\n")
    assert load_settings() == Settings(_env_file=None, database_url=SECRET)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_URL", "http://do-not-repeat-me"),
        ("SMTP_URL", "smtp://"),
        ("SMTP_URL", "smtp://host:do-not-repeat-me"),
        ("SMTP_URL", "smtp://[do-not-repeat-me"),
        ("APP_URL", "do-not-repeat-me"),
    ],
)
def test_a_wrong_url_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv("DATABASE_URL", SECRET)
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as refusal:
        load_settings()
    assert "do-not-repeat-me" not in str(refusal.value)


def test_the_issuer_is_where_make_run_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    """`make run PORT=9000` puts PORT into the environment; what is chosen there or in .env goes first."""
    monkeypatch.setenv("DATABASE_URL", SECRET)
    assert load_settings().issuer == "http://localhost:8000"
    Path("Makefile").write_text(f"include {MAKEFILE}\nport: ; @printenv PORT\n")
    asked = [shutil.which("make") or "make", "--no-print-directory", "port"]
    for argument, port in ([], "8000"), (["PORT=9000"], "9000"):
        printed = subprocess.check_output([*asked, *argument], text=True).strip()
        assert printed == port
        monkeypatch.setenv("PORT", printed)
        assert load_settings().issuer == f"http://localhost:{port}"
    Path(".env").write_text("ISSUER=http://localhost:7000\n")
    assert load_settings().issuer == "http://localhost:7000"
    monkeypatch.setenv("ISSUER", "http://localhost:6000")
    assert load_settings().issuer == "http://localhost:6000"


def test_a_wrong_port_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", SECRET)
    monkeypatch.setenv("PORT", "do-not-repeat-me")
    with pytest.raises(SettingsError, match=r"^PORT is wrong: ") as refusal:
        load_settings()
    assert "do-not-repeat-me" not in str(refusal.value)
    assert "ISSUER" not in str(refusal.value)


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
