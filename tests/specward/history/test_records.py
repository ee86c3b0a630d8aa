"""Records: the reader takes what there is, the writer's output reads back as it was."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from specward import frontmatter
from specward.frontmatter import read_front_matter
from specward.history.model import OUTCOME, PROMPT, RESPONSE, SECTIONS, Record
from specward.history.naming import next_number, read_name, record_path, slug
from specward.history.reader import kept, read_record, recalled
from specward.history.writer import clean, render

PATH = "history/prompts/backend/0001-x.green.prompt.md"
LINES = st.text().map(lambda text: clean(text).strip())
ITEMS = st.lists(LINES.filter(bool)).map(tuple)
RECORDS = st.builds(
    Record,
    id=st.from_regex(r"[0-9]{4}", fullmatch=True),
    title=LINES,
    stage=st.just("green"),
    date=st.just("2026-11-23"),
    surface=st.just("agent"),
    model=LINES,
    feature=LINES,
    branch=LINES,
    user=LINES,
    command=LINES,
    labels=ITEMS,
    links=st.fixed_dictionaries(dict.fromkeys(("spec", "ticket", "adr", "pr"), LINES)),
    tasks=ITEMS,
    files=ITEMS,
    tests=ITEMS,
    sections=st.fixed_dictionaries(
        {
            PROMPT: st.text().map(clean).filter(str.strip),
            RESPONSE: LINES,
            OUTCOME: st.just("- ✅ Impact: it works"),
        }
    ),
)


@given(RECORDS)
def test_what_is_written_reads_back(record: Record) -> None:
    text = render(record)
    stored = read_record(PATH, text)
    assert stored.defect == ""
    assert stored.record._replace(sections={}) == record._replace(sections={})
    assert stored.record.sections[PROMPT] == record.sections[PROMPT]
    assert stored.record.sections[OUTCOME] == record.sections[OUTCOME]
    assert tuple(stored.record.sections) == SECTIONS


@given(RECORDS)
def test_what_is_written_is_yaml_to_everybody(record: Record) -> None:
    head = render(record).split("---\n", 2)[1] if "---" not in record.title else ""
    loaded = yaml.safe_load(head) or {"id": record.id}
    assert loaded["id"] == record.id  # text, so that 0010 is not eight


@given(st.binary())
def test_any_bytes_are_read(data: bytes) -> None:
    read_record(PATH, data.decode(errors="replace"))


YAML = st.text(alphabet="-: \n\t\"'\\[]{}&*!|>%@`,?#ab0é\x00\x85\u2028")


@given(YAML)
@example("a: ~\nb: null\nc: 'null'\nd: 0001\ne: 2026-01-01\n")
def test_both_parsers_read_the_same(head: str) -> None:
    text = f"---\n{head}\n---\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frontmatter, "FastLoader", frontmatter.Loader)
        expected = read_front_matter(text)
    assert read_front_matter(text) == expected


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "-\t"])
def test_what_nests_without_end_is_refused(opening: str) -> None:
    head = read_front_matter(f"---\na: b\nc:\n  {opening * (60_000 // len(opening))}\n---\n")
    assert head.defect.startswith("the front matter is not valid YAML")
    assert head.text("a") == "b"


@given(YAML)
def test_any_front_matter_is_read(head: str) -> None:
    stored = read_record(PATH, f"---\n{head}\n---\n\n## Prompt\n\nHello.\n")
    render(stored.record)


@pytest.mark.parametrize(
    "head",
    [
        'command: "C:\\Users\\me\\x"',
        "title: Fix: the colon",
        'title: "unclosed',
        "files: [a, b",
        "a: &a [*a]",
        '"\\U99999999": x',
        "[" * 3000,
        "x: " + "y" * 70_000,
    ],
)
def test_broken_yaml_is_read_line_by_line(head: str) -> None:
    text = f"---\nid: 0007\n{head}\nstage: green\nfiles:\n  - a.py\n---\n## Prompt\n\nHello.\n"
    stored = read_record(PATH, text)
    assert stored.record.id == "0007"
    assert stored.record.stage == "green"
    assert stored.record.sections == {PROMPT: "Hello."}
    if "&a" not in head:
        assert stored.defect
        assert stored.record.files == ("a.py",)


def test_the_names_of_an_unfilled_template_are_understood() -> None:
    stored = read_record(
        PATH,
        "---\nid: 7\ndate_iso: 2026-11-23\nfiles_yaml:\n - a.py\ntests_yaml:\n - t.py\n---\n"
        "## PROMPT_TEXT\n\nHello.\n",
    )
    assert stored.record.date == "2026-11-23"
    assert stored.record.files == ("a.py",)
    assert stored.record.tests == ("t.py",)
    assert stored.record.sections == {PROMPT: "Hello."}
    assert stored.line("files") == 4


def test_a_record_of_a_public_project_is_read() -> None:
    path = "history/prompts/001-backend-api-data/0012-fix-user-scope.implementation.prompt.md"
    stored = read_record(path, (Path(__file__).parent / "broken.prompt.md").read_text(encoding="utf-8"))
    assert stored.defect.startswith("the front matter is not valid YAML in line 11")
    assert stored.record.id == "012"
    assert stored.record.command == r"Fix C:\work: the"
    assert stored.record.labels == ("backend", "isolation")
    assert stored.record.files == ("backend/app/routes/tasks.py",)
    assert stored.record.links == {}
    assert stored.record.sections[PROMPT].startswith("T-012: every query")


def test_names_are_read_and_made() -> None:
    assert read_name("history/prompts/x/012-a-b.green.prompt.md") == ("x", "012", "a-b", "green")
    assert read_name("history/prompts/x/5-a.prompt.md") == ("x", "5", "a", "")
    assert read_name("history/prompts/x/notes.prompt.md") == ("x", "", "", "")
    assert record_path("backend", 7, "T-042: User profile", "green") == (
        "history/prompts/backend/0007-t-042-user-profile.green.prompt.md"
    )
    assert record_path("backend", 1, "Rules", "constitution").startswith("history/prompts/constitution/0001-")
    assert next_number(["0002-a.green.prompt.md", "11-b.red.prompt.md", "README.md"]) == 12
    assert next_number([]) == 1
    assert slug("Straße — ä/b!") == "strae-a-b"
    assert slug("…") == "record"


@given(st.text(), st.text())
def test_a_name_never_leaves_the_folder(feature: str, title: str) -> None:
    path = record_path(feature, 1, title, "green")
    assert path.count("/") == 3
    assert ".." not in path
    assert read_name(path).id == "0001"


@given(st.one_of(st.text(), RECORDS.map(render)))
@example("---\r\nid: 1\r\ntasks: [T-001]\r\n---\r\n## Prompt\r\n")
def test_what_is_kept_of_a_record_is_the_record(text: str) -> None:
    known = json.loads(json.dumps(kept(text)))
    assert recalled(PATH, text, known) == read_record(PATH, text)
