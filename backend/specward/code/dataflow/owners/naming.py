"""What the names of tables and columns say of ownership, where nothing else does."""

import re

from specward.code.dataflow.owners.tables import snake
from specward.patterns import pattern

USER = pattern(
    r"((app|db|auth|dispatch)_)?(user|account|customer|member)(_(model|profile|account|table|orm))?$"
)
PUBLIC = pattern(r"(^|_)(uuid|guid|uid|slug|public_id|external_id)$")
PASSWORD = pattern(
    r"(hashed_?|encrypted_?|user_)?(password|passwd|pwd)(_?hash(ed)?|_digest|_encrypted|_salt)?",
    re.IGNORECASE,
)
_SECRET = pattern(r"token|secret|hash|api_?key|otp|nonce|signature")
_CREATED = r"(creat|add|upload|submit|post)\w*_?by|creator|author|uploader"
CREATED = pattern(_CREATED, re.IGNORECASE)
ACTED = pattern(
    _CREATED
    + r"|_by(_id|_user_id|_user)?$|^last_|assign|approver|reviewer|inviter|editor|moderator|resolver",
    re.IGNORECASE,
)  # who did something to a row: its owner only where the project says so by comparing it

_HIDDEN = pattern(r"(^|[._])(hidden|blocked|muted|excluded|ignored|denied|banned)_\w*$")
CONTENT = pattern(
    r"(^|_)(blog|post|article|comment|reply|like|dislike|review|rating|testimonial|faq|product|categor(y|ie)"
    r"|plan|region|country|event|job|course|news(letter)?|announcement)s?$"
)  # what sites show to everybody, where a route does
OPEN = pattern(
    r"(is_)?(public|published|shared|global|listed|discoverable|template|preset|featured|advertised|offered"
    r"|exhibited|searchable|bookable|on_(display|show|sale|offer)|for_(sale|rent|hire|loan|adoption))(ly_visible)?"
)
_OPEN_WORD = pattern(r"(\w+\.)?(public|published|listed|unlisted)", re.IGNORECASE)
_SHARED_WORD = pattern(
    r"(\w+\.)?(private|internal|restricted|members?(_only)?|team|group|household|famil(y|ies)|friends|followers"
    r"|org(ani[sz]ation)?|workspace|company|tenant|project|shared)",
    re.IGNORECASE,
)
_OPENED = pattern(r"publish(ed)?_(at|on|date|time)$")
_TENANT = r"(organi[sz]ation|org|tenant|workspace|company|household|firm|clinic|school)$"
TENANT = pattern(_TENANT)
_TENANT_KEY = pattern(
    r"(^|_)(organi[sz]ation|org|tenant|workspace|company|household|team)_?(u?u?id|slug|key)$"
)
_JOINED = pattern(
    _TENANT + r"|(team|group|project|board|room|channel|conversation|chat|space|family|circle)$"
)
GRANT = pattern(
    r"member|participant|enrol|collaborator|share|grant|access|permission|resident|occupant"
    r"|(^|_)(co_?)?(assistant|moderator|editor|maintainer|contributor|organi[sz]er|host|admin|owner)s?$"
)
INVITED = pattern(r"invit(e|ation)s?$")  # between users, of whom none need be the owner
ORDINARY = {
    *("user", "member", "customer", "client", "guest", "viewer", "subscriber", "buyer"),
    *("student", "pupil", "learner", "patient", "applicant", "candidate", "participant"),
}  # roles that people have who come to a service for themselves
_LEVEL = pattern(
    r"role|permissions?|access(_level)?|can_\w+|is_(curator|admin|owner|editor|moderator|manager|lead(er)?)"
)


def names_level(column: str) -> bool:
    """Whether a column says what somebody may do with what a row links them to: `can_edit`."""
    return bool(_LEVEL.fullmatch(column))


_LINK = pattern(
    r"(id|uuid)$|_(id|at|on|by|date)$|^(is|has|can)_|role|status|state|position|order|(creat|updat|add|join|approv)ed"
    r"|active|version"
)


_SHARED_LINK = pattern(r"(^|_)((shared?|sharing|public|perma|guest|magic)_?link|share)$")


def names_link(table: str) -> bool:
    """Whether the rows of a table are links: who was told the key of one may see what it leads to."""
    return bool(_SHARED_LINK.search(stem(table)))


def names_no_content(column: str) -> bool:
    """Whether a column only says what belongs together, since when and how: a key, a time, a flag."""
    return bool(_LINK.search(snake(column)))


_MESSAGE = pattern(r"(^|_)(notification|notice|alert|mention|reminder)s?$")


_WRITTEN = pattern(r"(^|_)(message|comment|remark|reply|replies|review|post|answer|feedback|annotation)s?$")


def names_written(table: str) -> bool:
    """Whether rows of a table are what one of several says to the others: comments, messages."""
    return bool(_WRITTEN.search(snake(table)))


def names_message(table: str) -> bool:
    """Whether rows of a table are told to somebody, by others or by the program, who then reads them."""
    return bool(_MESSAGE.search(snake(table)))


def names_author(column: str) -> bool:
    """Whether a column says who made a row: `created_by`, `author_id`."""
    return bool(CREATED.search(column))


_COUNTED = pattern(
    r"(^|_)(view|visit|click|hit|read|play|download|share|like|comment|reply|join|member|participant|follower)s?"
    r"(_(count|counter|total|num(ber)?))?$|^((in_)?stock|quantity|inventory|available|remaining|sold|seats(_left)?)$"
)


