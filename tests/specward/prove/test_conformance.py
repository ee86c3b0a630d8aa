"""What Schemathesis looks at is seen: the faults of an application, and none where there is none."""

from pathlib import Path

import pytest

from specward.contract.entry import EntryPoint
from specward.contract.served import load
from specward.prove.application import serving
from specward.prove.conformance import departures
from specward.prove.people import Crowd
from specward.prove.settings import Settings

SHOP = """
from itertools import count
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

bearer = HTTPBearer(auto_error=False)


def caller(given: Annotated[object, Depends(bearer)]) -> None:
    if given is None or given.credentials != "mine":
        raise HTTPException(401)


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    text: Annotated[str, Field(min_length=1, max_length=20)]


class Kept(Note):
    id: int


app = FastAPI(dependencies=[Depends(caller)], responses={400: {}, 401: {}, 404: {}})
notes: dict[int, Kept] = {}
numbers = count(1)


@app.post("/notes", status_code=201)
def make_note(note: Note) -> Kept:
    if note.text == "0":  # no schema says so
        raise HTTPException(400)
    made = Kept(id=next(numbers), text=note.text)
    notes[made.id] = made
    return made


@app.get("/notes/{note_id}")
def read_note(note_id: int) -> Kept:
    if note_id not in notes:
        raise HTTPException(404)
    return notes[note_id]


@app.delete("/notes/{note_id}", status_code=204)
def remove_note(note_id: int) -> None:
    if notes.pop(note_id, None) is None:
        raise HTTPException(404)


@app.exception_handler(405)
def not_allowed(request: Request, _: HTTPException) -> JSONResponse:
    allowed = "POST" if request.url.path == "/notes" else "DELETE, GET"
    return JSONResponse({}, 405, {"Allow": allowed})
"""
ENTRY = EntryPoint("shop:app")
MINE = Settings(headers={"Authorization": "Bearer mine"})
REFUSING = MINE._replace(refuses={"make_note_notes_post": ("400",)})

# What is right, what is wrong instead, and what is said of it.
FAULTS = (
    ('given is None or given.credentials != "mine"', "given is None", "API accepts invalid authentication"),
    ('allowed = "POST"', 'allowed = "GET, POST"', "Undocumented methods advertised: GET"),
    ("notes.pop(note_id, None) is None", "note_id not in notes", "Deleted resource still available"),
    (
        "Field(min_length=1, max_length=20)",
        'Field(json_schema_extra={"minLength": 1, "maxLength": 20})',
        "Invalid component: in body",
    ),
)
LOST = ("    notes[made.id] = made\n", "", "Not available with: `GET /notes/{note_id}`")


def found(folder: Path, source: str, settings: Settings) -> tuple[str, ...]:
    """What is seen of an application."""
    (folder / "shop.py").write_text(source)
    served = load(folder, ENTRY, cached=False)
    with serving(folder, ENTRY, {}) as client:
        return departures(served, Crowd(client, settings, folder, {}))


def test_nothing_is_seen_of_a_good_one(tmp_path: Path) -> None:
    assert found(tmp_path, SHOP, REFUSING) == ()


@pytest.mark.parametrize("faults", [FAULTS, (LOST,)], ids=["of every kind", "lost"])
def test_each_fault_is_seen(tmp_path: Path, faults: tuple[tuple[str, str, str], ...]) -> None:
    source = SHOP
    for right, wrong, _ in faults:
        assert source.count(right) == 1
        source = source.replace(right, wrong)
    said = "\n".join(found(tmp_path, source, MINE))
    assert "POST /notes: Schema-valid request rejected" in said
    for _, _, seen in faults:
        assert seen in said
