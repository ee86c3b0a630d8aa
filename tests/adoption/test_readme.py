"""What the README shows of the gate is what the gate says."""

import re
from pathlib import Path

import pytest

from tests.adoption.project import specward
from tests.client.hooks import prompt, use
from tests.servers.plugin import ROOT
from tests.specward.repository import make_repository

MODELS = """\
from sqlmodel import Field, SQLModel


class User(SQLModel, table=True):
    id: int = Field(primary_key=True)


class Note(SQLModel, table=True):
    id: int = Field(primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
    text: str
"""
SECURITY = """\
import jwt
from fastapi import Depends
from fastapi.security import OAuth2PasswordBearer
from sqlmodel import Session, create_engine

from app.models import User


def session():
    with Session(create_engine("sqlite://")) as opened:
        yield opened


def read_user(token: str = Depends(OAuth2PasswordBearer("token")), db: Session = Depends(session)) -> User:
    return db.get_one(User, jwt.decode(token, "key", algorithms=["HS256"])["sub"])
"""
MAIN = """\
from fastapi import Depends, FastAPI, HTTPException
from sqlmodel import Session

from app.models import Note, User
from app.security import read_user, session

app = FastAPI()


@app.get("/notes/{note_id}")
def read_note(note_id: int, db: Session = Depends(session), me: User = Depends(read_user)):
    note = db.get(Note, note_id)
    if note is None:
        raise HTTPException(404)
    return note
"""


def blocks() -> list[str]:
    """The blocks of the README that are no commands."""
    return re.findall(r"^```\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)


def test_a_forgotten_owner_is_found_as_the_readme_shows(tmp_path: Path) -> None:
    files = {"app/models.py": MODELS, "app/security.py": SECURITY, "app/main.py": MAIN}
    root = make_repository(tmp_path, {**files, "specward.toml": 'territory = ["app/**"]\n'})
    said = specward(root, "check", "--select", "SW6", code=1)
    assert said.partition("\n\n")[0] + "\n" in blocks()


def test_a_refusal_reads_as_the_readme_shows(project: Path) -> None:
    prompt(project, "Implement task T-042")
    said = use(project, "Write", file_path=str(project / "backend/app/alerts/a.py"), content="x").reason
    permit = re.search(r"which covers (.*?)\. If", said)
    assert permit
    said = said.replace("backend/app/alerts/a.py", "backend/app/accounts/service.py").replace(
        "T-042", "T-203"
    )
    said = said.replace(permit[1], "backend/app/profiles/**, tests/app/profiles/**")
    assert said in [" ".join(block.split()) for block in blocks()]


@pytest.mark.parametrize("command", ["init", "check", "task", "approve", "record", "explain", "prove"])
def test_the_options_that_the_readme_names_exist(command: str) -> None:
    told = specward(ROOT, command, "--help")
    named = re.findall(rf"specward {command}\b([^`\n]*)", (ROOT / "README.md").read_text())
    assert named
    assert [option for rest in named for option in re.findall(r"--[a-z-]+", rest) if option not in told] == []