def names_count(column: str) -> bool:
    """Whether a column counts what others do with a row, who so change it: `view_count`."""
    return bool(_COUNTED.search(snake(column)))


_OWNER = {"user", "owner", "account", "member", "customer", "client", "profile", "person", "holder"}
_KEY = {"id", "ids", "uuid", "guid", "pk", "fk", "key", "ref"}


def names_owner(column: str, user: str) -> bool:
    """Whether a key of a user says no more than whose the row is: `user_id`, not `reporter_id`.

    Args:
        column: The column.
        user: The table of users.
    """
    words = [word for word in snake(column).split("_") if word not in _KEY]
    return {*words} <= _OWNER | {*stem(user).split("_")}


_ADDRESS = {"name", "username", "email", "mail", "login", "uid", "sub"}
_EVENT = pattern(r"(^|_)(log|audit|history|event|activit(y|ie)|trail|report|ticket|issue)s?$")
_DONE = pattern(r"ed(_|$)")


def names_whose(column: str, user: str) -> bool:
    """Whether a column says whose a row is by any name or number of theirs: `user_uuid`, `username`.

    Args:
        column: The column.
        user: The table of users.
    """
    words = [word for word in snake(column).split("_") if word not in _KEY]
    owners = _OWNER | {*stem(user).split("_")}
    return {*words} <= owners | _ADDRESS and (not owners.isdisjoint(words) or words in _ALONE)


_ALONE = (["username"], ["login"], ["uid"], ["sub"])


def names_account(column: str) -> bool:
    """Whether a column may say what the row itself is called, where it is an account: `username`."""
    return [word for word in snake(column).split("_") if word not in _KEY] in _ALONE


def names_event(table: str) -> bool:
    """Whether rows of a table say what somebody did, for others to read: `audit_logs`, `issues`."""
    return bool(_EVENT.search(snake(table)))


def names_deed(column: str) -> bool:
    """Whether a column says who did something to a row at some time: `opened_by`, `user_opened_id`."""
    return bool(ACTED.search(column) or _DONE.search(snake(column)))


_STAFF = {
    *("staff", "employee", "worker", "teacher", "instructor", "tutor", "coach", "mentor"),
    *("doctor", "physician", "nurse", "therapist", "driver", "courier", "agent", "manager"),
}


def names_staff(table: str) -> bool:
    """Whether a table keeps what there is to say of people who work there: `staff`, `doctor_profiles`."""
    return stem(table).partition("_")[0] in _STAFF


_HOLDER = _OWNER | {
    *("tenant", "org", "organization", "organisation", "company", "workspace", "team", "household", "firm"),
    *("group", "email", "mail", "username", "login", "sub", "uid", "creator", "author", "by"),
}


def names_holder(column: str) -> bool:
    """Whether a column may say whose a row is: a person, or those that a person is one of."""
    return bool(_HOLDER & {*snake(column).split("_")})


def names_content(table: str) -> bool:
    """Whether rows of a table are what a site may show to everybody: articles, comments, products."""
    return bool(CONTENT.search(snake(table)))


def names_tenant(name: str) -> bool:
    """Whether a header chooses one of several organisations, which is no credential: `X-Org-Id`."""
    return bool(_TENANT_KEY.search(snake(name)))


def names_membership(table: str, user: str, parent: str) -> bool:
    """Whether a table is called after the users and what they may be in: `user_organizations`."""
    words = {stem(word) for word in snake(table).split("_")} - _NEUTRAL
    both = {*bare(user).split("_"), *bare(parent).split("_")}
    return words == both and bool(_JOINED.search(bare(parent)))


def names_hidden(name: str) -> bool:
    """Whether something of the principal lists what they do not see, which says nothing of owners."""
    return bool(_HIDDEN.search(name))


def names_open(column: str) -> bool:
    """Whether a column says that a row is everybody's to see: `is_public`."""
    return bool(OPEN.fullmatch(column))


def names_opening(column: str) -> bool:
    """Whether a column says since when a row is everybody's to see: `published_at`."""
    return bool(_OPENED.search(column))


def is_open_word(value: object) -> bool:
    """Whether a state or visibility is that of what everybody may see: `"published"`."""
    return isinstance(value, str) and bool(_OPEN_WORD.fullmatch(value))


def is_shared_word(value: object) -> bool:
    """Whether a visibility is that of what some may see, and not everybody: `"household"`."""
    return isinstance(value, str) and bool(_SHARED_WORD.fullmatch(value))


def stem(name: str) -> str:
    """`Users`, `user` and `tbl_user` alike; `categories` as `category`."""
    text = snake(name.rpartition(".")[2])
    if text.endswith("ies"):
        return f"{text[:-3]}y"
    return text[:-1] if text.endswith("s") and not text.endswith("ss") else text


_NEUTRAL = {"orm", "model", "table", "entity", "tbl", "link", "association", "assoc", "mapping", "map", "to"}


def bare(name: str) -> str:
    """A name without the words that only say that it is one of a table: `UserORM` as `user`."""
    words = [word for word in stem(name).split("_") if word not in _NEUTRAL]
    return "_".join(words) or stem(name)


def names_secret(column: str) -> bool:
    """Whether only who was told the value of a column can find a row by it: a token, a hash of one."""
    return bool(_SECRET.search(column.lower()))
