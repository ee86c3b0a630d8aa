"""A project without models: its tables stand in a file of SQL, wherever in the repository that is."""

from pathlib import Path

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.judging.project import sql_files
from specward.code.dataflow.owners.schema import Options
from specward.verify import verify

SCHEMA = """
CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL, password_hash text NOT NULL);
CREATE TABLE jars (id bigserial PRIMARY KEY, user_id bigint NOT NULL, label text);
ALTER TABLE jars ADD FOREIGN KEY (user_id) REFERENCES users(id);
"""
APP = '''"""Jars."""
import jwt
from fastapi import Depends, FastAPI, Header

app = FastAPI()


def caller(authorization: str = Header()) -> int:
    """Give the caller's id."""
    return int(jwt.decode(authorization, "key", ["HS256"])["sub"])


@app.get("/jars/{jar_id}")
async def read_jar(jar_id: int, me: int = Depends(caller), pool=Depends(get_pool)):
    """Give one jar."""
    return await pool.fetchrow("SELECT label FROM jars WHERE CONDITION", jar_id, me)
'''
OWN, ANY = "id = $1 AND user_id = $2", "id = $1"


@pytest.mark.parametrize(("condition", "codes"), [(OWN, []), (ANY, ["SW605"])])
def test_tables_are_read_from_sql(condition: str, codes: list[str]) -> None:
    files = {"db/schema.sql": SCHEMA, "app/main.py": APP.replace("CONDITION", condition)}
    assert [item.code for item in analyse_files(files, Options()).violations] == codes


def test_they_may_lie_outside_of_the_territory(tmp_path: Path) -> None:
    for path, text in {"schema.sql": SCHEMA, "backend/app/main.py": APP.replace("CONDITION", ANY)}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (finding,) = verify(tmp_path, select=["SW6"]).findings
    assert (finding.code, finding.place.path, finding.place.line) == ("SW605", "backend/app/main.py", 16)
    assert [(place.path, place.line) for place in finding.related] == [("schema.sql", 3)]


def test_a_dump_of_data_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text(SCHEMA)
    (tmp_path / "dump.sql").write_text(SCHEMA + "-- " + "x" * 2_000_000)
    (tmp_path / "link.sql").symlink_to(tmp_path / "schema.sql")
    assert sql_files(tmp_path, ()) == ["schema.sql"]
    assert sql_files(tmp_path, ("*.sql",)) == []


def test_a_model_says_more_than_a_file_of_sql() -> None:
    models = "from sqlmodel import Field, SQLModel\nclass Jar(SQLModel, table=True):\n    id: int = Field()\n"
    tables = analyse_files({"a.sql": "create table jar (user_id int)", "models.py": models}, Options()).tables
    assert "jar" not in tables
