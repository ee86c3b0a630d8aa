"""`[tool.specward.prove]`: how two people come to be, and how each comes to own something.

[tool.specward.prove]
headers = { Authorization = "Bearer {token}" }
join = [
    { request = "POST /register", json = { email = "{email}", password = "{password}" } },
    { request = "POST /login", form = { username = "{email}", … }, keep = { token = "access_token" } },
]
own = [{ request = "POST /notes", json = { text = "{marker}" }, keep = { note_id = "id" } }]

`{email}`, `{password}` and `{marker}` are new for each person. What `own` keeps are ids of rows: they are
given to the parameters and properties of that name; where several paths have a plain `{id}`, "notes.id" is
the one of `/notes/{id}`. Instead of requests, `token_command` may print the token of a new person. Where an
operation refuses what its schemas allow, for a rule that none of them can say, `refuses` has the statuses by
its id. `uvicorn` has the options with which the project serves the application, such as `["--http", …]`.
"""

from collections.abc import Mapping
from typing import NamedTuple

from specward.config import Config
from specward.errors import CouldNotRunError

_REQUEST_WORDS = 2


class Step(NamedTuple):
    """One request that a person sends, and what of its answer is kept."""

    method: str
    path: str
    json: object = None
    form: Mapping[str, object] | None = None
    headers: Mapping[str, str] = {}
    keep: Mapping[str, str] = {}  # name → where in the answer, "items.0.id"


class Settings(NamedTuple):
    """What the project says."""

    join: tuple[Step, ...] = ()
    own: tuple[Step, ...] = ()
    headers: Mapping[str, str] = {}  # of every request of somebody who has joined
    token_command: tuple[str, ...] = ()
    env: Mapping[str, str] = {}  # of the application
    uvicorn: tuple[str, ...] = ()  # the options it is served with
    values: Mapping[str, object] = {}  # of parameters that are no ids, by name
    bodies: Mapping[str, object] = {}  # by operation id, where the least that the document allows is refused
    refuses: Mapping[
        str, tuple[str, ...]
    ] = {}  # by operation id: the statuses for a rule that no schema can say


def read_settings(config: Config) -> Settings:
    """Read the table.

    Raises:
        CouldNotRunError: it is missing, or a setting has the wrong type.
    """
    table = config.table.get("prove", {})
    if not isinstance(table, dict) or not ({"join", "token_command"} & table.keys()):
        raise CouldNotRunError(
            "Say in [tool.specward.prove] of pyproject.toml how a person joins: `token_command`, or `join`, "
            'a list of requests such as { request = "POST /login", keep = { token = "access_token" } }.'
        )
    unknown = sorted(table.keys() - set(Settings._fields))
    if unknown:
        raise _wrong(unknown[0], f"left out; the settings are {', '.join(Settings._fields)}")
    return Settings(
        _steps(table, "join"),
        _steps(table, "own"),
        _texts(table, "headers"),
        _words(table, "token_command"),
        _texts(table, "env"),
        _words(table, "uvicorn"),
        _mapping(table, "values"),
        _mapping(table, "bodies"),
        _statuses(table, "refuses"),
    )


def _steps(table: Mapping[str, object], key: str) -> tuple[Step, ...]:
    steps = table.get(key, [])
    if not isinstance(steps, list):
        raise _wrong(key, "a list of requests")
    return tuple(_step(step, key) for step in steps)


def _step(step: object, key: str) -> Step:
    fields = {"request", "json", "form", "headers", "keep"}
    words = str(step.get("request", "")).split() if isinstance(step, dict) else []
    if not isinstance(step, dict) or len(words) != _REQUEST_WORDS or not step.keys() <= fields:
        raise _wrong(key, 'a list of requests such as { request = "POST /login", json = { … } }')
    form = _mapping(step, "form") if "form" in step else None
    return Step(
        words[0].upper(), words[1], step.get("json"), form, _texts(step, "headers"), _texts(step, "keep")
    )


def _words(table: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise _wrong(key, "a list of strings")
    return tuple(value)


def _mapping(table: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise _wrong(key, "a table")
    return value


def _texts(table: Mapping[str, object], key: str) -> Mapping[str, str]:
    value = _mapping(table, key)
    if not all(isinstance(text, str) for text in value.values()):
        raise _wrong(key, "a table of texts")
    return {name: str(text) for name, text in value.items()}


def _statuses(table: Mapping[str, object], key: str) -> Mapping[str, tuple[str, ...]]:
    value = _mapping(table, key)
    if not all(
        isinstance(codes, list) and all(type(code) is int for code in codes) for codes in value.values()
    ):
        raise _wrong(key, "a table of lists of statuses")
    return {name: tuple(map(str, codes)) for name, codes in value.items() if isinstance(codes, list)}


def _wrong(key: str, expected: str) -> CouldNotRunError:
    return CouldNotRunError(f"tool.specward.prove: {key} in pyproject.toml must be {expected}.")
