"""One operation, attacked by somebody else and by nobody; and called by an owner, or nothing is proved."""

import secrets
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID, uuid4

from specward.prove.client import Answer, Request
from specward.prove.people import GOOD, Crowd, Person
from specward.prove.requests import Writer
from specward.prove.rows import Watch, secrets_of

# Names under which an application may believe who somebody says to be.
OWNER_NAMES = ("id", "account_id", "owner_id", "user_id", "sub", "email")
UNAUTHENTICATED = 401
NOBODY = Person({}, {}, {})


class Line(NamedTuple):
    """What became of the attacks on one operation."""

    operation: str
    ids: tuple[str, ...]  # the parameters and properties that took another's ids
    own: int  # the status that somebody gets with ids of their own
    foreign: int  # … with another's ids; without ids, for the plain request
    anonymous: int  # … without credentials
    requests: int
    faults: tuple[str, ...]


class Scene(NamedTuple):
    """Everybody whom an attack needs."""

    crowd: Crowd
    watch: Watch
    victim: Person
    owners: frozenset[str]  # as whom the victim owns rows


class Attack:
    """The attacks on one operation."""

    def __init__(self, scene: Scene, writer: Writer, attacker: Person) -> None:
        self._crowd, self._watch, self._victim, self._owners = scene
        self._writer = writer
        self._public = writer.target.public
        self.attacker = attacker
        self._rows = self._watch.rows(self._owners)
        others = self._watch.rows(self._watch.owners() - self._owners)
        kept = (*self._victim.known.values(), *self._victim.ids.values())
        self._secrets = {**dict.fromkeys(kept, "what they keep"), **secrets_of(self._rows, others)}
        self._faults: dict[str, None] = {}
        self._requests = 0

    def run(self) -> Line:
        """Attack, and say what was seen."""
        target, ids = self._writer.target, self._writer.ids()
        for name in self._writer.unknown():
            self._fault(
                f"No row is known for {{{name}}}, so nothing is proved: keep its id in `own`, or set one "
                "under `values`, in [tool.specward.prove]."
            )
        foreign = self._as_if_missing("another's ids", self.attacker, ids)
        for name in ids if len(ids) > 1 else ():
            self._as_if_missing(f"another's {name} among own ids", self.attacker, (name,))
        anonymous = self._as_if_missing("another's ids and no credentials", NOBODY, ids)
        if not self._public and anonymous.status in GOOD:
            self._fault(f"It asks for credentials, but answers {anonymous.status} without any.")
        for request in self._claims():
            self._send("a claim to be another", self.attacker, request)
        own = self._own() if ids else foreign
        if ids and own.status not in GOOD:
            self._fault(
                f"Own ids are answered {own.status}, so nothing is proved: set a body that is accepted "
                f"under [tool.specward.prove.bodies] {target.name or target.label!r}."
            )
        statuses = own.status, foreign.status, anonymous.status
        return Line(target.label, ids, *statuses, self._requests, tuple(self._faults))

    def _as_if_missing(self, how: str, sender: Person, names: tuple[str, ...]) -> Answer:
        """Send a request with another's ids, and the same with ids of nothing: the answers must be equal."""
        foreign = {name: self._victim.ids[name] for name in names}
        answer = self._send(how, sender, self._write(sender, foreign))
        if names:
            missing = {name: another(value) for name, value in foreign.items()}
            other = self._send("ids of nothing", sender, self._write(sender, missing))
            if answer.comparable(foreign) != other.comparable(missing):
                what = f"({answer.status} and {other.status})" if answer.status != other.status else ""
                self._fault(
                    f"With {how} its answer differs from the one for ids that do not exist {what}".rstrip()
                    + "."
                )
        return answer

    def _own(self) -> Answer:
        owner = self._crowd.join()
        return self._crowd.client.send(self._writer.request(owner, {}, owner.everything))

    def _claims(self) -> Iterator[Request]:
        """Yield the plain request with another's names wherever an application might believe them."""
        for claim in sorted({*self._owners, self._victim.known.get("email", "")} - {""}):
            named = dict.fromkeys(OWNER_NAMES, claim)
            plain = self._write(self.attacker, {})
            headers = {f"X-{name.replace('_', '-')}": claim for name in OWNER_NAMES}
            cookie = "; ".join(f"{name}={claim}" for name in OWNER_NAMES)
            yield plain._replace(
                query={**named, **plain.query}, headers={**headers, "Cookie": cookie, **plain.headers}
            )
            if plain.form is not None:
                yield plain._replace(form={**named, **plain.form})
            elif plain.json is None or isinstance(plain.json, dict):
                yield plain._replace(json={**named, **(plain.json or {})})

    def _write(self, sender: Person, ids: dict[str, str]) -> Request:
        return self._writer.request(sender, ids, self.attacker.everything)

    def _send(self, how: str, sender: Person, request: Request) -> Answer:
        """Send, and look whether anything of the victim shows or has moved."""
        answer = self._crowd.client.send(request)
        if answer.status == UNAUTHENTICATED and sender is self.attacker and not self._public:
            self.attacker = self._crowd.join()  # what was done before has ended their credentials
            request = request._replace(headers={**request.headers, **self.attacker.headers})
            answer = self._crowd.client.send(request)
        self._requests += 1
        sent, heard = repr(request), answer.body.decode(errors="replace") + repr(answer.headers)
        shown = {of for secret, of in self._secrets.items() if secret in heard and secret not in sent}
        for of in sorted(shown):
            self._fault(f"With {how}, the answer shows another user's data ({of}).")
        now = self._watch.rows(self._owners)
        for table in sorted(name for name, rows in now.items() if rows != self._rows[name]):
            self._fault(f"With {how}, another user's rows of {table} have changed.")
        self._rows = now
        return answer

    def _fault(self, sentence: str) -> None:
        self._faults[sentence] = None


def another(value: str) -> str:
    """Return an id of nothing, of the same form."""
    try:
        UUID(value)
    except ValueError:
        if value.isdecimal():
            return str(10 ** max(len(value), 9) - 1 - secrets.randbelow(10_000))
        return secrets.token_hex(len(value))[: len(value)]
    return str(uuid4())
