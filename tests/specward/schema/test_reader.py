"""The forms in which data models are written, and what is refused because it could mean several things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.schema import ddl
from specward.schema.model import DataModel
from specward.schema.reader import read_data_model

PATH = "specs/data-model.md"


def read(text: str) -> DataModel:
    return read_data_model(PATH, text)


def table_of(text: str) -> str:
    """The one statement that a data model without problems makes of its one table."""
    model = read(text)
    assert model.problems == ()
    return " ".join(ddl.create_table(model.tables[0]).split())


FORMS = {
    "words of PostgreSQL": """
### 2.1 notes

| Column | Type | Constraints | Description |
|---|---|---|---|
| id | uuid | primary key, default gen_random_uuid() | |
| owner_id | uuid | not null, references users (id) on delete cascade | |
| title | varchar(80) | not null, default 'a, b', check (title <> '' and length(title) < 80) | |
| body | text | | |
""",
    "columns of their own": """
## Table: `notes`

| Field | Data Type | Nullable | Default | References |
|:------|:---------:|----------|---------|-----------:|
| `id` | UUID | NOT NULL | `gen_random_uuid()` | - |
| **owner_id** | UUID | No | | users(id) on delete cascade |
| title | String(80) | no | 'a, b' | |
| body | Text | yes | none | |
""",
    "short words": """
## Note (notes)

