"""How long `specward check` takes on a large project: 1,000 Python files, 20,000 tasks, cold and warm.

Run with `python bench/check.py`. It builds the project in a temporary directory, and prints the best of
several runs of the real console script beside a bare interpreter: machines differ, ratios less so.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from specward.approvals.stamps import write_approvals
from specward.approvals.status import stamp_task
from specward.config import load_config
from specward.specs.model import SpecSet
from specward.specs.reader import read_specs

FEATURES, TASKS, FILES = 20, 1_000, 1_000
RUNS = 5
FAMILIES = "SW0,SW1,SW2,SW3"  # what a project of headers, tasks and stamps is held to
SPECWARD = Path(sys.executable).with_name("specward")
COLD_LIMIT, WARM_LIMIT = 3.0, 0.3  # seconds, on two cores


def main() -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        make_project(root)
        bare = best(lambda: run([sys.executable, "-I", "-S", "-c", "pass"], root))
        forget = partial(shutil.rmtree, root / ".specward", ignore_errors=True)
        cold = best(lambda: check(root), before=forget)
        warm = best(lambda: check(root))
        touched = best(lambda: check(root), before=lambda: append(root / "backend/app/f0/m0.py"))
        whole = best(lambda: run([str(SPECWARD), "check"], root))
    print(
        f"{FILES:,} files, {FEATURES * TASKS:,} tasks; best of {RUNS}; a bare interpreter takes {bare:.3f} s"
    )
    report("cold", cold, bare, COLD_LIMIT)
    report("warm", warm, bare, WARM_LIMIT)
    report("one file changed", touched, bare, WARM_LIMIT)
    report("warm, every family", whole, bare, None)


def report(name: str, seconds: float, bare: float, limit: float | None) -> None:
    mark = "" if limit is None else "ok" if seconds < limit else f"MISSED {limit} s"
    print(f"  {name:<18} {seconds:6.3f} s   {seconds / bare:5.1f} x bare   {mark}")


def make_project(root: Path) -> None:
    (root / "pyproject.toml").write_text('[project]\nname = "large"\n\n[tool.specward]\n')
    for feature in range(FEATURES):
        folder = root / f"specs/{feature:03d}-feature"
        folder.mkdir(parents=True)
        sections = "".join(
            f"### {n}.1 Part {n}\n\n- **FR-{n:03d}**: It does thing {n}.\n\n" for n in range(1, 60)
        )
        (folder / "spec.md").write_text(f"# Feature {feature}\n\n{sections}")
        (folder / "plan.md").write_text(f"# Plan\n\n{sections}")
        (folder / "tasks.md").write_text(
            "# Tasks\n\n" + "".join(task(feature, number) for number in range(TASKS))
        )
    per_folder = FILES // 20
    for number in range(FILES):
        path = root / f"backend/app/f{number // per_folder}/m{number % per_folder}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(module(number))
    (root / ".gitignore").write_text(".specward/\n")
    approve(root)
    for command in (["init", "--quiet"], ["add", "--all"]):
        run(["git", *command], root)
    run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "Begin"],
        root,
    )


def approve(root: Path) -> None:
    """Stamp each task that a file implements, so that the project is clean."""
    spec_sets = read_specs(root, load_config(root))
    tasks = (spec_set.tasks[number] for spec_set, number in implemented(spec_sets))
    stamps = [stamp_task(task, spec_sets, "A Person", date(2026, 1, 2)) for task in tasks]
    write_approvals(root, {stamp.task: stamp for stamp in stamps})


def implemented(spec_sets: tuple[SpecSet, ...]) -> Iterator[tuple[SpecSet, int]]:
    per_feature = FILES // FEATURES
    for number in range(FILES):
        yield spec_sets[number // per_feature], number % TASKS


def task(feature: int, number: int) -> str:
    return (
        f"### T-{number + 1:04d}: Do thing {number}\n\n- **Status**: open\n"
        f"- **From**: speckit.specify §{number % 59 + 1}.1; speckit.plan §{number % 59 + 1}.1\n"
        f"- **Outputs**: thing {number} is done\n- **Files**: `backend/app/f{feature}/**`\n"
        "- **Operations**: none\n- **Tables**: none\n- **Dependencies**: none\n- **Done when**: it is.\n\n"
    )


def module(number: int) -> str:
    feature, section = number // (FILES // 20), number % 59 + 1
    body = "".join(
        f'\n\ndef function_{n}(value: int) -> int:\n    """Add {n}."""\n    return value + {n}\n'
        for n in range(60)
    )
    return (
        f'"""\n[Task]: {feature:03d}-feature/T-{number % TASKS + 1:04d}\n'
        f"[From]: speckit.specify §{section}.1, speckit.plan §{section}.1\n"
        f'[Description]: Does thing {number}.\n"""\n\nimport os\n{body}'
    )


def check(root: Path) -> None:
    done = run([str(SPECWARD), "check", "--select", FAMILIES], root)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()


def append(path: Path) -> None:
    with path.open("a") as stream:
        stream.write("\n# more\n")


def run(command: list[str], root: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, cwd=root, check=False, capture_output=True)


def best(action: Callable[[], object], before: Callable[[], None] = lambda: None) -> float:
    times = []
    for _ in range(RUNS):
        before()
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    main()
