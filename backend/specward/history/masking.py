"""Take credentials out of a text that will be kept: what unlocks something goes, prose about it stays.

Known token shapes are masked wherever they stand. A value after a name such as `password` is masked only
where it looks like a credential: quoted, or with digits among its letters, and no code that fetches one.
"""

import re

from specward.patterns import pattern

MASK = "[masked]"

# The vendors' published prefixes; lengths are their shortest.
_TOKENS = (
    r"sk-[A-Za-z0-9_-]{20,}", r"[rs]k_(?:live|test)_[A-Za-z0-9]{10,}", r"whsec_[A-Za-z0-9]{16,}",
    r"gh[pousr]_[A-Za-z0-9]{20,}", r"github_pat_[A-Za-z0-9_]{20,}", r"glpat-[A-Za-z0-9_-]{16,}",
    r"xox[abeoprs]-[A-Za-z0-9-]{10,}", r"(?:AKIA|ASIA)[0-9A-Z]{16}", r"AIza[A-Za-z0-9_-]{30,}",
    r"ya29\.[A-Za-z0-9_-]{20,}", r"npm_[A-Za-z0-9]{30,}", r"pypi-[A-Za-z0-9_-]{30,}", r"hf_[A-Za-z0-9]{20,}",
    r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}", r"napi_[a-z0-9]{30,}", r"npg_[A-Za-z0-9]{10,}",
    r"dop_v1_[a-f0-9]{40,}", r"AGE-SECRET-KEY-1[A-Z0-9]{40,}",
)  # fmt: skip
_JWT = r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"  # RFC 7519, compact form
_HASH = r"\$(?:argon2(?:id|i|d)|2[aby]|scrypt|pbkdf2-sha256)\$[A-Za-z0-9$=,./+-]{20,}"
_STANDALONE = pattern(rf"(?<![A-Za-z0-9_-])(?:{'|'.join((*_TOKENS, _JWT))})|{_HASH}")
_PRIVATE_KEY = pattern(
    r"-----BEGIN (?P<kind>[A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?)-----.*?(?:-----END (?P=kind)-----|\Z)",
    re.DOTALL,
)
_URL = pattern(
    r"(?P<head>\b[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s:/@'\"<>\[]{0,100}:)(?P<value>[^\s/@'\"<>]{1,200})(?=@)"
)
_TOKEN_URL = pattern(r"(?P<head>\bhttps?://)(?P<value>[A-Za-z0-9_-]{20,200})(?=@)")
_HEADER = pattern(
    r"(?P<head>\b(?:Bearer|Basic|Token)[ \t]+)(?P<value>(?=[A-Za-z._~+/=-]{0,200}\d)[A-Za-z0-9._~+/=-]{12,})",
    re.IGNORECASE,
)
_NAME = (
    r"(?:pass(?:word|wd|phrase)|pwd|secret|token|credential|api[_-]?key|access[_-]?key|secret[_-]?key"
    r"|private[_-]?key|signing[_-]?key|encryption[_-]?key|pepper)"
)
_ASSIGNMENT = pattern(
    rf"(?P<head>{_NAME}(?P<close>[\"'`]?)[ \t]*(?P<sign>:=|=(?!=)|:)[ \t]*)"
    r"(?P<value>\"[^\"\n]{1,300}\"|'[^'\n]{1,300}'|[^\s\"'`,;<>\[\](){}]{6,300}(?![(\[]))",
    re.IGNORECASE,
)
_FETCHED = pattern(r"[\"']?(?:\$|%|\{|<|\*{3}|\.{3}|\[masked\]|os\.|settings\.|config\.|env\.|self\.)")


def mask(text: str) -> str:
    """Return a text without the credentials in it; a text without any comes back as it is. Idempotent."""
    text = _PRIVATE_KEY.sub(MASK, text)
    text = _STANDALONE.sub(MASK, text)
    for kind in (_URL, _TOKEN_URL, _HEADER):
        text = kind.sub(_mask_value, text)
    return _ASSIGNMENT.sub(_mask_assigned, text)


def _mask_value(match: re.Match[str]) -> str:
    return match[0] if _FETCHED.match(match["value"]) else match["head"] + MASK


def _mask_assigned(match: re.Match[str]) -> str:
    value = match["value"]
    if _FETCHED.match(value) or not _looks_secret(value, match["sign"]):
        return match[0]
    quote = value[0] if value[0] in "\"'" else ""
    return f"{match['head']}{quote}{MASK}{quote}"


def _looks_secret(value: str, sign: str) -> bool:
    """Whether a value is one that unlocks something, and no word of a sentence, type or call."""
    if value[0] in "\"'":
        return " " not in value.strip() or sign != ":" or any(character.isdigit() for character in value)
    return any(character.isdigit() for character in value) and any(character.isalpha() for character in value)
