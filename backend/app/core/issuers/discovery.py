"""
[Task]: T-115
[From]: speckit.plan §3.6
[Description]: Where an OpenID Connect issuer says that its keys are.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import BaseModel

from app.core.issuers.profiles import IssuerUrl


class _Metadata(BaseModel):
    """What is read of the document (OpenID Connect Discovery §3)."""

    issuer: str
    jwks_uri: IssuerUrl


def discovery_url(issuer: str) -> str:
    """Give where an issuer describes itself (OpenID Connect Discovery §4)."""
    return f"{issuer.removesuffix('/')}/.well-known/openid-configuration"


def read_jwks_url(document: bytes, issuer: str) -> str:
    """Read where the keys are.

    Args:
        document: What the issuer says about itself.
        issuer: As it is configured. Where it is itself in the clear, as in development alone, its keys may be
            on this machine.

    Raises:
        ValueError: It is no such document, or that of another issuer (OpenID Connect Discovery §4.3), or
            somebody on the way could change the keys.
    """
    metadata = _Metadata.model_validate_json(document)
    if metadata.issuer != issuer:
        raise ValueError("The document is another issuer's.")
    scheme = urlsplit(metadata.jwks_uri).scheme
    in_development = urlsplit(issuer).scheme == "http" and is_loopback(metadata.jwks_uri)
    if scheme != "https" and not (scheme == "http" and in_development):
        raise ValueError("The keys are not at an https URL.")
    return metadata.jwks_uri


def is_loopback(url: str) -> bool:
    """Tell whether a URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
