"""What SQL text says is judged as statements of models are: joins, sub-queries, unions, what is written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options

SCHEMA = """
CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL, password_hash text NOT NULL);
CREATE TABLE projects (
    id bigserial PRIMARY KEY, owner_id bigint NOT NULL REFERENCES users(id), name text, is_public boolean
);
CREATE TABLE members (
    id bigserial PRIMARY KEY, project_id bigint NOT NULL REFERENCES projects(id),
    user_id bigint NOT NULL REFERENCES users(id), role text
);
CREATE TABLE tasks (id bigserial PRIMARY KEY, project_id bigint NOT NULL REFERENCES projects(id), title text);
CREATE TABLE notes (id bigserial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users(id), body text);
CREATE TABLE tags (name text PRIMARY KEY);
"""
HEAD = """
import jwt
from fastapi import Depends, FastAPI, Header, HTTPException
from sqlalchemy import text

app = FastAPI()


def caller(authorization: str = Header()) -> int:
    return int(jwt.decode(authorization, "key", ["HS256"])["sub"])


@app.get("/asked/{a}/{b}")
async def asked(a: int, b: int, q: str | None = None, me: int = Depends(caller), db=Depends(get_db)):
"""


def codes(*body: str) -> list[str]:
    text = HEAD + "".join(f"    {line}\n" for line in body)
    return [
        item.code for item in analyse_files({"schema.sql": SCHEMA, "main.py": text}, Options()).violations
    ]


def fetched(sql: str) -> list[str]:
    """What fetching a text tells: `$1` is the caller, `$2` and `$3` are what the client asks for."""
    return codes(f"return await db.fetch({sql!r}, me, a, b)")


OWN = """
SELECT t.title FROM tasks t JOIN projects p ON p.id = t.project_id WHERE t.id = $2 AND p.owner_id =
  $1

SELECT t.title FROM tasks t, projects AS p WHERE p.id = t.project_id AND t.id = $2 AND p.owner_id =
  $1

SELECT t.title FROM tasks t JOIN members m ON m.project_id = t.project_id AND m.user_id = $1

SELECT title FROM tasks WHERE id = $2 AND project_id IN (SELECT id FROM projects WHERE owner_id =
  $1)

SELECT title FROM tasks WHERE project_id = ANY(SELECT project_id FROM members WHERE user_id = $1)

SELECT title FROM tasks WHERE project_id = (SELECT id FROM projects WHERE owner_id = $1 LIMIT 1)

SELECT title FROM tasks t WHERE id = $2 AND EXISTS (SELECT 1 FROM members m WHERE m.project_id =
  t.project_id AND m.user_id = $1)

SELECT title FROM tasks t WHERE $1 IN (SELECT user_id FROM members m WHERE m.project_id =
  t.project_id)

SELECT title FROM tasks t WHERE (SELECT count(*) FROM members m WHERE m.project_id = t.project_id
  AND m.user_id = $1) > 0

SELECT title FROM tasks t WHERE (SELECT p.owner_id FROM projects p WHERE p.id = t.project_id) = $1
  AND t.id = $2

WITH mine AS (SELECT id FROM projects WHERE owner_id = $1) SELECT t.title FROM tasks t JOIN mine ON
  mine.id = t.project_id WHERE t.id = $2

WITH mine AS (SELECT id FROM projects WHERE owner_id = $1) SELECT title FROM tasks WHERE project_id
  IN (SELECT id FROM mine)

WITH mine AS (SELECT * FROM projects) SELECT mine.name FROM mine WHERE mine.owner_id = $1

WITH RECURSIVE t AS (SELECT id, body FROM notes WHERE user_id = $1 UNION ALL SELECT id, body FROM t)
  SELECT * FROM t

SELECT x.title FROM (SELECT t.* FROM tasks t JOIN projects p ON p.id = t.project_id WHERE p.owner_id
  = $1) x WHERE x.id = $2

SELECT body FROM notes WHERE user_id = $1 UNION SELECT body FROM notes WHERE user_id = $1 AND id =
  $2

