"""Which tasks a sentence orders: in the words people use, and not those it only mentions.

A task that is merely mentioned binds nobody: "like T-042 did" and "which depends on T-101" compare, explain.
"""

import re
from collections.abc import Iterator

from specward.patterns import pattern
from specward.specs.ids import parse_task_ids

_VERB = pattern(
    r"\b(?:implement|create|build|add|write|develop|code|finish|complete|continue|resume|redo|fix|do|make"
    r"|work\s+on|take\s+(?:on|care\s+of|up)|pick\s+up|carry\s+out|tackle|handle|address|start|begin|deliver|mend"
    r"|repair|update|extend|refactor)\b",
    re.IGNORECASE,
)
# A sentence that opens so asks or explains, whatever verb comes later; a request may be put as a question.
_TELLS = pattern(
    r"\W*(?:how|what|why|when|where|which|who|whose|is|are|was|were|does|did|do\s+(?:you|we|i|they)|has|have|had"
    r"|should|explain|describe|show|tell|summari[sz]e|review|read|list|compare|check|look|see|don'?t|do\s+not|never"
    r"|stop|i\s+(?:did|have|had|was)|we\s+(?:did|have|had|were))\b",
    re.IGNORECASE,
)
_ASKS = pattern(r"\W*(?:please\b\W*)?(?:can|could|would|will)\s+you\b|\W*please\b", re.IGNORECASE)
# From here on a sentence compares, explains or excludes.
_ASIDE = pattern(
    r"\b(?:(?<!'d )(?<!would )like|similar(?:ly)?\s+to|as\s+(?:in|with|for|we\s+did|was\s+done)|just\s+as"
    r"|the\s+(?:same\s+)?way|same\s+as|unlike|than|after|before|once|until|since|because|which|that|whose"
    r"|depend(?:s|ing)?\s+on|see|cf|based\s+on|follow(?:s|ing)|copy(?:ing)?|reus(?:e|ing)|instead\s+of|rather"
    r"|not\s+yet)\b",
    re.IGNORECASE,
)
_EXCEPT = pattern(
    r"\b(?:except(?:\s+for)?|excluding|without|but\s+not|and\s+not|not|don'?t|do\s+not|never|leave\s+out|skip)\b",
    re.IGNORECASE,
)
_SENTENCE = pattern(r"(?<=[.!?;])\s+|\n+")
_LOWER = pattern(r"(?<![\w./-])(?:[\w.-]+/)?(?P<id>t-?\d{2,4})(?![\w/]|\.\w)")


def ordered(prompt: str, *, always: bool = False) -> tuple[str, ...]:
    """Return the tasks that a prompt orders, as it names them, ranges written out.

    Args:
        prompt: what a person, or a delegating agent, wrote.
        always: take a plain mention for an order too: what the backend engineer is told is one.
    """
    asked: dict[str, None] = {}
    for sentence in _SENTENCE.split(prompt):
        kept, left_out = _parted(sentence)
        if always or _is_order(sentence, kept):
            asked |= dict.fromkeys(_named(kept))
        for name in left_out:
            asked.pop(name, None)
    return tuple(asked)


def _is_order(sentence: str, kept: str) -> bool:
    """Tell whether a sentence orders something: a verb that is not part of a question or a report."""
    if _ASKS.match(sentence):
        return bool(_VERB.search(kept))
    if _TELLS.match(sentence) or sentence.rstrip().endswith("?"):
        return False
    return bool(_VERB.search(kept))


def _parted(sentence: str) -> tuple[str, tuple[str, ...]]:
    """Cut a sentence where it begins to compare; what it excludes is told apart."""
    aside = _ASIDE.search(sentence)
    kept = sentence[: aside.start()] if aside else sentence
    without = _EXCEPT.search(kept)
    if without is None:
        return kept, ()
    return kept[: without.start()], tuple(_named(kept[without.end() :]))


def _named(text: str) -> Iterator[str]:
    """Give the tasks a text names; a prompt may write an id in lower case, where a document may not."""
    raised = _LOWER.sub(lambda match: match[0].replace(match["id"], match["id"].upper()), text)
    return (str(reference) for reference in parse_task_ids(raised))
