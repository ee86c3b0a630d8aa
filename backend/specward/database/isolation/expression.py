"""What a policy's expression binds, read from PostgreSQL's own wording of it (`pg_get_expr`).

PostgreSQL puts every operation in parentheses and writes keywords in one case, so a few rules are enough:

    ((owner_id = ( SELECT (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid)) OR …)
"""

import re
from collections.abc import Iterator

from specward.patterns import pattern

LITERAL = pattern(r"'(?:[^']|'')*'")
SELECT = "( SELECT "

# Who is asking: a setting, or the functions of Supabase and Neon.
IDENTITY = pattern(r"\bcurrent_setting\(|\bauth\.(?:uid|user_id|jwt)\(|\b(?:CURRENT|SESSION)_USER\b")
EQUALITY = pattern(r"(?<![<>!])=| IN | ANY ")
# A word that is no keyword, no constant, no function and no type.
COLUMN = pattern(r'(?<!::)(?<![\w.])(?!true\b|false\b)(?:[a-z_][\w.]*|"[^"]+")(?![\w.(])')
BARE_CAST = pattern(r"(?<!NULLIF\()current_setting\([^()]*\)\)?::(?!text\b)")


def bound(expression: str) -> bool:
    """Whether only rows pass that have to do with who is asking: each alternative compares a column with it.

    An expression that is not understood is not bound.
    """
    return _bound(LITERAL.sub("''", expression))


def evaluated_per_row(expression: str) -> bool:
    """Whether a setting stands outside a sub-select, so that PostgreSQL asks for it again for every row."""
    return "current_setting(" in _without_selects(LITERAL.sub("''", expression))


def casts_column(expression: str, column: str) -> bool:
    """Whether the column is cast, which keeps its index from being used."""
    return re.search(rf"\b{re.escape(column)}\)?::", LITERAL.sub("''", expression)) is not None


def fails_when_empty(expression: str) -> bool:
    """Whether a setting is cast without `nullif`: after a transaction it is '', which no uuid can be."""
    return BARE_CAST.search(LITERAL.sub("''", expression)) is not None


def _bound(expression: str) -> bool:
    inner = _unwrapped(expression)
    if len(alternatives := _split(inner, " OR ")) > 1:
        return all(_bound(part) for part in alternatives)
    if len(conditions := _split(inner, " AND ")) > 1:
        return any(_bound(part) for part in conditions)
    asks = IDENTITY.search(inner) is not None and EQUALITY.search(inner) is not None
    if inner.startswith("EXISTS "):
        return asks
    return asks and not inner.startswith("NOT ") and COLUMN.search(_without_selects(inner)) is not None


def _without_selects(expression: str) -> str:
    """Leave out sub-selects, and with them the columns of other tables."""
    while (start := expression.find(SELECT)) >= 0:
        length = _closing(expression[start:]) + 1 or len(SELECT)
        expression = f"{expression[:start]}?{expression[start + length :]}"
    return expression


def _unwrapped(expression: str) -> str:
    text = expression.strip()
    while text.startswith("(") and not text.startswith(SELECT) and _closing(text) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _split(text: str, word: str) -> list[str]:
    """Split at `word` where it stands outside all parentheses."""
    parts, start = [], 0
    for place, depth in _depths(text):
        if depth == 0 and text.startswith(word, place):
            parts.append(text[start:place])
            start = place + len(word)
    return [*parts, text[start:]]


def _closing(text: str) -> int:
    """Return the place of the parenthesis that closes the first one, or -1."""
    return next((place for place, depth in _depths(text) if depth == 0 and text[place] == ")"), -1)


def _depths(text: str) -> Iterator[tuple[int, int]]:
    """Yield each place, and the depth of parentheses after it."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        yield place, depth
