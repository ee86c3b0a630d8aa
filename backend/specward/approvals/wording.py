"""What an approval of a task is about: its words and, where these alone do not tell, its permit.

White space carries no meaning but this one: it says where a field ends. So the words are read once more, each
field on a line of its own; where that comes to the same permit, they are all there is to approve.
"""

from pathlib import Path

from specward.code.cache import Cache, digest
from specward.patterns import pattern
from specward.specs.cache import reader_digest
from specward.specs.model import Section, Task

_FIELD = pattern(r"\s(?:[-*+]\s)?(?=\*\*[^*:]{2,30}?\s*(?::\s*\*\*|\*\*\s*:))")
_ITEM = pattern(r"^(?:[-*+]|\d{1,9}[.)]) ")  # it had a checkbox, which is its state and no word of it
_PERMITS = "(As it is laid out, it permits)"


def open_wordings(root: Path) -> Cache:
    """Open what is kept of the wording of tasks: to find it out takes 0.25 s for a thousand of them."""
    return Cache.open(root, "wordings", f"1 {reader_digest()}")


def task_section(task: Task, known: Cache | None = None) -> Section:
    """Give a task as a section whose text is what is approved.

    Args:
        task: the task.
        known: what is kept between runs, from `open_wordings`; nothing without it.
    """
    words, permitted = " ".join(task.text.split()), _permitted(task)
    # A text that says so itself must not pass for another one of which we said it.
    told = _PERMITS not in words and _is_told(task, words, permitted, known)
    text = task.text if told else f"{task.text}\n{permitted}"
    return Section("tasks", (task.key.id,), task.title, text, task.place)


def _is_told(task: Task, words: str, permitted: str, known: Cache | None) -> bool:
    if known is None:
        return _read_again(task, words) == [permitted]
    key = digest(f"{permitted}\0{words}".encode(errors="surrogatepass"))
    told = known.get(key)
    if not isinstance(told, bool):
        told = _read_again(task, words) == [permitted]
        known.put(key, told)
    return told


def _read_again(task: Task, words: str) -> list[str]:
    """Say what the words permit by themselves."""
    from specward.specs.tasks import read_tasks  # noqa: PLC0415  # 15 ms that a run that knows need not spend
    from specward.specs.text import split  # noqa: PLC0415

    plainly = _FIELD.sub("\n  - ", _ITEM.sub(r"\g<0>[ ] ", words))
    again = read_tasks(split(plainly), task.key.feature, task.place.path)
    return [_permitted(other) for other in again.tasks]


def _permitted(task: Task) -> str:
    """Say what a task permits that is no part by itself."""
    said = {"Files": task.files, "Tests": task.tests, "Dependencies": task.dependencies}
    listed = (f"{key}: {', '.join(values) or 'none'}" for key, values in said.items())
    return f"{_PERMITS} {'; '.join(listed)}"
