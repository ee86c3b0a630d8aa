"""
[Task]: T-006, T-042
[From]: speckit.specify §3.2, §3.3, speckit.plan §4.2, §4.3, §4.8
[Description]: What goes in and out about a profile, and which values it takes.
"""

import re
import unicodedata
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Annotated
from uuid import UUID

from babel.localedata import locale_identifiers
from pydantic import (
    AfterValidator,
    AnyUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    WithJsonSchema,
)
from pydantic.networks import UrlConstraints

from app.core.examples import ID, MOMENT, example

URL_LENGTH = 2048
TAGS_LENGTH = 200

VALUES = {
    "display_name": "Ada",
    "about": "Counts engines.",
    "avatar_url": "https://example.com/ada.png",
    "locale": "en-GB",
    "time_zone": "Europe/London",
}

# Unicode's categories Cc and Cs, to which nothing is ever added.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

_https_url = TypeAdapter(Annotated[AnyUrl, UrlConstraints(allowed_schemes=["https"], host_required=True)])


def _short(lines: list[str]) -> list[str]:
    if sum(map(len, lines)) > TAGS_LENGTH:
        raise ValueError(f"It must have at most {TAGS_LENGTH} characters.")
    return lines


EntityTags = Annotated[
    list[str], AfterValidator(_short), WithJsonSchema({"type": "string", "maxLength": TAGS_LENGTH})
]
"""A header with entity tags, line by line."""


@cache
def locales() -> dict[str, str]:
    """Give the locale tags that the Unicode CLDR knows, by their lower-case form: BCP 47 ignores case."""
    tags = (identifier.replace("_", "-") for identifier in locale_identifiers())
    return {tag.lower(): tag for tag in tags}


@cache
def time_zones() -> frozenset[str]:
    """Give the names of the IANA time zone database, the same on every machine."""
    return frozenset(files("tzdata").joinpath("zones").read_text().split())


def tidy(value: object) -> object:
    """Put text into Unicode NFC with plain line breaks and without surrounding space."""
    if not isinstance(value, str):
        return value
    return unicodedata.normalize("NFC", value).replace("\r\n", "\n").strip()


def _no_controls(value: str) -> str:
    """Refuse what is no text: control characters, and half a character, which JSON can write."""
    if _CONTROLS.search(value):
        raise ValueError("It has control characters, or an unpaired surrogate.")
    return value


def _no_controls_but_line_breaks(value: str) -> str:
    _no_controls(value.replace("\n", ""))
    return value


def _known_url(value: str) -> str:
    url = str(_https_url.validate_python(value))
    if len(url) > URL_LENGTH:
        raise ValueError(f"It is longer than {URL_LENGTH} characters.")
    return url


def _known_locale(value: str) -> str:
    if value.lower() not in locales():
        raise ValueError("It is not a locale that the Unicode CLDR knows.")
    return locales()[value.lower()]


def _known_time_zone(value: str) -> str:
    if value not in time_zones():
        raise ValueError("It is not a time zone of the IANA database.")
    return value


def _text(*, longest: int, shortest: int = 1) -> tuple[BeforeValidator, StringConstraints]:
    return BeforeValidator(tidy), StringConstraints(min_length=shortest, max_length=longest)


class ProfilePatch(BaseModel):
    """A JSON merge patch (RFC 7396): null puts a field back to its default, an absent one stays."""

    model_config = ConfigDict(extra="forbid", **example(**VALUES))

    display_name: Annotated[str, *_text(longest=80), AfterValidator(_no_controls)] | None = None
    about: Annotated[str, *_text(longest=500), AfterValidator(_no_controls_but_line_breaks)] | None = None
    avatar_url: (
        Annotated[
            str, Field(max_length=URL_LENGTH, json_schema_extra={"format": "uri"}), AfterValidator(_known_url)
        ]
        | None
    ) = None
    locale: Annotated[str, *_text(longest=35, shortest=2), AfterValidator(_known_locale)] | None = None
    time_zone: Annotated[str, *_text(longest=64), AfterValidator(_known_time_zone)] | None = None

    def changes(self) -> dict[str, str | None]:
        """Give the fields that are present, with their values."""
        return self.model_dump(exclude_unset=True)


class Profile(BaseModel):
    """The caller's profile."""

    model_config = example(account_id=ID, **VALUES, updated_at=MOMENT)

    account_id: UUID
    display_name: str | None
    about: str | None
    avatar_url: str | None
    locale: str
    time_zone: str
    updated_at: datetime | None
