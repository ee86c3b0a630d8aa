"""The README's first task, by its own words: each that is open on purpose, in a copy of this repository."""

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.client.claude import call, run_claude, text
from tests.client.project import ROOT, commit, git

if TYPE_CHECKING:
    from tests.client.messages_api import Json, Turn

MAIN = "backend/app/main.py"
SECONDS = 300  # the whole repository is judged, for the first time in this copy
ROUTES = "backend/app/profiles/routes.py"


class Work(NamedTuple):
    """What the scripted model writes for a task."""

    new: dict[str, str]
    edits: dict[str, tuple[tuple[str, str], ...]]


COMPLETENESS = '''"""
[Task]: T-203
[From]: speckit.specify §7.2, data-model §3.1
[Description]: How complete a profile is.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.profiles.repository import Version

FieldName = Literal["display_name", "about", "avatar_url", "locale", "time_zone"]
_FIELDS: tuple[FieldName, ...] = ("display_name", "about", "avatar_url", "locale", "time_zone")
_DEFAULT = Version()


class Completeness(BaseModel):
    """What is set and what is not."""

    set: list[FieldName]
    missing: list[FieldName]
    percent: Annotated[int, Field(ge=0, le=100)]


def completeness_of(version: Version) -> Completeness:
    """Tell which fields differ from the default, and their share in per cent, rounded down."""
    given = [name for name in _FIELDS if getattr(version, name) != getattr(_DEFAULT, name)]
    missing = [name for name in _FIELDS if name not in given]
    return Completeness(set=given, missing=missing, percent=100 * len(given) // len(_FIELDS))
'''
COMPLETENESS_IMPORT = "from app.profiles.completeness import Completeness, completeness_of\n"
RETURNS = "    return service.profile_of(session.asker.user_id, version)\n"
COMPLETENESS_ROUTE = '''

@router.get(
    "/v1/profile/completeness",
    name="readCompleteness",
    summary="Read how complete the profile is",
    response_description="What is set and what is not.",
    responses=responses(UNAUTHENTICATED),
)
async def read_completeness(session: CallerSession) -> Completeness:
    """Tell the caller what of their profile is set."""
    return completeness_of(await repository.current(session))
'''
LIST = '''"""
[Task]: {task}
[From]: speckit.specify §7.1, §3.3
[Description]: The {what} that a profile accepts.
"""

from typing import Any

from fastapi import Response
from pydantic import BaseModel

from app.core.routing import slice_router
from app.profiles.schemas import {source}

router = slice_router("lists")

DAY = "public, max-age=86400"
CACHED: dict[str, Any] = {{"headers": {{"Cache-Control": {{"schema": {{"type": "string"}}}}}}}}


class Names(BaseModel):
    """A sorted list of names."""

    items: list[str]


@router.get(
    "/v1/{path}",
    name="{name}",
    summary="List the {what} a profile accepts",
    response_description="Sorted {noun}.",
    responses={{200: CACHED}},
)
async def list_names(response: Response) -> Names:
    """List them, for a day."""
    response.headers["Cache-Control"] = DAY
    return Names(items=sorted({values}))
'''
IMPORTS = {  # the line that each module's import stands below, in the order of the linter
    "locales": "from app.notifications.service import list_page\n",
    "time_zones": "from app.profiles.service import profile_of\n",
}
ROUTERS = "routes_of(profiles, "


def _list(task: str, **parts: str) -> Work:
    module = parts["path"].replace("-", "_")
    edits = (
        ("[Task]: ", f"[Task]: {task}, "),
        (IMPORTS[module], f"{IMPORTS[module]}from app.profiles.{module} import router as {module}\n"),
        (ROUTERS, f"{ROUTERS}{module}, "),
    )
    return Work({f"backend/app/profiles/{module}.py": LIST.format(task=task, **parts)}, {MAIN: edits})


TASKS = {
    "T-201": _list(
        "T-201", what="time zones", source="time_zones", path="time-zones", name="listTimeZones",
        noun="names", values="time_zones()",
    ),
    "T-202": _list(
        "T-202", what="locales", source="locales", path="locales", name="listLocales", noun="tags",
        values="locales().values()",
    ),
    "T-203": Work(
        {"backend/app/profiles/completeness.py": COMPLETENESS},
        {
            ROUTES: (
                ("[Task]: T-042", "[Task]: T-042, T-203"),
                ("[From]: speckit.specify §3.1, §3.2,", "[From]: speckit.specify §3.1, §3.2, §7.2,"),
                (
                    "from app.profiles.schemas import",
                    f"{COMPLETENESS_IMPORT}from app.profiles.schemas import",
                ),
                (
                    f"{RETURNS}\n\n@router.patch(",
                    f"{RETURNS}{COMPLETENESS_ROUTE}\n\n@router.patch(",
                ),
            )
        },
    ),
}  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of this repository, committed, with its own records and specifications."""
    project = tmp_path / "project"
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for path in filter(None, listed):
        if (ROOT / path).is_file():
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, project / path)
    (project / ".venv").symlink_to(sys.prefix)
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(project))
    commit(project)
    return project


@pytest.mark.parametrize("task", TASKS)
def test_the_agent_implements_an_open_task_and_ends_clean(repository: Path, task: str) -> None:
    work = TASKS[task]
    writes = [
        call("Write", path, file_path=str(repository / path), content=content)
        for path, content in work.new.items()
    ]
    reads = [call("Read", f"read-{path}", file_path=str(repository / path)) for path in work.edits]
    edits: list[Turn] = [
        [call("Edit", f"{path}-{index}", file_path=str(repository / path), old_string=old, new_string=new)]
        for path, pairs in work.edits.items()
        for index, (old, new) in enumerate(pairs)
    ]
    brief: Json = call("mcp__specward__brief", "brief", task=task)
    turns = [
        [brief, *reads],
        writes,
        *edits,
        [call("mcp__specward__check", "check")],
        text(f"{task} is done."),
    ]
    run = run_claude(repository, f"/implement {task}", {f"Implement task {task}": turns}, seconds=SECONDS)

    assert run.answer_to("check").startswith("Clean"), run.answer_to("check")
    verdict: Json = json.loads((repository / ".specward/verdict.json").read_text(encoding="utf-8"))
    assert verdict["clean"] is True
    changed = set(git(repository, "status", "--short", "--untracked-files=all").split()[1::2])
    (record,) = (path for path in changed if path.startswith("history/prompts/"))
    assert changed == {record, *work.new, *work.edits}
    assert f"```text\n/implement {task}\n```" in (repository / record).read_text(encoding="utf-8")
