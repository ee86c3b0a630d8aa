"""People who use the application: each joins as the project says, and owns something."""

import json
import os
import secrets
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from specward.database.provision import search_path
from specward.errors import CouldNotRunError
from specward.prove.client import Client, Request
from specward.prove.settings import Settings, Step

GOOD = range(200, 400)
CREDENTIALS = ("authorization", "cookie", "x-api-key")


class Person(NamedTuple):
    """Somebody with credentials and rows of their own."""

    known: Mapping[str, str]  # what they know of themselves: {email}, {token}, …
    ids: Mapping[str, str]  # of their rows, by the names of parameters
    headers: Mapping[str, str]

    @property
    def credentials(self) -> Mapping[str, str]:
        """The headers that say who they are; the others are for requests that would be refused without."""
        return {name: value for name, value in self.headers.items() if name.lower() in CREDENTIALS}

    @property
    def everything(self) -> Mapping[str, str]:
        """What the names in a request may stand for."""
        return {**self.known, **self.ids}


class Crowd(NamedTuple):
    """Makes people."""

    client: Client
    settings: Settings
    root: Path
    env: Mapping[str, str]  # of the application

    def join(self) -> Person:
        """Make a new person.

        Raises:
            CouldNotRunError: the application refuses one of the project's requests.
        """
        known = {
            "email": f"{secrets.token_hex(8)}@example.org",
            "password": secrets.token_urlsafe(18),
            "marker": f"marker {secrets.token_hex(12)}",
        }
        if self.settings.token_command:
            known["token"] = self._token()
        for step in self.settings.join:
            known |= self._take(step, known, {})
        headers = {name: fill(text, known) for name, text in self.settings.headers.items()}
        ids: dict[str, str] = {}
        for step in self.settings.own:
            ids |= self._take(step, {**known, **ids}, headers)
        return Person(known, ids, headers)

    def _take(self, step: Step, known: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, str]:
        """Take one step, and return what it keeps."""
        own = {name: fill(text, known) for name, text in step.headers.items()}
        form = None if step.form is None else {name: filled(part, known) for name, part in step.form.items()}
        answer = self.client.send(
            Request(
                step.method,
                fill(step.path, known),
                {**headers, **own},
                json=filled(step.json, known),
                form=form,
            )
        )
        if answer.status not in GOOD:
            said = answer.body[:300].decode(errors="replace")
            raise CouldNotRunError(
                f"tool.specward.prove: {step.method} {step.path} is answered {answer.status}: {said}"
            )
        return {name: _found(answer.body, where, step) for name, where in step.keep.items()}

    def _token(self) -> str:
        environment = {**os.environ, **self.env, "PATH": search_path()}
        try:
            done = subprocess.run(  # noqa: S603 -- the project's own command
                self.settings.token_command,
                cwd=self.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=True,
            )
        except (OSError, subprocess.CalledProcessError) as error:
            raise CouldNotRunError(f"tool.specward.prove.token_command cannot be run: {error}.") from error
        return done.stdout.strip()


def fill(text: str, known: Mapping[str, object]) -> str:
    """Put what is known where a text names it: "Bearer {token}"."""
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def filled(value: object, known: Mapping[str, object]) -> object:
    """Put what is known into every text of a value."""
    if isinstance(value, str):
        return fill(value, known)
    if isinstance(value, dict):
        return {key: filled(part, known) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, known) for part in value]
    return value


def _found(body: bytes, where: str, step: Step) -> str:
    try:
        value: object = json.loads(body)
        for key in where.split("."):
            value = value[int(key)] if isinstance(value, list) else value[key]  # type: ignore[index]  # caught below
    except (ValueError, LookupError, TypeError) as error:
        raise CouldNotRunError(
            f"tool.specward.prove: the answer to {step.method} {step.path} has no {where}."
        ) from error
    return str(value)
