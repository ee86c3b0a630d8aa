"""Asks the project's tools, and remembers what they said of a content."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from specward.code.cache import Cache
from specward.quality.answers import UnreadableError, read_answer
from specward.quality.model import Remark, Report
from specward.quality.settings import FILES

PATIENCE = 600  # seconds: a type checker's first run on a large project
_VERSION = "1"
_LONGEST = 200


def lint(
    root: Path,
    command: tuple[str, ...],
    digests: Mapping[str, str],
    *,
    whole: bool = True,
    beside: Sequence[str] = (),
) -> Report:
    """Ask a linter, which reads each file by itself: only about files whose content is new.

    What it says of one also rests on which others there are: whether its folder is a package, and which
    imports are the project's own.

    Args:
        root: The repository's top, where the tool runs.
        command: Its words; the files follow them.
        digests: The content of each file, by path.
        whole: Whether these are all files; a look at a few must not drop what is known of the others.
        beside: The paths of all files.
    """
    cache, key = Cache.open(root, "lint", _VERSION), _settings_key(root, command, *beside)
    names = {path: f"{key} {path} {digest}" for path, digest in digests.items()}
    said = {path: cache.get(name) for path, name in names.items()}
    unknown = [path for path in digests if not isinstance(said[path], list)]
    answer = _ask(root, command, unknown)
    if answer.trouble:
        return answer
    for path in unknown:
        said[path] = [remark[1:] for remark in answer.remarks if remark.path == path]
        cache.put(names[path], said[path])
    cache.save(whole=whole)
    known = (Remark(path, *remark) for path in digests for remark in _list(said[path]))
    return Report(command[0], tuple(known))


def check_types(root: Path, command: tuple[str, ...], digests: Mapping[str, str]) -> Report:
    """Ask a type checker, which looks at all files together: again when any of them is new."""
    cache, key = Cache.open(root, "types", _VERSION), _settings_key(root, command, *sorted(digests.items()))
    kept = cache.get(key)
    if isinstance(kept, list):
        return Report(command[0], tuple(Remark(*remark) for remark in kept))
    answer = _ask(root, command, list(digests))
    if not answer.trouble:
        cache.put(key, answer.remarks)
        cache.save()
    return answer


def _ask(root: Path, command: tuple[str, ...], paths: Sequence[str]) -> Report:
    name = command[0]
    if not paths:
        return Report(name)
    program = _program(root, name)
    if program is None:
        return Report(name, trouble=f"{name} is not installed")
    try:
        done = subprocess.run(  # noqa: S603 -- the project's own tool
            [program, *command[1:], *paths],
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=PATIENCE,
        )
        last_words = "" if done.returncode in {0, 1} else f"{name} {_last_words(root, done)}"
        return Report(name, () if last_words else read_answer(root, done.stdout), last_words)
    except subprocess.TimeoutExpired:
        return Report(name, trouble=f"{name} did not finish within {PATIENCE} seconds")
    except OSError as error:
        return Report(name, trouble=f"{name} cannot be run: {error.strerror}")
    except UnreadableError as error:
        return Report(name, trouble=f"{name} did not report in JSON ({error})")


def _last_words(root: Path, done: "subprocess.CompletedProcess[str]") -> str:
    """Say why a tool has stopped: mypy names the place in JSON, as it names all else."""
    for text in (done.stderr, done.stdout):
        with suppress(UnreadableError):
            for remark in read_answer(root, text):
                return f"gave up at {remark.path}:{remark.line}: {remark.message}"
    said = " ".join((done.stderr or done.stdout).split())[:_LONGEST]
    return f"ended with status {done.returncode}: {said}"


def _program(root: Path, name: str) -> str | None:
    """Return the tool of the project's environment, else of ours, else of the PATH."""
    import shutil  # noqa: PLC0415  # 3 ms that a project without such tools does not need

    folders = (root / ".venv/bin", Path(sys.executable).parent)
    return next(
        (found for folder in folders if (found := shutil.which(name, path=str(folder)))), shutil.which(name)
    )


def _settings_key(root: Path, command: tuple[str, ...], *more: object) -> str:
    """A name for what an answer depends on besides the files: the command, the tool and its settings."""
    program = _program(root, command[0])
    made = Path(program).stat().st_mtime_ns if program else 0
    digest = sha256(repr((command, made, more)).encode(errors="surrogatepass"))
    for name in FILES:
        path = root / name
        digest.update(path.read_bytes() if path.is_file() else b"\0")
    return digest.hexdigest()[:32]


def _list(value: object) -> list[tuple[int, int, str, str]]:
    return [tuple(item) for item in value] if isinstance(value, list) else []
