"""
[Task]: T-113, T-115
[From]: speckit.specify §2.11, speckit.plan §3.6
[Description]: What makes a token of an external issuer valid, and what is usual for each kind of issuer.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    TypeAdapter,
    model_validator,
)

# Asymmetric ones alone: who can verify must not be able to sign (RFC 8725 §2.1, §3.2).
Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
]  # fmt: skip
Scalar = StrictStr | StrictBool | StrictInt | None

_URL: TypeAdapter[AnyHttpUrl] = TypeAdapter(AnyHttpUrl)


def is_url(value: str) -> str:
    """Check a URL and keep its spelling: issuers are compared letter by letter (RFC 8725 §3.8).

    Raises:
        ValueError: It is none.
    """
    _URL.validate_python(value)
    return value


IssuerUrl = Annotated[str, AfterValidator(is_url)]


class IssuerProfile(BaseModel):
    """One external issuer. Whatever its kind brings may be given otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["better-auth", "neon-auth", "oidc"] = "oidc"
    issuer: Annotated[IssuerUrl, Field(max_length=500)]
    audience: Annotated[str, Field(min_length=1)]
    jwks_url: IssuerUrl | None = None
    """Where its keys are; None to ask the issuer."""
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)]
    token_type: Annotated[str, Field(min_length=1)] | None = None
    """The `typ` of the header; None for any."""
    required_claims: tuple[str, ...] = ()
    """Beside `iss`, `aud`, `sub`, `iat` and `exp`."""
    claim_values: dict[str, tuple[Scalar, ...]] = {}
    """The values that a claim may have; null stands for an absent one."""

    @model_validator(mode="before")
    @classmethod
    def _with_usual(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        usual = _USUAL.get(str(given.get("kind", "oidc")))
        if usual is None:
            raise ValueError(f"Its kind must be one of {', '.join(_USUAL)}")
        own = {name: value for name, value in given.items() if name != "url"}
        return {**usual(given), **own}

    @property
    def is_encrypted(self) -> bool:
        """Whether nobody on the way can change what it says or which keys it has."""
        urls = (self.issuer, self.jwks_url or self.issuer)
        return all(url.startswith("https://") for url in urls)


def _usual_oidc(given: Mapping[str, object]) -> dict[str, Any]:
    """Follow RFC 9068 §4: an access token says that it is one, so that no ID token passes for one."""
    if "url" in given:
        raise ValueError("An issuer of kind oidc has no url: give issuer and audience")
    return {"algorithms": ("RS256",), "token_type": "at+jwt"}


def _usual_better_auth(given: Mapping[str, object]) -> dict[str, Any]:
    """Follow Better Auth's plugin `jwt`, whose tokens are about a session and have no `typ`."""
    url = _url_of(given, "the baseURL of Better Auth")
    return {
        "issuer": url,
        "audience": url,
        "jwks_url": f"{url.rstrip('/')}/api/auth/jwks",
        "algorithms": ("EdDSA",),
        "claim_values": {"banned": (False, None)},
    }


def _usual_neon_auth(given: Mapping[str, object]) -> dict[str, Any]:
    """Follow Neon Auth, a Better Auth whose `iss` and `aud` are the origin alone."""
    url = _url_of(given, "the Auth URL that Neon's console shows")
    scheme, host, *_ = urlsplit(url)
    return {
        "issuer": f"{scheme}://{host}",
        "audience": f"{scheme}://{host}",
        "jwks_url": f"{url.rstrip('/')}/.well-known/jwks.json",
        "algorithms": ("EdDSA",),
        "claim_values": {"banned": (False, None), "role": ("authenticated",)},
    }


def _url_of(given: Mapping[str, object], what: str) -> str:
    url = given.get("url")
    if not isinstance(url, str):
        raise ValueError(f"It needs url: {what}")  # noqa: TRY004 -- Pydantic makes a sentence of this one
    return url


_USUAL: dict[str, Callable[[Mapping[str, object]], dict[str, Any]]] = {
    "better-auth": _usual_better_auth,
    "neon-auth": _usual_neon_auth,
    "oidc": _usual_oidc,
}
