"""Credentials go, prose stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.history.masking import MASK, mask

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLWhlcmU"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("PASSWORD=hunter2secret", "PASSWORD=[masked]"),
        ('{"password": "correct-horse"}', '{"password": "[masked]"}'),
        ("client_secret: 'abc'", "client_secret: '[masked]'"),
        ("api-key: 9f8e7d6c5b", "api-key: [masked]"),
        ("X-API-Key: 9f8e7d6c5b", "X-API-Key: [masked]"),
        ("export NEON_API_KEY=napi_" + "a1" * 20, "export NEON_API_KEY=[masked]"),
        (
            "postgresql://app:pa55@db.example.org:5432/app?sslmode=require",
            "postgresql://app:[masked]@db.example.org:5432/app?sslmode=require",
        ),
        ("redis://:s3cret@cache:6379", "redis://:[masked]@cache:6379"),
        ("https://" + "t0ken" * 5 + "@git.example.org/x.git", "https://[masked]@git.example.org/x.git"),
        (f"Authorization: Bearer {JWT}", "Authorization: Bearer [masked]"),
        ("Authorization: Basic dXNlcjpwYXNzd29yZDE=", "Authorization: Basic [masked]"),
        (f"the token {JWT} was refused", "the token [masked] was refused"),
        ("ghp_" + "a1B2" * 9, MASK),
        ("use sk-ant-" + "a1B2" * 9 + " here", "use [masked] here"),
        ("AKIA" + "A1B2" * 4, MASK),
        ("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaGhhc2hoYXNo", MASK),
        (
            "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----\nafter",
            "[masked]\nafter",
        ),
    ],
)
def test_credentials_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "The password: at least 12 characters, checked against a list.",
        "password: SecretStr",
        "token: str = Depends(read_token)",
        "password = os.environ['APP_PASSWORD1']",
        "secret=settings.secret_key_2",
        "password=${PASSWORD_1}",
        "Bearer authentication is required on every operation.",
        "password == other.password1",
        "token_type='bearer'",
        "reads the token: see speckit.specify for details",
        "https://example.org/docs/token?page=2",
        "git@github.com:owner/name.git",
        "person@example.org signs in",
        "## Password reset\n\nT-106 sends a link.",
        "task-042-secret-handling",
    ],
)
def test_prose_and_code_are_not(text: str) -> None:
    assert mask(text) == text


@given(st.text())
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(
    st.lists(st.sampled_from(["password", "=", ": ", '"', "'", "hunter2", " ", "Bearer ", "://", ":", "@"]))
)
def test_masking_fragments_twice_is_masking_once(parts: list[str]) -> None:
    text = "".join(parts)
    assert mask(mask(text)) == mask(text)
