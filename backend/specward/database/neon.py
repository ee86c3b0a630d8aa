"""Branches made by Neon: a copy of the whole database in about a second, with a compute of its own.

Source: Neon's published contract, of which `tests/database/neon/contract.yaml` is an excerpt. The key comes
from the environment only, goes to one address only, and is in no message and no `repr`.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any, NamedTuple, NoReturn
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import psycopg

from specward.database.provision import Urls
from specward.errors import CouldNotRunError

API = "https://console.neon.tech/api/v2"
KEY_VARIABLE, PROJECT_VARIABLE = "NEON_API_KEY", "NEON_PROJECT_ID"

LIFETIME = timedelta(hours=6)  # after which Neon deletes a branch that nobody could delete
ANSWER_SECONDS = 30.0
PATIENCE_SECONDS = 300.0  # for what Neon does in the background
FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 0.25, 5.0, 1.5

LOCKED, TOO_MANY, NOT_FOUND, UNAUTHORISED = 423, 429, 404, 401
ALWAYS_SAFE_TO_REPEAT = frozenset({LOCKED, TOO_MANY})  # nothing was done
DONE, FAILED = frozenset({"finished", "skipped"}), frozenset({"failed", "cancelled"})

POOLER_MARK = "-pooler"

Answer = dict[str, Any]


class RefusedError(CouldNotRunError):
    """Neon's answer to a request that it did not carry out."""

    def __init__(self, status: int, said: str) -> None:
        key = f" Look at {KEY_VARIABLE}: it is wrong, or has been revoked." if status == UNAUTHORISED else ""
        super().__init__(f"Neon refused with status {status}: {said}.{key}")
        self.status = status


class _NoRedirect(HTTPRedirectHandler):
    """A redirected request would carry the key to wherever it is told to go."""

    def redirect_request(self, *_: object) -> None:
        """Follow none."""