SELECT title FROM tasks WHERE project_id IN (SELECT id FROM projects WHERE owner_id = $1 UNION
  SELECT project_id FROM members WHERE user_id = $1)

SELECT name FROM projects p WHERE p.owner_id = $1 OR p.is_public

SELECT name FROM projects p LEFT JOIN members m ON m.project_id = p.id AND m.user_id = $1 WHERE
  p.owner_id = $1 OR m.id IS NOT NULL

SELECT p.name, m.role FROM projects p LEFT JOIN members m ON m.project_id = p.id WHERE p.owner_id =
  $1

SELECT p.name FROM projects p LEFT JOIN members m ON m.project_id = p.id WHERE m.user_id = $1

SELECT other.role FROM members me JOIN members other ON other.project_id = me.project_id WHERE
  me.user_id = $1

SELECT m.role FROM members m WHERE EXISTS (SELECT 1 FROM members x WHERE x.project_id = m.project_id
  AND x.user_id = $1)

SELECT body FROM notes WHERE (id, user_id) = ($2, $1)

SELECT body FROM notes WHERE user_id::text = $1::text AND lower(body) = lower('x')

SELECT body FROM notes n JOIN users u ON u.id = n.user_id WHERE u.id = $1

SELECT n.body FROM notes n JOIN projects p ON p.owner_id = n.user_id WHERE p.owner_id = $1

SELECT count(*) FROM tasks JOIN projects p ON p.id = tasks.project_id WHERE p.owner_id = $1

SELECT EXISTS (SELECT 1 FROM notes WHERE id = $2 AND user_id = $1)

SELECT avg(id) FROM notes HAVING count(*) >= 10

SELECT name FROM tags

SELECT n.body FROM notes n JOIN (SELECT 1 AS one) x ON x.one = 1 WHERE n.user_id = $1

SELECT "body" FROM "public"."notes" WHERE "notes"."user_id" = $1 -- OR true

SELECT `body` FROM `notes` WHERE `user_id` = $1

WITH mine (pid) AS (SELECT id FROM projects WHERE owner_id = $1) SELECT t.title FROM tasks t JOIN
  mine ON mine.pid = t.project_id

SELECT title FROM tasks t WHERE EXISTS (SELECT 1 FROM projects p WHERE p.id = t.project_id AND
  p.owner_id = $1 UNION SELECT 1 FROM members m WHERE m.project_id = t.project_id AND m.user_id =
  $1)

SELECT t.title FROM tasks t JOIN members a ON a.project_id = t.project_id JOIN members b ON
  b.project_id = t.project_id WHERE a.user_id = $1 OR b.user_id = $1
"""

ANYBODYS = """
SELECT t.title FROM tasks t JOIN projects p ON p.id = t.project_id WHERE t.id = $2

SELECT t.title FROM tasks t JOIN projects p ON p.id = $3 WHERE t.id = $2 AND p.owner_id = $1

SELECT t.title FROM projects p CROSS JOIN tasks t WHERE p.owner_id = $1

SELECT title FROM tasks WHERE id = $2 AND project_id IN (SELECT id FROM projects WHERE id = $3)

SELECT title FROM tasks t WHERE EXISTS (SELECT 1 FROM members m WHERE m.user_id = $1)

SELECT title FROM tasks t WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.project_id =
  t.project_id AND m.user_id = $1)

SELECT p.name FROM projects p LEFT JOIN members m ON m.project_id = p.id AND m.user_id = $1

SELECT p.name FROM projects p LEFT JOIN projects o ON o.id = p.id AND o.owner_id = $1 WHERE p.id =
  $2

SELECT p.name FROM projects p RIGHT JOIN members m ON m.project_id = p.id WHERE m.project_id = $2

SELECT m.role FROM members m JOIN members x ON x.id > m.id WHERE x.user_id = $1

SELECT m.role FROM members m WHERE EXISTS (SELECT 1 FROM members x WHERE x.user_id = $1)

WITH mine AS (SELECT id FROM projects) SELECT t.title FROM tasks t JOIN mine ON mine.id =
  t.project_id

