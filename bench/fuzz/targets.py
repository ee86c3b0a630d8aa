"""Every reader of the gate, as a function on bytes that may raise nothing but what it declares.

One table for the fuzzer and for the tests: a name, the reader, and where good examples of its input are.
"""

import contextlib
import io
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from specward.agent.clarifications import ClarificationError, parse_clarification
from specward.agent.fast import parse
from specward.approvals.stamps import parse_approvals
from specward.baseline import parse_baseline
from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options
from specward.code.diff import parse_raw
from specward.code.git import parse_listing
from specward.code.sources import read_source
from specward.config import parse_config
from specward.contract import facts, validity
from specward.contract.source import ContractError, place
from specward.contract.source import parse as parse_contract
from specward.errors import CouldNotRunError
from specward.frontmatter import read_front_matter
from specward.history.masking import mask
from specward.history.reader import read_record
from specward.history.transcript import read_transcript
from specward.history.validity import invalidities, mismatches, placeholders
from specward.quality.answers import UnreadableError, read_answer
from specward.schema import cache as schema_cache
from specward.schema.reader import read_data_model
from specward.schema.revisions import read_revision
from specward.schema.sql import statements
from specward.schema.stated import read_stated
from specward.specs.citations import parse_citations
from specward.specs.document import read_document
from specward.specs.ids import parse_task_ids
from specward.specs.model import Place
from specward.wiring.agents import read_agent, read_fork
from specward.wiring.blocks import statements as sentences
from specward.wiring.matchers import matches, names
from specward.wiring.seed import missing_rules
from specward.wiring.settings import read_settings

ROOT = Path(__file__).parents[2]


class Target(NamedTuple):
    """One reader."""

    name: str
    read: Callable[[bytes], object]
    seeds: tuple[str, ...]  # globs of good examples in this repository
    declared: tuple[type[Exception], ...] = ()  # what it may raise, by its docstring


def text(data: bytes) -> str:
    """Decode as the readers' callers do where they take anything."""
    return data.decode("utf-8", "replace")


def document(role: str, folder: str = "specs") -> Callable[[bytes], object]:
    def read(data: bytes) -> object:
        found = read_document(data, role, f"{folder}/{role}.md", "fuzz")
        return [*found.tasks], [*found.document.sections], found.problems

    return read


def contract(data: bytes) -> object:
    source = parse_contract("openapi.yaml", text(data))
    problems = validity.problems(source)
    found = facts.facts(source.path, source.value, [])
    return problems, found, place(source, "/paths"), place(source, "")


def citations(data: bytes) -> object:
    return parse_citations(text(data), Place("a", 1)), parse_task_ids(text(data))


def agent(data: bytes) -> object:
    found = read_agent("agents/a.md", text(data))
    rules = missing_rules(sentences(found.head.body))
    return found.name, found.tools, found.unread, read_fork("SKILL.md", text(data)), rules


def settings(data: bytes) -> object:
    found = read_settings("settings.json", data)
    return [(names(handler.matcher), matches(handler.matcher, "Write")) for handler in found.handlers]


def record(data: bytes) -> object:
    stored = read_record("history/prompts/a/0001-a.green.prompt.md", text(data))
    return [*invalidities(stored)], [*placeholders(stored)], [*mismatches(stored)], mask(text(data))


def source(data: bytes) -> object:
    return [read_source(f"a.{ending}", text(data)) for ending in ("py", "sql", "sh", "html")]


def isolation(data: bytes) -> object:
    return analyse_files({"app/a.py": text(data)}, Options())


def revision(data: bytes) -> object:
    return read_revision("versions/a.py", text(data))


def data_model(data: bytes) -> object:
    return read_stated(read_data_model("data-model.md", text(data)))


def sql(data: bytes) -> object:
    return [*statements(text(data))]


def remembered(data: bytes) -> object:
    """A cached verdict, which anybody may have edited."""
    with tempfile.TemporaryDirectory() as folder:
        cache = schema_cache._cache(Path(folder))  # noqa: SLF001 -- what a forger would write, too
        with contextlib.suppress(ValueError, RecursionError):
            cache.put("key", json.loads(text(data)))
            cache.save()
        return schema_cache.recall(Path(folder), "key")


def hook(data: bytes) -> object:
    """One event, from the standard input to the exit code; the slow half is not started."""
    event = parse(data)
    return event.get("hook_event_name")


def changes(data: bytes) -> object:
    return parse_listing(data, data)


def raw_changes(data: bytes) -> object:
    """Git's own lines, with whatever it may call a path."""
    header = b":100644 120000 0000000 0000000 M"
    return parse_raw(b"".join(header + b"\0" + path + b"\0" for path in data.split(b"\0") if path))


