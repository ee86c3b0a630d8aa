"""External issuers on loopback: real keys behind a real HTTP server, and tokens as each kind makes them."""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from httpx2 import AsyncClient

from app.core.issuers.profiles import IssuerProfile
from tests.app.conftest import Person

AUDIENCE = "https://api.example.org"
PATHS = {
    "better-auth": "/api/auth/jwks",
    "neon-auth": "/neondb/auth/.well-known/jwks.json",
    "oidc": "/keys",
}
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | Ed25519PrivateKey


@cache
def rsa_key(bits: int = 2048, _number: int = 0) -> rsa.RSAPrivateKey:
    """An RSA key; making one takes long, so that it is made once."""
    return rsa.generate_private_key(65537, bits)


class Key(NamedTuple):
    """A signing key of an issuer."""

    kid: str
    algorithm: str
    private: PrivateKey

    def jwk(self, **members: object) -> dict[str, object]:
        """The public half; a member that is None is left out."""
        written = jwt.get_algorithm_by_name(self.algorithm).to_jwk(self.private.public_key(), as_dict=True)
        named = {"kid": self.kid, "alg": self.algorithm, "use": "sig"}
        return {name: value for name, value in {**written, **named, **members}.items() if value is not None}


def new_key(algorithm: str = "EdDSA") -> Key:
    """A key with an id of its own."""
    private: PrivateKey = Ed25519PrivateKey.generate()
    if algorithm.startswith("ES"):
        private = ec.generate_private_key(ec.SECP256R1())
    elif algorithm.startswith(("RS", "PS")):
        private = rsa_key()
    return Key(secrets.token_hex(4), algorithm, private)


class Answer(NamedTuple):
    """What the server says instead of its keys."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class Issuer:
    """One issuer. `answer` may be set to have it say something else; `fetches` counts requests."""

    def __init__(self, kind: str, origin: str, algorithm: str) -> None:
        self.kind = kind
        self.origin = origin
        self.keys = [new_key(algorithm)]
        self.fetches = 0
        self.discoveries = 0
        self.metadata: dict[str, object] = {"issuer": origin, "jwks_uri": origin + PATHS[kind]}
        self.answer: Callable[[], Answer] = self.key_set

    @property
    def jwks_url(self) -> str:
        return self.origin + PATHS[self.kind]

    @property
    def profile(self) -> IssuerProfile:
        """The profile that an operator would write."""
        if self.kind == "oidc":
            given = {
                "issuer": self.origin,
                "audience": AUDIENCE,
                "jwks_url": self.jwks_url,
                "algorithms": ("RS256", "ES256", "EdDSA"),
            }
        else:
            path = "/neondb/auth" if self.kind == "neon-auth" else ""
            given = {"kind": self.kind, "url": self.origin + path}
        return IssuerProfile.model_validate(given)

    def serve(self, path: str) -> Answer:
        """Answer a request."""
        if path == "/.well-known/openid-configuration":
            self.discoveries += 1
            return Answer(body=json.dumps(self.metadata).encode())
        self.fetches += 1
        return self.answer() if path == PATHS[self.kind] else Answer(404)

    def key_set(self) -> Answer:
        use = "sig" if self.kind == "oidc" else None  # Better Auth leaves it out
        return Answer(body=json.dumps({"keys": [key.jwk(use=use) for key in self.keys]}).encode())

    def claims(self, subject: str) -> dict[str, Any]:
        """What a token of this kind of issuer says."""
        now = int(time.time())
        common = {"iss": self.origin, "aud": self.origin, "sub": subject, "iat": now, "exp": now + 900}
        if self.kind == "oidc":
            return {**common, "aud": [AUDIENCE, "other"], "client_id": "web", "jti": str(uuid4())}
        user = {"id": subject, "name": "Ada", "email": "ada@example.org", "emailVerified": True}
        return {**common, **user, **({"role": "authenticated"} if self.kind == "neon-auth" else {})}

    def token(
        self,
        subject: str,
        *,
        key: Key | None = None,
        header: dict[str, Any] | None = None,
        **claims: object,
    ) -> str:
        """Sign a token; a claim or member of the header that is None is left out."""
        key = key or self.keys[0]
        payload = {
            name: value for name, value in {**self.claims(subject), **claims}.items() if value is not None
        }
        members = {"kid": key.kid, "typ": "at+jwt" if self.kind == "oidc" else None, **(header or {})}
        if members["kid"] is None:
            del members["kid"]
        return jwt.encode(payload, key.private, key.algorithm, members)

    def person(self, client: AsyncClient, subject: str | None = None, **token: Any) -> Person:
        """Somebody with a token of this issuer."""
        written = self.token(subject or secrets.token_hex(16), **token)
        return Person("ada@example.org", client, {"access_token": written})


@contextmanager
def issuing(kind: str = "oidc", algorithm: str = "EdDSA") -> Iterator[Issuer]:
    """Run an issuer on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = issuer.serve(self.path)
            self.send_response(answer.status)
            for name, value in (*answer.headers, ("Content-Length", str(len(answer.body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer = Issuer(kind, f"http://127.0.0.1:{server.server_port}", algorithm)
        thread = Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
