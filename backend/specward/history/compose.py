"""Make a record from what is known: the task, the work, what checked it, and the session if there was one."""

from typing import NamedTuple

from specward.history.evidence import Totals
from specward.history.masking import mask
from specward.history.model import EVALUATION, OUTCOME, PROMPT, RESPONSE, Record
from specward.history.transcript import Transcript, prompts_about
from specward.history.work import Work
from specward.history.writer import NOT_RECORDED
from specward.specs.model import Task

SURFACE = "agent"  # the one value that Spec-Kit Plus knows


class Circumstances(NamedTuple):
    """Everything about the work that is not the task and not the files."""

    stage: str
    date: str  # YYYY-MM-DD
    branch: str = ""
    user: str = ""
    transcript: Transcript | None = None
    tests: Totals | None = None
    verdict: str = ""


def compose(number: int, task: Task, work: Work, circumstances: Circumstances) -> Record:
    """Return the record of a piece of work.

    Args:
        number: the record's, in its directory.
        task: what was to be done.
        work: what was done.
        circumstances: how; without a transcript, who asked where and how stays empty.
    """
    session = circumstances.transcript
    prompts = prompts_about(session, task.key.id) if session else ()
    return Record(
        id=f"{number:04}",
        title=f"{task.key.id}: {task.title}",
        stage=circumstances.stage,
        date=circumstances.date,
        surface=SURFACE if session else "",
        model=session.model if session else "",
        feature=task.key.feature,
        branch=(session.branch if session else "") or circumstances.branch,
        user=circumstances.user if session else "",
        command=mask(next((prompt.command for prompt in prompts if prompt.command), "")),
        labels=tuple(dict.fromkeys(str(citation) for citation in task.cites)),
        links={"spec": task.place.path, "ticket": "", "adr": "", "pr": ""},
        tasks=(task.key.id,),
        files=work.files,
        tests=work.tests,
        sections={
            PROMPT: mask("\n\n".join(prompt.text for prompt in prompts)) or NOT_RECORDED,
            RESPONSE: mask(session.response) if session else "",
            OUTCOME: _outcome(task, work, circumstances.tests),
            EVALUATION: _evaluation(circumstances),
        },
    )


def _outcome(task: Task, work: Work, tests: Totals | None) -> str:
    return "\n".join(
        (
            _line("✅ Impact", f"{task.key.id} {task.title}" + (f": {task.outputs}" if task.outputs else "")),
            _line("🧪 Tests", str(tests) if tests else _count(work.tests, "file of tests", "files of tests")),
            _line("📁 Files", _count(work.files, "file", "files")),
            _line("🔁 Next prompts", ""),
            _line("🧠 Reflection", ""),
        )
    )


def _evaluation(circumstances: Circumstances) -> str:
    tests = circumstances.tests
    graders = [circumstances.verdict] if circumstances.verdict else []
    if tests:
        graders.append(f"tests: {'FAIL' if tests.failed else 'PASS'} ({tests})")
    return "\n".join(
        (
            _line("Failure modes observed", ""),
            _line("Graders run and results (PASS/FAIL)", "; ".join(graders)),
            _line("Prompt variant (if applicable)", ""),
            _line("Next experiment (smallest change to try)", ""),
        )
    )


def _line(name: str, value: str) -> str:
    return f"- {name}: {value}".rstrip()


def _count(paths: tuple[str, ...], one: str, many: str) -> str:
    return f"{len(paths)} {one if len(paths) == 1 else many}" if paths else ""
