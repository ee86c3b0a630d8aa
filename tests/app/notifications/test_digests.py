"""T-087: what a digest tells, to whom, and what it never holds."""

from collections.abc import Awaitable, Callable

import aiosmtplib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.keys import new_key
from app.core.mail import Mail
from app.core.notice import Kind, Notice
from app.jobs import verified_address
from app.notifications import repository
from app.notifications.digests import send_digest
from app.notifications.mails import LISTED, digest
from app.notifications.preferences.service import switch_mail_off
from app.notifications.preferences.unsubscribing import Subscription, links_below
from app.notifications.schemas import Unmailed
from tests.app.conftest import Letterbox, Person
from tests.app.notifications.conftest import SessionOf, Superuser, id_of

pytestmark = pytest.mark.anyio

LINK_OF = links_below("https://api.example.org", new_key())
VERIFY = "update accounts set email_verified_at = now() where id = %s"

Tell = Callable[[Person, Kind, str], Awaitable[None]]
SendTo = Callable[[Person], Awaitable[list[Mail]]]


@pytest.fixture
def tell(session_of: SessionOf) -> Tell:
    """Make a notification."""

    async def make(person: Person, kind: Kind, title: str) -> None:
        await repository.make(session_of(person), Notice(kind, title))

    return make


@pytest.fixture
def send_to(session_of: SessionOf) -> SendTo:
    """Do what the daily job does for somebody; give what was mailed."""

    async def send(person: Person) -> list[Mail]:
        letterbox = Letterbox()
        await send_digest(
            session_of(person), mailer=letterbox, address_of=verified_address, app_url=None, link_of=LINK_OF
        )
        return letterbox.mails

    return send


@pytest.fixture
async def ada(alice: Person, superuser: Superuser) -> Person:
    """Somebody with a verified address."""
    await superuser.execute(VERIFY, [id_of(alice)])
    return alice


@pytest.fixture
async def ben(bob: Person, superuser: Superuser) -> Person:
    """Somebody else with a verified address."""
    await superuser.execute(VERIFY, [id_of(bob)])
    return bob


async def test_it_tells_what_is_unread_newest_first(ada: Person, tell: Tell, send_to: SendTo) -> None:
    for title in ("first", "second", "third"):
        await tell(ada, "account", title)
    (second,) = [
        item
        for item in (await ada.call("GET", "/v1/notifications")).json()["items"]
        if item["title"] == "second"
    ]
    await ada.call("PUT", f"/v1/notifications/{second['id']}/read")
    (mail,) = await send_to(ada)
    assert mail.to == ada.email
    assert mail.subject == "2 unread notifications"
    assert [line for line in mail.text.splitlines() if line.startswith("- ")] == ["- third", "- first"]


async def test_what_was_mailed_is_not_mailed_again(ada: Person, tell: Tell, send_to: SendTo) -> None:
    await tell(ada, "account", "old")
    assert len(await send_to(ada)) == 1
    assert await send_to(ada) == []
    await tell(ada, "account", "new")
    (mail,) = await send_to(ada)
    assert "- new" in mail.text
    assert "- old" not in mail.text


async def test_nor_when_the_newest_of_it_is_deleted(ada: Person, tell: Tell, send_to: SendTo) -> None:
    await tell(ada, "account", "one")
    await tell(ada, "account", "two")
    await send_to(ada)
    newest, *_ = (await ada.call("GET", "/v1/notifications")).json()["items"]
    await ada.call("DELETE", f"/v1/notifications/{newest['id']}")
    assert await send_to(ada) == []


async def test_it_holds_nothing_of_anybody_else(
    ada: Person, ben: Person, tell: Tell, send_to: SendTo
) -> None:
    await tell(ada, "security", "for Ada")
    await tell(ben, "security", "for Ben")
    (to_ada,), (to_ben,) = await send_to(ada), await send_to(ben)
    assert (to_ada.to, "for Ada" in to_ada.text, "for Ben" in to_ada.text) == (ada.email, True, False)
    assert (to_ben.to, "for Ben" in to_ben.text, "for Ada" in to_ben.text) == (ben.email, True, False)


async def test_preferences_decide_save_for_security(ada: Person, tell: Tell, send_to: SendTo) -> None:
    off = {"enabled": False}
    assert (await ada.call("PUT", "/v1/notifications/preferences/account/email", json=off)).is_success
    for kind in ("security", "account", "product"):
        await tell(ada, kind, f"of kind {kind}")
    (mail,) = await send_to(ada)
    assert [line for line in mail.text.splitlines() if line.startswith("- ")] == ["- of kind security"]


async def test_it_can_be_unsubscribed_from_until_nothing_is_left_to_switch_off(
    ada: Person, tell: Tell, send_to: SendTo
) -> None:
    """The link is of whoever is mailed, and whoever followed it is promised nothing more."""
    await tell(ada, "security", "one")
    (mail,) = await send_to(ada)
    assert mail.unsubscribe == LINK_OF(Subscription(id_of(ada), 0))
    off = {"enabled": False}
    assert (await ada.call("PUT", "/v1/notifications/preferences/account/email", json=off)).is_success
    await tell(ada, "security", "two")
    (mail,) = await send_to(ada)
    assert mail.unsubscribe is None


async def test_its_link_counts_how_often_mail_was_switched_on_again(
    ada: Person, session_of: SessionOf, tell: Tell, send_to: SendTo
) -> None:
    assert await switch_mail_off(session_of(ada), resubscriptions=0)
    on = {"enabled": True}
    assert (await ada.call("PUT", "/v1/notifications/preferences/account/email", json=on)).is_success
    await tell(ada, "account", "one")
    (mail,) = await send_to(ada)
    assert mail.unsubscribe == LINK_OF(Subscription(id_of(ada), 1))


async def test_an_address_that_is_not_verified_gets_nothing_yet(
    alice: Person, superuser: Superuser, tell: Tell, send_to: SendTo
) -> None:
    await tell(alice, "security", "patience")
    assert await send_to(alice) == []
    await superuser.execute(VERIFY, [id_of(alice)])
    assert len(await send_to(alice)) == 1


async def test_nobody_is_mailed_about_nothing(ada: Person, send_to: SendTo) -> None:
    assert await send_to(ada) == []


async def test_what_could_not_be_sent_stays_to_be_told(
    ada: Person, tell: Tell, send_to: SendTo, session_of: SessionOf
) -> None:
    class Refusing:
        mail: Mail

        async def send(self, mail: Mail) -> None:
            self.mail = mail
            raise aiosmtplib.SMTPServerDisconnected("gone")

    await tell(ada, "account", "once more")
    refusing = Refusing()
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await send_digest(
            session_of(ada), mailer=refusing, address_of=verified_address, app_url=None, link_of=LINK_OF
        )
    assert await send_to(ada) == [refusing.mail]


UNREAD = st.builds(
    Unmailed.model_construct,
    id=st.uuids(),
    title=st.text(min_size=1, max_size=120),
    created_at=st.datetimes(),
)


@given(st.lists(UNREAD, min_size=1, max_size=LISTED + 1))
def test_a_title_is_a_line(unread: list[Unmailed]) -> None:
    mail = digest("ada@example.org", unread, "https://app.example.org/", None)
    lines = mail.text.split("\n")
    assert len([line for line in lines if line.startswith("- ")]) == len(unread)
    assert "Read them: https://app.example.org/notifications" in lines
    assert mail.subject.startswith("More than 20 " if len(unread) > LISTED else f"{len(unread)} unread")