TARGETS = (
    Target("specify", document("specify"), ("specs/specify.md", "specs/plan.md")),
    Target("tasks", document("tasks"), ("specs/tasks.md",)),
    Target("numbered requirements", document("specify", ".kiro/specs/a"), ("specs/specify.md",)),
    Target("numbered tasks", document("tasks", ".kiro/specs/a"), ("specs/tasks.md",)),
    Target("spec contract", document("contract"), ("specs/contracts/*.yaml",)),
    Target("citations", citations, ("tests/specward/code/header_shapes.txt",)),
    Target("data model", data_model, ("specs/data-model.md",)),
    Target("sql", sql, ("backend/app/migrations/*.sql",)),
    Target("openapi", contract, ("specs/contracts/*.yaml",), (ContractError,)),
    Target(
        "approvals", lambda data: parse_approvals(text(data)), ("specs/approvals.toml",), (CouldNotRunError,)
    ),
    Target(
        "configuration",
        lambda data: parse_config(text(data), "pyproject.toml"),
        ("pyproject.toml",),
        (CouldNotRunError,),
    ),
    Target("baseline", lambda data: parse_baseline(text(data)), (), (CouldNotRunError,)),
    Target("sources", source, ("backend/app/**/*.py", "backend/app/migrations/*.sql")),
    Target("isolation", isolation, ("backend/app/*/*.py", "bench/isolation/cases/*.txt")),
    Target("revisions", revision, ("backend/app/migrations/versions/*.py",)),
    Target("records", record, ("history/prompts/**/*.md", "tests/specward/history/*.md")),
    Target("front matter", lambda data: read_front_matter(text(data)), ("history/prompts/**/*.md",)),
    Target(
        "transcripts", lambda data: read_transcript(text(data)), ("tests/specward/history/transcripts/*",)
    ),
    Target("settings", settings, (".claude/settings.json",)),
    Target("agents", agent, (".claude/agents/*.md", ".claude/skills/*/*.md")),
    Target(
        "clarifications",
        lambda data: parse_clarification("history/clarifications/a/T-1-jwt-unclear.md", text(data)),
        ("history/clarifications/**/*.md",),
        (ClarificationError,),
    ),
    Target("hook event", hook, (), (ValueError, RecursionError)),
    Target("tools' answers", lambda data: read_answer(ROOT, text(data)), (), (UnreadableError,)),
    Target("cached verdicts", remembered, ()),
    Target("changed paths", raw_changes, ()),
    Target("listed paths", changes, ()),
)

_LONG = 100_000
# What formats stumble over: nothing, no text, depth, length, size, and entities that multiply.
HARD = (
    b"",
    b"\0",
    b"\xff\xfe\x00",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf# \xc2\xa71\n",
    b"\r",
    *(opening * _LONG for opening in (b"[", b"{", b"(", b"<", b"`", b"|", b"*", b"#", b">", b"- ", b"? ", b"&a ", b"~", b"\\", b"'", b'"', b"a.", b"\n", b" ", b"\t", b"$$", b"/*", b"--", b",", b":", b"!", b"0", b"a", b"-", b"~~~\n", b"```\n", b"1. ", b"| a ")),
    b'{"a":' * _LONG,
    b"[" * 900 + b"]" * 900,
    b'{"a":' * 900 + b"1" + b"}" * 900,
    b"a = " + b"[" * _LONG,
    b"a = " + b"9" * 5_000,
    b"[tool.specward]\nfeature = " + b"9" * 5_000,
    b"[tool.specward]\nfeature = " + b"[" * 5_000,
    b"a" + b".a" * _LONG + b" = 1",
    b"9" * 5_000,
    b"1e999",
    b"[1e999]",
    b'{"version": 1, "findings": [["a", "b", "c", 1e999]]}',
    b'[{"location": {"row": 1e999, "column": 1}, "filename": "a", "code": "F1", "message": "m"}]',
    b'[{"location": {"row": 1, "column": 1}, "filename": "\\u0000", "code": "F1", "message": "m"}]',
    b"---\na: " + b"9" * 5_000 + b"\n---\n",
    b"---\n" + b"- " * 5_000 + b"\n---\n",
    b"---\na: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (n, n, n - 1, n - 1) for n in range(98, 123)) + b"---\n",
    b"openapi: 3.1.0\ninfo: {title: a, version: '1'}\npaths: &a\n  /a: *a\n",
    b"openapi: 3.1.0\ninfo: {title: a, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n    A: {$ref: '#/components/schemas/A'}\n",
    b"openapi: 3.1.0\na: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (n, n, n - 1, n - 1) for n in range(98, 123)),
    b"openapi: " + b"9" * 5_000,
    b"a: 2026-99-99\nb: !!python/object:os.system x\nc: <<\n<<: 1\n",
    b"x = " + b"-" * _LONG + b"1",
    b"x = " + b"(" * 300 + b"1" + b")" * 300,
    b"x = " + b"a+" * 20_000 + b"a",
    b"def f():\n" + b"".join(b" " * n + b"if x:\n" for n in range(1, 150)) + b" " * 150 + b"pass\n",
    b"\xe2\x80\xa8".join([b"[Task]: T-001"] * 100),
)  # fmt: skip


def seeds(target: Target) -> Iterator[bytes]:
    """Give good examples of a target's input, in several forms of line ends."""
    for pattern in target.seeds:
        for path in sorted(ROOT.glob(pattern)):
            data = path.read_bytes()
            yield data
            yield data.replace(b"\n", b"\r\n")
            yield b"\xef\xbb\xbf" + data[: len(data) // 2]


def hold(target: Target, data: bytes) -> None:
    """Read, and let nothing pass that is not declared."""
    with contextlib.suppress(*target.declared), contextlib.redirect_stderr(io.StringIO()):
        target.read(data)


def named(name: str) -> Target:
    """Return a target by its name."""
    return next(target for target in TARGETS if target.name == name)
