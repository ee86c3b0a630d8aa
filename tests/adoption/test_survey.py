"""What `init` finds: the application where projects have it, and whose data it holds."""

from pathlib import Path

import pytest

from specward.adoption.ownership import Ownership, find_ownership
from specward.adoption.survey import survey
from specward.config import Config
from tests.specward.repository import make_repository

APP = "from fastapi import FastAPI\n{}app = FastAPI()\n"
FACTORY = (
    "import fastapi\n\n\ndef create_app(debug: bool = False):\n    api = fastapi.FastAPI()\n    return api\n"
)


@pytest.mark.parametrize(
    ("files", "entry", "folder", "territory"),
    [
        pytest.param(
            {"app/__init__.py": "", "app/main.py": APP.format("")},
            "app.main:app",
            ".",
            ["app/**"],
            id="a package at the top",
        ),
        pytest.param(
            {"backend/app/main.py": APP.format("from app.db import x\n"), "backend/app/db.py": ""},
            "app.main:app",
            "backend",
            ["backend/app/**"],
            id="a package without __init__.py",
        ),
        pytest.param(
            {
                "backend/__init__.py": "",
                "backend/app/__init__.py": "",
                "backend/app/main.py": APP.format("import app\n"),
            },
            "app.main:app",
            "backend",
            ["backend/app/**"],
            id="an __init__.py too many",
        ),
        pytest.param(
            {"backend/src/main.py": APP.format("from src.db import x\n"), "backend/src/db.py": ""},
            "src.main:app",
            "backend",
            ["backend/src/**"],
            id="src as a package",
        ),
        pytest.param(
            {
                "src/shop/__init__.py": "",
                "src/shop/main.py": APP.format("import logging\nfrom .db import x\n"),
                "src/shop/logging/__init__.py": "",
            },
            "shop.main:app",
            "src",
            ["src/shop/**"],
            id="a package that imports within itself",
        ),
        pytest.param(
            {
                "api/app/main.py": "from app.setup import create_application\n\napp = create_application()\n",
                "api/migrations/script.py.mako": "",
                "another/app/alembic/script.py.mako": "",
            },
            "app.main:app",
            "api",
            ["api/app/**", "api/migrations/**"],
            id="made by a factory of another module",
        ),
        pytest.param(
            {
                "backend/core/registrar.py": FACTORY.replace("create_app", "register_app"),
                "backend/main.py": "from backend.core import registrar\n\napp = registrar.register_app()\n",
            },
            "backend.main:app",
            ".",
            ["backend/**"],
            id="made by a factory of any name",
        ),
        pytest.param(
            {
                "asgi.py": "from api.setup import create_app\n\napi = create_app(1)\nx = get_x_app()\n",
                "api/setup.py": "def create_app(debug):\n    return None\n",
            },
            "asgi:api",
            ".",
            ["*.py", "api/**", "migrations/**"],
            id="under another name, by a factory that wants something",
        ),
        pytest.param(
            {
                "web/http/main.py": APP.format("from web import deps\n"),
                "web/deps.py": "from use_cases.orders import run\nimport os\n",
                "use_cases/orders.py": "def f():\n    import domain.order\n",
                "domain/order.py": "",
                "scripts/load.py": "import domain\n",
                "tests/test_x.py": "",
            },
            "web.http.main:app",
            ".",
            ["web/**", "use_cases/**", "domain/**"],
            id="layers side by side, of which one is the web's",
        ),
        pytest.param(
            {"backend/app/__init__.py": APP.format("")},
            "app:app",
            "backend",
            ["backend/app/**"],
            id="made by the package itself",
        ),
        pytest.param(
            {"src/shop/__init__.py": "", "src/shop/api.py": FACTORY},
            "shop.api:create_app()",
            "src",
            ["src/shop/**"],
            id="a factory in a src layout",
        ),
        pytest.param(
            {
                "backend/__init__.py": "",
                "backend/main.py": APP.format("from routers import x\n"),
                "backend/routers/x.py": "",
                "backend/tests/test_x.py": "",
            },
            "main:app",
            "backend",
            ["backend/*.py", "backend/routers/**", "backend/migrations/**"],
            id="modules side by side",
        ),
        pytest.param(
            {"main.py": APP.format(""), "db/models.py": "", "tests/test_x.py": APP.format("")},
            "main:app",
            ".",
            ["*.py", "db/**", "migrations/**"],
            id="everything at the top",
        ),
        pytest.param(
            {
                "app/main.py": APP.format("from app import x\n"),
                "docs/main.py": APP.format(""),
                "a.py": FACTORY,
            },
            "app.main:app",
            ".",
            ["app/**"],
            id="several, the likeliest first",
        ),
        pytest.param(
            {"app/main.py": "FastAPI = 1\n(", "x.py": "app = Flask()\n"},
            None,
            ".",
            ["backend/app/**"],
            id="none",
        ),
    ],
)
def test_the_application(
    tmp_path: Path, files: dict[str, str], entry: str | None, folder: str, territory: list[str]
) -> None:
    found = survey(make_repository(tmp_path, files))
    assert (found.application.entry if found.application else None) == entry
    assert (found.application.folder if found.application else ".") == folder
    assert [*found.territory] == territory


def test_a_function_that_needs_an_argument_is_no_entry(tmp_path: Path) -> None:
    needs = "from fastapi import FastAPI\n\n\ndef create(settings) -> FastAPI:\n    return FastAPI()\n"
    assert survey(make_repository(tmp_path, {"app.py": needs})).application is None


def test_the_one_that_was_asked_for_comes_first(tmp_path: Path) -> None:
    root = make_repository(tmp_path, {"main.py": APP.format(""), "admin.py": APP.format("")})
    assert [each.entry for each in survey(root, "admin:app").applications] == ["admin:app", "main:app"]


def test_files_that_git_ignores_are_not_looked_at(tmp_path: Path) -> None:
    root = make_repository(tmp_path, {".gitignore": "build/\n", "build/main.py": APP.format("")})
    assert survey(root).application is None


SQLMODEL = """
from sqlmodel import Field, SQLModel

class User(SQLModel, table=True):
    id: int = Field(primary_key=True)

class Item(SQLModel, table=True):
    id: int = Field(primary_key=True)
    owner_id: int = Field(foreign_key="user.id")

class Note(SQLModel, table=True):
    id: int = Field(primary_key=True)
    item_id: int = Field(foreign_key="item.id")
"""
COLUMNS = """
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import DeclarativeBase

class Base(DeclarativeBase): ...

class A(Base):
    __tablename__ = "accounts_user"
    id = Column(Integer, primary_key=True)
    password_hash = Column(Integer)

class N(Base):
    __tablename__ = "notes"
    id = Column(Integer, primary_key=True)
    a = Column(Integer, ForeignKey("accounts_user.id"))
"""
MAPPED = """
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase): ...

class U(Base):
    __tablename__: str = "users"
    id: Mapped[int] = mapped_column(primary_key=True)

class N(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("public.users.id"))
"""


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (SQLMODEL, Ownership("user", ("item.owner_id", "note.item_id -> item.owner_id"))),
        (COLUMNS, Ownership("accounts_user", ("notes.a",))),
        (MAPPED, Ownership("users", ("notes.user_id",))),
        ("class User(SQLModel): ...\n", None),
        ("class Item(SQLModel, table=True): ...\n", None),
        ("class User(SQLModel, table=True): (", None),
    ],
)
def test_the_user_table(tmp_path: Path, source: str, found: Ownership | None) -> None:
    root = make_repository(tmp_path, {"app/models.py": source})
    assert find_ownership(root, ("app/**",), Config()) == found
