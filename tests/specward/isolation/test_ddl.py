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


def test_what_a_dump_adds_at_its_end_is_part_of_the_table() -> None:
    dump = """
        CREATE TABLE public.jars (id integer NOT NULL, owner_id integer, shelf_id integer);
        ALTER TABLE ONLY public.jars ADD CONSTRAINT jars_pkey PRIMARY KEY (id);
        ALTER TABLE ONLY public.jars
            ADD CONSTRAINT jars_owner FOREIGN KEY (owner_id) REFERENCES public.users(id);
        ALTER TABLE jars ADD COLUMN room_id integer REFERENCES rooms(id), ALTER shelf_id SET NOT NULL;
    """
    (jars,) = declared(dump)
    assert jars.columns == {"id": "", "owner_id": "users.id", "shelf_id": "", "room_id": "rooms.id"}
    assert jars.keys == {"id"}


def test_a_key_of_several_columns_is_read() -> None:
    (table,) = declared(
        "create table lids (jar_id int references jars(id), size int, primary key (jar_id, size))"
    )
    assert table.columns == {"jar_id": "jars.id", "size": ""}
    assert table.keys == {"jar_id", "size"}


_PIECES = st.sampled_from(
    [
        "create table ",
        "alter table ",
        " add ",
        "primary key (",
        ";",
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
