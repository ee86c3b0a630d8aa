"""T-042: which values a profile takes; what is accepted is what the database accepts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.profiles.schemas import ProfilePatch, locales, time_zones
from tests.app.conftest import Person
from tests.app.profiles.test_profile import PATH, patch

GOOD = [
    ("display_name", "  Zoe\u0308 ", "Zo\u00eb"),
    ("display_name", "x" * 80, "x" * 80),
    ("about", "a\r\nb\nc", "a\nb\nc"),
    ("about", "y" * 500, "y" * 500),
    ("avatar_url", "https://EXAMPLE.org/a b", "https://example.org/a%20b"),
    ("avatar_url", "HTTPS://example.org", "https://example.org/"),
    ("locale", "ZH-hant-tw", "zh-Hant-TW"),
    ("locale", "en", "en"),
    ("time_zone", "America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
]
BAD = [
    ("display_name", ""),
    ("display_name", "   "),
    ("display_name", "x" * 81),
    ("display_name", "a\nb"),
    ("display_name", "a\u0000b"),
    ("display_name", "a\u007fb"),
    ("display_name", 7),
    ("about", "z" * 501),
    ("about", "a\tb"),
    ("about", "a\u0085b"),
    ("about", "a\u009fb"),
    ("avatar_url", "http://example.org"),
    ("avatar_url", "javascript:alert(1)"),
    ("avatar_url", "https://"),
    ("avatar_url", "data:text/html,x"),
    ("avatar_url", "https://example.org/" + "x" * 2048),
    ("avatar_url", "https://example.org/" + "\u00e9" * 1000),
    ("locale", "xx-YY"),
    ("locale", "en_US"),
    ("locale", ""),
    ("time_zone", "Europe/Atlantis"),
    ("time_zone", "../../etc/passwd"),
    ("time_zone", "utc "),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("field", "given_value", "kept"), GOOD)
async def test_a_value_is_kept_in_its_plain_form(
    alice: Person, field: str, given_value: str, kept: str
) -> None:
    answer = await patch(alice, {field: given_value})
    assert answer.status_code == 200, answer.text
    assert (await alice.call("GET", PATH)).json()[field] == kept


@pytest.mark.anyio
@pytest.mark.parametrize(("field", "value"), BAD)
async def test_a_value_that_is_none_is_refused(alice: Person, field: str, value: object) -> None:
    answer = await patch(alice, {field: value})
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [f"/{field}"]
    assert answer.json()["errors"][0]["message"]


@pytest.mark.anyio
@pytest.mark.parametrize("field", ["display_name", "about", "avatar_url", "locale", "time_zone"])
async def test_half_a_character_is_refused(alice: Person, field: str) -> None:
    """JSON can write it, and it is no text."""
    headers = {"Content-Type": "application/merge-patch+json", "If-Match": "*"}
    body = f'{{"{field}": "https://example.org/\\ud800"}}'
    answer = await alice.call("PATCH", PATH, content=body, headers=headers)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [f"/{field}"]


@pytest.mark.parametrize("body", [[], "x", 1, None])
@pytest.mark.anyio
async def test_a_patch_is_an_object(alice: Person, body: object) -> None:
    assert (await patch(alice, body)).status_code == 422


@given(st.text())
def test_text_is_either_refused_or_plain_for_good(text: str) -> None:
    """What is kept is in NFC, without surrounding space or control characters, and stays as it is."""
    for field, longest in (("display_name", 80), ("about", 500)):
        try:
            kept = ProfilePatch.model_validate({field: text}).changes()[field]
        except ValidationError:
            continue
        assert kept is not None
        assert unicodedata.is_normalized("NFC", kept)
        assert kept == kept.strip()
        assert 1 <= len(kept) <= longest
        assert not any(unicodedata.category(character) == "Cc" for character in kept.replace("\n", ""))
        assert ProfilePatch.model_validate({field: kept}).changes() == {field: kept}


@given(
    st.dictionaries(
        st.sampled_from(["display_name", "about", "locale", "time_zone"]),
        st.none() | st.sampled_from(["en", "de"]),
    )
)
def test_a_patch_changes_what_it_names_and_nothing_else(body: dict[str, str | None]) -> None:
    try:
        changes = ProfilePatch.model_validate(body).changes()
    except ValidationError:
        assert body.get("time_zone") is not None
        return
    assert changes == body


def test_every_known_tag_and_zone_is_accepted_and_fits_the_table() -> None:
    for tag in locales().values():
        assert ProfilePatch(locale=tag).locale == tag
    for zone in time_zones():
        assert ProfilePatch(time_zone=zone).time_zone == zone
    assert len(locales()) > 500
    assert {"UTC", "Europe/Vienna"} < time_zones()
