"""Signed stamps: proof that a stamp was given by somebody who may approve, with the keys people have for git.

A signature is OpenSSH's (`ssh-keygen -Y sign`, PROTOCOL.sshsig), so a key may lie in a file, an agent or a
hardware token that wants a touch. Who may approve stands in an allowed signers file (ssh-keygen(1), ALLOWED
SIGNERS).
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from specward.approvals.stamps import Stamp
from specward.code.cache import Cache, digest
from specward.code.git import GitError, git
from specward.config import Config
from specward.errors import CouldNotRunError

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

NAMESPACE = "specward-approval"  # a signature made for anything else, a commit say, is worth nothing here
_MISSING = "ssh-keygen is not installed, or not on the PATH. Install OpenSSH's client to sign and to verify."
_LITERALS = ("key::", "ssh-", "ecdsa-", "sk-")  # how git lets a public key stand in its settings


class Signers:
    """Those who may approve.

    Args:
        path: where the file stands, for sentences.
        text: the allowed signers; empty where the file is not there, and then nobody may.
        cache: keeps what was verified between runs: a verification is a process.
    """

    def __init__(self, path: str, text: str, cache: Cache | None = None) -> None:
        self.path = path
        self._text = text
        self._cache = cache

    def refusal(self, stamp: Stamp) -> str:
        """Say in a sentence why a stamp does not hold; empty where one of the signers signed it as it is."""
        if not stamp.signature:
            return f"The stamp of {stamp.task} is not signed, and {self.path} names who may sign."
        if not self._text.strip():
            return f"{self.path} cannot be read or names nobody, so nobody may approve {stamp.task}."
        if self._verified(stamp):
            return ""
        who = _principal(stamp) or "nobody"
        return f"The signature of {stamp.task} is not one that {self.path} allows to {who}."

    def _verified(self, stamp: Stamp) -> bool:
        if self._cache is None:
            return verify(stamp, self._text)
        key = digest(f"{self._text}\0{stamp.signature}".encode() + message(stamp))
        known = self._cache.get(key)
        if not isinstance(known, bool):
            known = verify(stamp, self._text)
            self._cache.put(key, known)
            self._cache.save(whole=False)
        return known


def read_signers(root: Path, config: Config) -> Signers | None:
    """Read who may approve; None where the project asks for no signatures."""
    if not config.signers:
        return None
    try:
        return Signers(config.signers, (root / config.signers).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Signers(config.signers, "")


def message(stamp: Stamp) -> bytes:
    """Give what is signed: everything a stamp says, in one form."""
    said = (str(stamp.task), stamp.digest, stamp.approver, stamp.date)
    return json.dumps(said, separators=(",", ":")).encode()


def sign(stamp: Stamp, key: str) -> Stamp:
    """Sign a stamp; a passphrase or a touch is asked for at the terminal.

    Args:
        stamp: what is to be signed.
        key: a private key's file; or a public key, or its file, where an agent holds the private one.

    Raises:
        CouldNotRunError: the key cannot sign.
    """
    with _key_file(key) as path:
        done = _ssh_keygen("sign", "-n", NAMESPACE, "-f", path, given=message(stamp))
    if done.returncode != 0:
        reason = (done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
        raise CouldNotRunError(f"{key} cannot sign: {reason} Nothing was approved.")
    return stamp._replace(signature="".join(done.stdout.decode().split("\n")[1:-2]))


def verify(stamp: Stamp, signers: str) -> bool:
    """Tell whether a stamp is signed, as it is, by the person it names, with a key that held on its day.

    Args:
        stamp: the stamp, with its signature.
        signers: the text of an allowed signers file.

    Raises:
        CouldNotRunError: there is no ssh-keygen.
    """
    principal, day = _principal(stamp), stamp.date.replace("-", "")
    if not (principal and day.isdigit()):
        return False
    with _folder() as folder:
        signature, allowed = Path(folder, "signature"), Path(folder, "signers")
        signature.write_text(_armoured(stamp.signature), encoding="utf-8")
        allowed.write_text(signers, encoding="utf-8")
        names = ("-n", NAMESPACE, "-I", principal, "-f", str(allowed), "-s", str(signature))
        done = _ssh_keygen("verify", *names, "-O", f"verify-time={day}", given=message(stamp))
    return done.returncode == 0


def signing_key(root: Path) -> str:
    """Return the key that git signs with.

    Raises:
        CouldNotRunError: git knows none.
    """
    try:
        return git(root, "config", "--get", "user.signingkey").decode(errors="replace").strip()
    except GitError as error:
        raise CouldNotRunError(
            "Stamps are signed here, and git has no signing key of yours. Name one: `specward approve "
            "--key ~/.ssh/id_ed25519`, or git's setting user.signingkey."
        ) from error


def _principal(stamp: Stamp) -> str:
    return stamp.approver.rpartition("<")[2].rstrip(">").strip() if "<" in stamp.approver else ""


def _armoured(signature: str) -> str:
    lines = [signature[start : start + 70] for start in range(0, len(signature), 70)]
    return "\n".join(("-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""))


def _folder() -> "TemporaryDirectory[str]":
    from tempfile import TemporaryDirectory  # noqa: PLC0415  # 4 ms that few runs need

    return TemporaryDirectory()


@contextmanager
def _key_file(key: str) -> Iterator[str]:
    if not key.startswith(_LITERALS):
        yield str(Path(key).expanduser())
        return
    with _folder() as folder:
        path = Path(folder, "key.pub")
        path.write_text(key.removeprefix("key::") + "\n", encoding="utf-8")
        yield str(path)


def _ssh_keygen(verb: str, *arguments: str, given: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 -- a fixed program, and no shell reads the arguments
            ["ssh-keygen", "-Y", verb, *arguments],  # noqa: S607 -- wherever OpenSSH is installed
            input=given,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise CouldNotRunError(_MISSING) from error