class Project:
    """One project at Neon, as its API sees it."""

    def __init__(
        self,
        project: str,
        key: str,
        *,
        api: str = API,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Remember how to reach it; nothing is sent yet."""
        self._root = f"{api}/projects/{quote(project, safe='')}"
        self._key = key
        self._open = build_opener(_NoRedirect).open
        self._sleep = sleep

    def call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Answer:
        """Send a request, again while Neon is busy with the project.

        Raises:
            RefusedError: Neon answered that it will not do it.
            CouldNotRunError: there was no answer.
        """
        for _ in self.pauses(f"{method} {path}"):
            try:
                return self._send(method, path, body)
            except RefusedError as refused:
                repeatable = refused.status in ALWAYS_SAFE_TO_REPEAT or (
                    method == "GET" and refused.status >= 500  # noqa: PLR2004 -- the server's own failures
                )
                if not repeatable:
                    raise
        raise AssertionError  # the pauses end by raising

    def await_operations(self, answer: Answer) -> None:
        """Wait until Neon has done what it answered that it will do.

        Raises:
            CouldNotRunError: one of the operations failed, or takes too long.
        """
        for operation in answer.get("operations", []):
            current = operation
            for _ in self.pauses(f"its operation {operation['action']}"):
                if current["status"] in DONE:
                    break
                if current["status"] in FAILED:
                    _fail(f"Neon's operation {current['action']} {current['status']}", current.get("error"))
                current = self.call("GET", f"/operations/{operation['id']}")["operation"]

    def pauses(self, what: str) -> Iterator[None]:
        """Yield at once, and then after longer and longer pauses.

        Raises:
            CouldNotRunError: patience has ended.
        """
        pause, waited = FIRST_PAUSE, 0.0
        while waited <= PATIENCE_SECONDS:
            yield
            self._sleep(pause)
            waited += pause
            pause = min(pause * GROWTH, LONGEST_PAUSE)
        _fail(f"Neon is not ready after {PATIENCE_SECONDS:.0f} seconds", what)

    def _send(self, method: str, path: str, body: Mapping[str, object] | None) -> Answer:
        request = Request(  # noqa: S310 -- the address is ours
            self._root + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Accept": "application/json", "Content-Type": "application/json"},
        )
        request.add_unredirected_header("Authorization", f"Bearer {self._key}")
        try:
            with self._open(request, timeout=ANSWER_SECONDS) as response:
                text = response.read()
        except HTTPError as error:
            with error:
                raise RefusedError(error.code, _message(error.read())) from None
        except (URLError, HTTPException, TimeoutError) as error:
            raise CouldNotRunError(f"Neon does not answer: {error}") from None
        return dict(json.loads(text)) if text else {}


class NeonBranches(NamedTuple):
    """Branches of a project's default branch, or of another one."""

    project: Project
    parent: Urls  # its roles and their passwords are those of the branch as well
    parent_id: str | None = None

    def create(self, name: str) -> Urls:
        """Make a branch with a compute, and wake it.

        Raises:
            CouldNotRunError: Neon refuses, fails, or takes too long; then nothing is left.
        """
        expires = (datetime.now(UTC) + LIFETIME).strftime("%Y-%m-%dT%H:%M:%SZ")
        branch = {"name": name, "expires_at": expires}
        if self.parent_id:
            branch["parent_id"] = self.parent_id
        try:
            made = self.project.call(
                "POST", "/branches", {"branch": branch, "endpoints": [{"type": "read_write"}]}
            )
            self.project.await_operations(made)
            urls = Urls(*(_moved(url, made["endpoints"][0]["host"]) for url in self.parent))
            self._wake(urls)
        except RefusedError:
            raise  # nothing was made; a branch of that name is somebody else's
        except BaseException:
            self.delete(name)
            raise
        return urls

    def delete(self, name: str) -> None:
        """Delete the branch of that name, if there is one."""
        for found in self._named(name):
            try:
                self.project.await_operations(self.project.call("DELETE", f"/branches/{found}"))
            except RefusedError as refused:
                if refused.status != NOT_FOUND:  # somebody was faster, or the branch had expired
                    raise

    def _named(self, name: str) -> list[str]:
        """Return the id of the branch of that name; the search finds those that contain it as well."""
        found, cursor = [], ""
        while True:
            query = urlencode({"search": name, **({"cursor": cursor} if cursor else {})})
            page = self.project.call("GET", f"/branches?{query}")
            found += [branch["id"] for branch in page["branches"] if branch["name"] == name]
            cursor = page.get("pagination", {}).get("next", "")
            if not cursor or not page["branches"]:
                return found

    def _wake(self, urls: Urls) -> None:
        """Connect until somebody answers: a compute sleeps until it is asked for."""
        for _ in self.project.pauses("its compute"):
            try:
                psycopg.connect(urls.migration, connect_timeout=10).close()
            except psycopg.OperationalError:
                continue
            return


def project_in(environment: Mapping[str, str] = os.environ) -> Project | None:
    """Return the project that the environment names, if it holds a key.

    Raises:
        CouldNotRunError: there is a key, and no project.
    """
    key = environment.get(KEY_VARIABLE)
    if not key:
        return None
    project = environment.get(PROJECT_VARIABLE)
    if not project:
        raise CouldNotRunError(f"{KEY_VARIABLE} is set. Say in {PROJECT_VARIABLE} which project to branch.")
    return Project(project, key)


def _moved(url: str, host: str) -> str:
    """Return `url` at another compute: at its pooler, if it was one before."""
    parts = urlsplit(url)
    credentials, _, place = parts.netloc.rpartition("@")
    before, colon, port = place.partition(":")
    if before.partition(".")[0].endswith(POOLER_MARK):
        label, dot, domain = host.partition(".")
        host = f"{label}{POOLER_MARK}{dot}{domain}"
    return parts._replace(netloc=f"{credentials}@{host}{colon}{port}").geturl()


def _message(body: bytes) -> str:
    """What Neon says in an error, or nothing that could be trusted to be short."""
    try:
        return str(json.loads(body)["message"]).rstrip(".")
    except (ValueError, KeyError, TypeError):
        return "it gave no reason"


def _fail(what: str, why: str | None) -> NoReturn:
    raise CouldNotRunError(f"{what}: {why or 'it gave no reason'}.")
