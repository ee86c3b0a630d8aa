"""Tables read from SQL text: what `CREATE TABLE` declares, and nothing that breaks on other text."""

from hypothesis import given
from hypothesis import strategies as st

from specward.code.dataflow.sources.ddl import declared

_JARS = '''
await connection.executescript("""
    CREATE TABLE IF NOT EXISTS "pantry"."jars" (
        id TEXT PRIMARY KEY,
        owner_id TEXT NOT NULL DEFAULT 'nobody',  -- who filled it, and when
        shelf_id INTEGER REFERENCES shelves(id) ON DELETE CASCADE,
        price NUMERIC(10, 2) CHECK (price >= 0),
        room_id INTEGER,
        CONSTRAINT in_a_room FOREIGN KEY (room_id) REFERENCES rooms,
        UNIQUE (owner_id, shelf_id)
    );
""")
'''


def test_columns_keys_and_references_are_read() -> None:
    (jars,) = declared(_JARS)
    assert jars.name == "jars"
    assert jars.columns == {
        "id": "",
        "owner_id": "",
        "shelf_id": "shelves.id",
        "price": "",
        "room_id": "rooms.id",
    }
    assert jars.keys == {"id"}
    assert jars.line == 3


def test_a_declaration_that_never_closes_has_no_columns() -> None:
    (jars,) = declared("create table jars (id int, owner_id int")
    assert jars.columns == {}


_PIECES = st.sampled_from(
    [
        "create table ",
        "if not exists ",
        "jars",
        '"',
        "(",
        ")",
        ",",
        " id int",
        " references a(b)",
        "--",
        "\n",
        "'",
    ]
)


@given(st.one_of(st.text(), st.lists(_PIECES).map("".join)))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for table in declared(f"create table t ({text}"):
        assert table.name
        assert all(name for name in table.columns)