| Attribute | Type | Key | Required |
|---|---|---|---|
| id | `uuid.UUID` | PK | Yes |
""",
}


def test_the_words_of_postgresql_stand_as_they_are() -> None:
    assert table_of(FORMS["words of PostgreSQL"]) == (
        'create table "notes" ( "id" uuid primary key default gen_random_uuid(), '
        '"owner_id" uuid not null references users (id) on delete cascade, '
        """"title" varchar(80) not null default 'a, b' check (title <> '' and length(title) < 80), """
        '"body" text )'
    )


def test_columns_of_their_own_mean_the_same() -> None:
    assert table_of(FORMS["columns of their own"]) == (
        'create table "notes" ( "id" uuid not null default gen_random_uuid(), '
        '"owner_id" uuid not null references users (id) on delete cascade, '
        """"title" varchar(80) not null default 'a, b', "body" text )"""
    )


@pytest.mark.parametrize(
    ("heading", "below"),
    [
        ("notes", ""),
        ("2.1 notes", ""),
        ("Table: notes", ""),
        ("`notes` table", ""),
        ("Note (notes)", ""),
        ("Note (table: `notes`)", ""),
        ("Entity: notes", ""),
        ("public.notes", ""),
        ("The notes of a user", "**Table**: `notes`\n\n"),
        ("Note", "- Table name: notes\n\n"),
    ],
)
def test_the_section_names_the_table(heading: str, below: str) -> None:
    model = read(f"# Data model\n\n## {heading}\n\n{below}| Column | Type |\n|---|---|\n| id | uuid |\n")
    assert model.problems == ()
    assert [table.name for table in model.tables] == ["notes"]


@pytest.mark.parametrize(
    ("type_", "constraints", "made"),
    [
        ("str", "required, max_length=80", "varchar(80) not null"),
        ("string", "Unique, indexed", "varchar unique"),
        ("Optional[datetime]", "", "timestamp"),
        ("datetime | None", "", "timestamp"),
        ("DateTime(timezone=True)", "NOT NULL", "timestamptz not null"),
        ("timestamp with time zone", "", "timestamp with time zone"),
        ("numeric(10, 2)", "default 0.00", "numeric(10, 2) default 0.00"),
        ("text[]", "not null; default '{}'", "text[] not null default '{}'"),
        ("UUID", "FK → users.id", "uuid references users (id)"),
        ("uuid", "foreign key to users(id)", "uuid references users (id)"),
        ("bigint", "generated always as identity", "bigint generated always as identity"),
        ("varchar(10)", "check (a in ('x', 'y'))", "varchar(10) check (a in ('x', 'y'))"),
        ("text", "check (a ~ 'x\\|y')", "text check (a ~ 'x|y')"),
        ("jsonb", "nullable", "jsonb"),
    ],
)
def test_a_column_in_words(type_: str, constraints: str, made: str) -> None:
    escaped = type_.replace("|", "\\|")
    text = f"## t\n\n| Name | Type | Constraints |\n|---|---|---|\n| a | {escaped} | {constraints} |\n"
    assert table_of(text) == f'create table "t" ( "a" {made} )'


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("| a | UUID/String | |", 7, "'UUID/String' is not a single type"),
        ("| a | Text(String(1000)) | |", 7, "is not a single type"),
        ("| a | number | |", 7, "could be several types"),
        ("| a | Enum('x', 'y') | |", 7, "could be several types"),
        ("| a |  | |", 8, "There is no type"),
        ("| a | text | must be nice |", 14, "'must be nice' is not a constraint"),
        ("| a | uuid | FK |", 14, "'FK' is not a constraint"),
        ("| a | text | required, optional |", 14, "a is both required and optional"),
        ("| the name | text | |", 3, "'the name' is not the name of a column"),
    ],
)
def test_what_could_mean_several_things_is_a_problem_at_its_place(row: str, column: int, said: str) -> None:
    model = read(f"## t\n\n| Name | Type | Constraints |\n|---|---|---|\n{row}\n")
    assert [(problem.place.line, problem.place.column) for problem in model.problems] == [(5, column)]
    assert said in model.problems[0].message
    assert model.problems[0].hint


def test_a_table_of_columns_needs_a_name() -> None:
    model = read("## Task Item\n\n| Field | Type |\n|---|---|\n| id | uuid |\n")
    assert [problem.place.line for problem in model.problems] == [3]
    assert "'Task Item', which is not the name of a table" in model.problems[0].message


def test_nothing_is_described_twice() -> None:
    table = "| Field | Type |\n|---|---|\n| id | uuid |\n| id | text |\n\n"
    model = read(f"## t\n\n{table}## t\n\n{table}")
    assert [problem.message for problem in model.problems] == [
        "t.id stands here twice.",
        "t.id stands here twice.",
        "t is described twice: here and in line 3.",
    ]


def test_other_tables_and_other_code_are_none_of_it() -> None:
    model = read(
        "## t\n\n| From | To |\n|---|---|\n| open | done |\n\n```python\ncreate = 1\n```\n\n"
        "```text\n| Field | Type |\n|---|---|\n| id | uuid |\n```\n"
    )
    assert model == DataModel()


def test_sql_stands_with_its_section_and_its_line() -> None:
    model = read(
        "## t\n\n```sql\n-- why\ncreate index on t (a);\n\nselect 1;\nalter table t\n    add b int;\n```\n"
    )
    assert [(one.text, one.table, one.place.line) for one in model.statements] == [
        ("create index on t (a)", "t", 5),
        ("alter table t\n    add b int", "t", 8),
    ]


def test_several_key_columns_are_one_key_and_names_are_quoted() -> None:
    made = table_of(
        "## user\n\n| Field | Type | Key |\n|---|---|---|\n| order | uuid | PK |\n| at | date | PK |\n"
    )
    assert made == 'create table "user" ( "order" uuid, "at" date, primary key ("order", "at") )'


WORDS = st.sampled_from(
    [
        "#",
        "## t",
        "|",
        "---",
        "Field",
        "Type",
        "uuid",
        "```sql",
        "```",
        "create table",
        ";",
        "\n",
        "\\|",
        "PK",
        "Optional[",
        "default '",
        "not null",
        "references",
        "(",
        ")",
        "`",
        "<!--",
        "-->",
        "\t",
        "é",
        "\x00",
    ]
)


@given(st.lists(WORDS).map(" ".join) | st.text())
def test_any_text_is_read(text: str) -> None:
    model = read(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(1 <= problem.place.line <= lines for problem in model.problems)
    assert all(1 <= statement.place.line <= lines for statement in model.statements)


LETTERS = st.characters(exclude_characters="|\\", exclude_categories=["C", "Z"])
CELLS = st.text(LETTERS, min_size=1, max_size=12)


@given(CELLS, CELLS)
def test_a_row_is_a_column_or_a_problem(type_: str, constraint: str) -> None:
    model = read(f"## t\n\n| Field | Type | Constraints |\n|---|---|---|\n| a | {type_} | {constraint} |\n")
    assert len(model.tables[0].columns) + len(model.problems) == 1


def test_a_row_without_cells_is_a_problem() -> None:
    (problem,) = read("## t\n\n| Field | Type |\n|---|---|\n| a | uuid |\n|\n").problems
    assert (problem.place.line, problem.place.column) == (6, 1)