SELECT body FROM notes WHERE user_id = $1 UNION SELECT body FROM notes WHERE id = $2

SELECT name FROM tags UNION SELECT body FROM notes

SELECT title FROM tasks WHERE project_id IN (SELECT id FROM projects WHERE owner_id = $1 UNION
  SELECT id FROM projects WHERE id = $2)

SELECT body FROM notes WHERE user_id = $1 OR id = $2

SELECT body FROM notes WHERE user_id = $1 AND body = 'x' OR id = $2

SELECT body FROM notes WHERE NOT user_id = $1

SELECT body FROM notes WHERE user_id <> $1

SELECT body FROM notes WHERE id = $2 -- AND user_id = $1

SELECT body FROM notes WHERE body = 'AND user_id = $1' AND id = $2

SELECT body FROM notes WHERE $1 IS NULL OR user_id = $1

SELECT body FROM notes WHERE 1 = 1 OR user_id = $1

SELECT avg(id) FROM notes HAVING count(*) >= 1

SELECT body FROM notes WHERE user_id = $1 AND (

SELECT EXISTS (SELECT 1 FROM notes WHERE id = $2)

SELECT title FROM tasks WHERE project_id IN (SELECT id FROM projects WHERE owner_id = $1 UNION
  SELECT project_id FROM members WHERE role = $2)

SELECT title FROM tasks t WHERE EXISTS (SELECT 1 FROM projects p WHERE p.id = t.project_id AND
  p.owner_id = $1 UNION SELECT 1 FROM members m WHERE m.project_id = t.project_id)

SELECT x.body FROM (SELECT body FROM notes WHERE user_id = $1 UNION ALL SELECT title FROM tasks) x

SELECT t.title FROM tasks t JOIN members a ON a.project_id = t.project_id JOIN members b ON b.role =
  a.role WHERE b.user_id = $1
"""

KEPT = """
UPDATE notes SET body = 'x' WHERE id = $2 AND user_id = $1

UPDATE tasks t SET title = 'x' FROM projects p WHERE p.id = t.project_id AND p.owner_id = $1

UPDATE tasks t JOIN projects p ON p.id = t.project_id SET t.title = 'x' WHERE p.owner_id = $1

DELETE FROM tasks t USING projects p WHERE p.id = t.project_id AND p.owner_id = $1

INSERT INTO notes (user_id, body) VALUES ($1, 'x')

INSERT INTO tasks (project_id) SELECT id FROM projects WHERE id = $2 AND owner_id = $1

INSERT INTO notes (id, user_id) VALUES ($2, $1) ON CONFLICT (id) DO NOTHING

TRUNCATE tags

INSERT INTO tasks (project_id, title) VALUES ((SELECT id FROM projects WHERE id = $2 AND owner_id =
  $1), 'x')
"""

UNKEPT = """
UPDATE notes SET body = 'x' WHERE id = $2

UPDATE tasks t SET title = 'x' FROM projects p WHERE p.owner_id = $1 AND t.id = $2

DELETE FROM tasks t USING projects p WHERE p.id = t.project_id

WITH gone AS (DELETE FROM notes WHERE id = $2 RETURNING id) SELECT id FROM gone

TRUNCATE notes

DELETE FROM tags; DELETE FROM notes WHERE id = $2
"""

FOR_ANOTHER = """
UPDATE notes SET user_id = $2 WHERE user_id = $1

INSERT INTO notes (user_id, body) VALUES ($2, 'x')

INSERT INTO notes (body, user_id) SELECT 'x', $2

INSERT INTO notes (user_id, body) VALUES ($1, 'x'), ($2, 'y')
"""

INTO_ANOTHERS = """
INSERT INTO tasks (project_id, title) VALUES ($2, 'x')

INSERT INTO tasks (project_id) SELECT id FROM projects WHERE id = $2

INSERT INTO tasks (project_id, title) VALUES ((SELECT id FROM projects WHERE id = $2), 'x')

UPDATE tasks SET project_id = $3 WHERE project_id IN (SELECT id FROM projects WHERE owner_id = $1)
"""

OVERWRITTEN = """
INSERT INTO tasks (id, project_id) SELECT $2, id FROM projects WHERE owner_id = $1 ON CONFLICT (id)
  DO UPDATE SET project_id = EXCLUDED.project_id
"""
WRITTEN = [(KEPT, []), (UNKEPT, ["SW605"]), (FOR_ANOTHER, ["SW603"]), (INTO_ANOTHERS, ["SW604"])]
WRITTEN += [(OVERWRITTEN, ["SW601"])]


def statements(text: str) -> list[str]:
    return text.strip().split("\n\n")


@pytest.mark.parametrize("sql", statements(OWN))
def test_what_is_kept_to_the_caller_is_silent(sql: str) -> None:
    assert fetched(sql) == []


@pytest.mark.parametrize("sql", statements(ANYBODYS))
def test_what_is_not_is_told(sql: str) -> None:
    assert fetched(sql) == ["SW605"]


@pytest.mark.parametrize(("sql", "told"), [(sql, told) for text, told in WRITTEN for sql in statements(text)])
def test_what_is_written(sql: str, told: list[str]) -> None:
    assert codes(f"await db.execute({sql!r}, me, a, b)", "return {}") == told


@pytest.mark.parametrize(
    "call",
    [
        'db.execute(text("SELECT body FROM notes WHERE id = :a AND user_id = :me"), {"a": a, "me": me})',
        'db.execute(text("SELECT body FROM notes WHERE user_id = :me").bindparams(me=me))',
        'db.execute("SELECT body FROM notes WHERE id = %s AND user_id = %s", (a, me))',
        'db.execute("SELECT body FROM notes WHERE id = %(a)s AND user_id = %(me)s", {"a": a, "me": me})',
        'db.execute("SELECT body FROM notes WHERE id = ? AND user_id = ?", [a, me])',
        'db.execute("SELECT body FROM notes WHERE id = @a AND user_id = @me", {"a": a, "me": me})',
        'db.execute(f"SELECT body FROM notes WHERE id = {a} AND user_id = {me}")',
        "db.execute(f\"SELECT body FROM notes WHERE body = '%{q}%' AND user_id = '{me}'\")",
        'db.execute("SELECT body FROM notes WHERE user_id = {} AND id = {}".format(me, a))',
        'db.fetch_all("SELECT body FROM notes WHERE user_id = :me", values={"me": me})',
        'db.execute("SELECT body FROM notes WHERE user_id = $2 AND id = $1", *[a, me])',
    ],
)
def test_each_kind_of_placeholder_takes_its_value(call: str) -> None:
    assert codes(f"return await {call}") == []
    assert codes(f"return await {call.replace('me', 'b')}") == ["SW603"]


def test_conditions_that_are_added_on_some_paths_are_read_as_they_stand() -> None:
    parts = ['sql = "SELECT body FROM notes WHERE user_id = :me"', 'args = {"me": me}']
    added = ["if q:", '    sql += " AND body = :q"', '    args["q"] = q']
    loose = ["if q:", '    sql += " OR body = :q"', '    args["q"] = q']
    run = 'return db.execute(text(sql + " ORDER BY id"), args).fetchall()'
    assert codes(*parts, *added, run) == []
    assert codes(*parts, *loose, run) == ["SW605"]


def test_conditions_of_a_list_are_read_as_they_are_joined() -> None:
    parts = ['where, args = ["user_id = :me"], {"me": me}', "if q:", '    where.append("body = :q")']
    run = "return db.execute(text(f\"SELECT body FROM notes WHERE {' AND '.join(where)}\"), args).fetchall()"
    assert codes(*parts, run) == []
    assert codes(*parts, run.replace("AND", "OR")) == ["SW605"]


def test_a_piece_of_sql_that_the_client_writes_proves_nothing() -> None:
    assert codes('return await db.fetch(f"SELECT body FROM notes WHERE user_id = $1 {q}", me)') == ["SW605"]
    assert codes('return await db.fetch(f"SELECT body FROM notes WHERE user_id = $1 ORDER BY {q}", me)') == []


def test_a_column_that_is_only_there_for_members_lets_them_in() -> None:
    sql = (
        "SELECT p.id, CASE WHEN p.owner_id = $1 THEN 'owner' ELSE m.role END AS role FROM projects p"
        " LEFT JOIN members m ON m.project_id = p.id AND m.user_id = $1 WHERE p.id = $2"
    )
    read = f"row = await db.fetchrow({sql!r}, me, a)"
    asked = ['if row["role"] is None:', "    raise HTTPException(404)"]
    tasks = 'return await db.fetch("SELECT title FROM tasks WHERE project_id = $1", a)'
    assert codes(read, *asked, tasks) == []
    assert codes(read, "if row is None:", "    raise HTTPException(404)", tasks) == ["SW605"]


def test_a_row_that_was_found_proves_the_keys_it_was_found_by() -> None:
    found = "SELECT t.id, p.owner_id FROM tasks t JOIN projects p ON p.id = t.project_id WHERE t.id = $1"
    read = f"row = await db.fetchrow({found!r}, a)"
    change = 'await db.execute("DELETE FROM tasks WHERE id = $1", a)'
    asked = ['if row["owner_id"] != me:', "    raise HTTPException(404)"]
    assert codes(read, *asked, change, "return {}") == []
    assert codes(read, change, "return {}") == ["SW605"]


def test_a_cursor_gives_what_was_executed_last() -> None:
    body = [
        "cur = db.cursor()",
        'cur.execute("SELECT 1 FROM projects WHERE id = %s AND owner_id = %s", (a, me))',
        "if cur.fetchone() is None:",
        "    raise HTTPException(404)",
        'cur.execute("INSERT INTO tasks (project_id) VALUES (%s)", (a,))',
        "return {}",
    ]
    assert codes(*body) == []
    assert codes(body[0], *body[4:]) == ["SW604"]


def test_a_helper_judges_each_text_with_what_its_caller_gives() -> None:
    helper = (
        "def one(sql, **given):",
        "    row = db.execute(text(sql), given).mappings().first()",
        "    return dict(row) if row else None",
    )
    kept = "SELECT body FROM notes WHERE id = :a AND user_id = :me"
    assert codes(*helper, f"return one({kept!r}, a=a, me=me)") == []
    assert codes(*helper, 'return one("SELECT body FROM notes WHERE id = :a", a=a)') == ["SW605"]


WORDS = st.sampled_from(
    [
        *("select", "from", "notes", "where", "user_id", "=", "$1", "(", ")", ",", "*", "and", "or", "not"),
        *("exists", "in", "union", "join", "left", "on", "using", "with", "as", "x", "insert into", "values"),
        *("update", "set", "delete from", "case", "when", "then", "else", "end", "is null", "?", ":me", "%s"),
        *("{}", "'", '"', "--", "/*", "*/", "$$", ";", "::int", "count(*)", "any", "lateral", "natural"),
        *(
            "tasks t",
            "projects p",
            "p.id",
            "t.project_id",
            ".",
            "on conflict",
            "do update",
            "returning",
            "@a",
        ),
    ]
)
STARTS = st.sampled_from(
    ["select * from notes where", "select", "insert into notes", "update notes", "with x as"]
)
LONG = st.sampled_from(
    ["(", ")", "not ", " and id = 1", "select ", "case when ", "1, ", "$1 + ", "[", "x in ("]
)
TEXTS = st.one_of(
    st.text(max_size=60).map("select {}".format),
    st.tuples(STARTS, st.lists(WORDS, max_size=25)).map(lambda given: " ".join([given[0], *given[1]])),
    st.tuples(STARTS, LONG, st.integers(1, 9000)).map(lambda given: f"{given[0]} {given[1] * given[2]}"),
)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_no_text_breaks_it(sql: str) -> None:
    assert set(fetched(sql)) <= {"SW601", "SW602", "SW603", "SW604", "SW605"}
