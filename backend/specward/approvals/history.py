"""The words that changed since an approval, from git; and which approvals a change itself brings."""

from collections.abc import Iterator
from pathlib import Path

from specward.approvals.parts import Kind, Part
from specward.approvals.stamps import PATH, load_approvals, parse_approvals
from specward.approvals.status import Change
from specward.approvals.wording import task_section
from specward.code.git import GitError, git
from specward.specs.document import Reading, read_document
from specward.specs.model import Operation, Section, SpecSet, TaskKey, Unresolved
from specward.specs.resolve import find_operation, find_table, resolve

REVISIONS = 200
_CONTEXT = 4  # words around a change
_LONGEST = 4000  # words; a longer comparison takes seconds


def told(root: Path, change: Change, feature: str) -> str:
    """Tell a change of a part since it was approved, and its words; the part is named once.

    Args:
        root: the repository root.
        change: one of `Stale.changes`.
        feature: the task's.
    """
    words = changed_words(root, change, feature)
    return f"{change}: {words}" if change.part else words  # of what has gone they say the name


def changed_words(root: Path, change: Change, feature: str) -> str:
    """Tell what changed in a part since it was approved: `at most [-30-] {+60+} seconds`.

    Args:
        root: the repository root.
        change: one of `Stale.changes`.
        feature: the task's.

    Returns:
        The words that went and came, with a few around them; or a sentence that says why they are not known.
    """
    if change.part is None:
        return f"{change}."
    if change.approved is None:
        return "it was not there, or not cited, when the task was approved."
    before = _approved_words(root, change.part, change.approved, feature)
    if before is None:
        return f"Git has no revision of {change.part.section.place.path} as it was approved."
    return word_diff(before, change.part.words)


def approvals_since(root: Path, base: str) -> tuple[TaskKey, ...]:
    """Find the tasks whose stamps were given or renewed between a revision and the working tree.

    Raises:
        CouldNotRunError: one of the two approvals files is broken, or git does not know the revision.
    """
    git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{tree}}")
    raw = _show(root, base, PATH)
    before = parse_approvals(raw.decode(errors="replace")) if raw is not None else {}
    now = load_approvals(root)
    return tuple(key for key in sorted(now) if before.get(key) != now[key])


def word_diff(before: str, after: str) -> str:
    """Show the words that went as `[-...-]` and those that came as `{+...+}`."""
    old, new = before.split(), after.split()
    if max(len(old), len(new)) > _LONGEST:
        return f"{len(old):,} words became {len(new):,}; too many to compare here."
    import difflib  # noqa: PLC0415  # 3 ms that a run without stale approvals does not need

    steps = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    shown = [text for step in steps for text in _step(step, old, new)]
    if steps and steps[0][0] == "equal":
        shown[0] = _tail(old[steps[0][1] : steps[0][2]])
    if len(steps) > 1 and steps[-1][0] == "equal":
        shown[-1] = _head(old[steps[-1][1] : steps[-1][2]])
    return " ".join(text for text in shown if text)


def _step(step: tuple[str, int, int, int, int], old: list[str], new: list[str]) -> Iterator[str]:
    kind, start, end, new_start, new_end = step
    if kind == "equal":
        words = old[start:end]
        yield " ".join(words) if len(words) <= 2 * _CONTEXT else f"{_head(words)} {_tail(words)[2:]}"
        return
    if start < end:
        yield f"[-{' '.join(old[start:end])}-]"
    if new_start < new_end:
        yield f"{{+{' '.join(new[new_start:new_end])}+}}"


def _head(words: list[str]) -> str:
    return " ".join(words[:_CONTEXT]) + (" …" if len(words) > _CONTEXT else "")


def _tail(words: list[str]) -> str:
    return ("… " if len(words) > _CONTEXT else "") + " ".join(words[-_CONTEXT:])


def _approved_words(root: Path, part: Part, digest: str, feature: str) -> str | None:
    path = part.section.place.path
    for raw in _revisions(root, path):
        found = _same_part(part, read_document(raw, part.section.document, path, feature), feature)
        if found and found.digest == digest:
            return found.words
    return None


def _revisions(root: Path, path: str) -> Iterator[bytes]:
    """Give a file's contents in the index and in every commit that touched it, newest first."""
    try:
        commits = git(root, "rev-list", f"--max-count={REVISIONS}", "HEAD", "--", path).decode().split()
    except GitError:
        commits = []
    for revision in ("", *commits):
        raw = _show(root, revision, path)
        if raw is not None:
            yield raw


def _show(root: Path, revision: str, path: str) -> bytes | None:
    try:
        return git(root, "show", f"{revision}:{path}")
    except GitError:
        return None


def _same_part(part: Part, reading: Reading, feature: str) -> Part | None:
    """Find a part in another reading of its document."""
    alone = SpecSet(feature, (reading.document,), reading.tasks, None, None, ())
    section = _find(part, alone)
    return part._replace(section=section) if section else None


def _find(part: Part, alone: SpecSet) -> Section | None:
    anchor = part.cited.anchor
    if part.kind is Kind.TASK:
        return next((task_section(task) for task in alone.tasks if task.key.id == anchor), None)
    if part.kind is Kind.OPERATION:
        return find_operation(alone, Operation(*anchor.split(" ", 1)))
    if part.kind is Kind.TABLE:
        return find_table(alone, anchor)
    cited = part.cited._replace(document=part.section.place.path)
    found = resolve((alone,), alone.feature, cited)
    return None if isinstance(found, Unresolved) else found
