"""Write a record: valid YAML always, what people or models said inside fences, nothing that is not known."""

import re
from collections.abc import Mapping

import yaml

from specward.history.model import PROMPT, RESPONSE, SECTIONS, Record
from specward.patterns import pattern

NOT_RECORDED = "This work was not done in a recorded session, so there is no prompt to quote."
_QUOTED = frozenset({PROMPT, RESPONSE})  # verbatim: their own headings and rulers must not be taken for ours
_UNWRITABLE = pattern(r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # YAML 1.1, §5.1
_LINE_END = pattern("\r\n|[\r\x85\u2028\u2029]")


def render(record: Record) -> str:
    """Return the text of a record's file, in the order of Spec-Kit Plus; `tasks` is our addition."""
    return f"---\n{_front_matter(record)}---\n\n{_body(record.sections)}"


def _front_matter(record: Record) -> str:
    fields = {key: _plain(value) for key, value in record._asdict().items() if key != "sections"}
    # Wide lines: a folded scalar is valid, yet what greps for a title must find it on one line.
    return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=1_000_000)


def _plain(value: str | tuple[str, ...] | Mapping[str, str]) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, tuple):
        return [clean(item) for item in value]
    return {key: clean(item) for key, item in value.items()}


def _body(sections: Mapping[str, str]) -> str:
    return "\n".join(f"## {title}\n{_text(title, sections.get(title, ''))}" for title in SECTIONS)


def _text(title: str, text: str) -> str:
    text = clean(text)
    if title in _QUOTED and text and text != NOT_RECORDED:
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
        return f"\n{fence}text\n{text}\n{fence}\n"
    return f"\n{text.strip()}\n" if text.strip() else ""


def clean(text: str) -> str:
    """Give a text the line ends of the repository, without the characters that no YAML reader accepts."""
    return _UNWRITABLE.sub("\ufffd", _LINE_END.sub("\n", text))
