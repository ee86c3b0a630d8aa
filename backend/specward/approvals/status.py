"""Whether a task is approved as it stands: yes, no, or no longer."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from specward.approvals.parts import Part, digest_of, read_parts
from specward.approvals.settled import Settled
from specward.approvals.signatures import Signers
from specward.approvals.stamps import Approvals, Stamp
from specward.code.cache import Cache
from specward.specs.model import SpecSet, Task, Unresolved
from specward.specs.resolve import find_task

if TYPE_CHECKING:
    from datetime import date


class Approved(NamedTuple):
    """A person approved the task, and nothing of it has changed since."""

    stamp: Stamp


class Unapproved(NamedTuple):
    """Nobody approved the task, or nobody can."""

    reason: str  # a sentence


class Unsigned(NamedTuple):
    """The task has a stamp that nobody who may approve has signed."""

    stamp: Stamp
    reason: str  # a sentence


class Change(NamedTuple):
    """One part of a task that says something else than what was approved."""

    name: str
    part: Part | None  # as it is now; None where it is gone
    approved: str | None  # the digest that was approved; None where the part is new

    def __str__(self) -> str:
        if self.part is None:
            return f"{self.name} is no longer cited, or no longer exists"
        return f"{self.name} has changed" if self.approved else f"{self.name} is new"


class Stale(NamedTuple):
    """A person approved the task, and it or something it cites has changed since."""

    stamp: Stamp
    changes: tuple[Change, ...]


Status: TypeAlias = Approved | Unapproved | Unsigned | Stale
_DIGEST = "digest"  # of all parts of a task, where none is missing


class Memory(NamedTuple):
    """What is kept between runs."""

    wordings: Cache | None  # of tasks, from `wording.open_wordings`
    settled: Settled  # of the specifications as they are


def status(
    task: Task,
    spec_sets: tuple[SpecSet, ...],
    approvals: Approvals,
    signers: Signers | None,
    memory: Memory | None = None,
) -> Status:
    """Tell whether a task is approved as it stands now.

    Args:
        task: one of the spec sets' tasks.
        spec_sets: everything that was read.
        approvals: the stamps, from `stamps.load_approvals`.
        signers: who may approve, from `signatures.read_signers`; None where no signature is asked for.
        memory: what earlier runs have found out.
    """
    if find_task(spec_sets, task.key) is None:
        return Unapproved(f"{task.key} names more than one task.")
    stamp = approvals.get(task.key)
    if stamp is None:
        return Unapproved(f"{task.key} has not been approved.")
    refusal = signers.refusal(stamp) if signers else ""
    if refusal:
        return Unsigned(stamp, refusal)
    if memory and memory.settled.get(_DIGEST, task.key) == stamp.digest:
        return Approved(stamp)
    parts, missing = read_parts(task, spec_sets, memory.wordings if memory else None)
    if not missing and digest_of({part.name: part.digest for part in parts}) == stamp.digest:
        if memory:
            memory.settled.note(_DIGEST, task.key, stamp.digest)
        return Approved(stamp)
    return Stale(stamp, tuple(_changes(parts, missing, stamp)))


def stamp_task(task: Task, spec_sets: tuple[SpecSet, ...], approver: str, day: "date") -> Stamp:
    """Make the stamp for a task as it stands now; whether it may be given is for the caller to ask."""
    parts = {part.name: part.digest for part in read_parts(task, spec_sets)[0]}
    return Stamp(task.key, digest_of(parts), parts, approver, day.isoformat())


def _changes(parts: tuple[Part, ...], missing: tuple[Unresolved, ...], stamp: Stamp) -> Iterator[Change]:
    names = set()
    for part in parts:
        names.add(part.name)
        approved = stamp.parts.get(part.name)
        if approved != part.digest:
            yield Change(part.name, part, approved)
    gone = [Change(name, None, digest) for name, digest in stamp.parts.items() if name not in names]
    yield from gone
    if missing and not gone:
        yield from (Change(str(unresolved.citation), None, None) for unresolved in missing)
