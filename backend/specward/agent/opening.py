"""The reference header as most files have it, recognised without a parser. Part of the fast path.

`code.headers` has the whole grammar. Whatever is not plain here is left to it.
"""

_COMMENT_SIGNS = ("#", "//", "--")
_FIELDS = ("[Task]:", "[From]:", "[Description]:")


def is_plain(text: str, tasks: tuple[str, ...]) -> bool:
    """Tell whether a text opens with a plain header that names only these tasks. False means: look closer."""
    values: dict[str, str] = {}
    previous = ""
    for line in _opening(text.lstrip("\ufeff")):
        field = next((field for field in _FIELDS if line.startswith(field)), "")
        if field in values or (previous == "[Task]:" and not field):  # twice, or the ids may go on
            return False
        if field:
            values[field] = line[len(field) :].strip()
        previous = field
    ids = values.get("[Task]:", "").split(", ")
    return all(values.get(field) for field in _FIELDS) and all(name in tasks for name in ids)


def _opening(text: str) -> list[str]:
    """Return the lines of the module docstring, or of the leading comment block, without their signs."""
    start = text.lstrip()
    if start.startswith('"""'):
        inside, closed, _ = start[3:].partition('"""')
        return [line.strip() for line in inside.splitlines()] if closed and "\\" not in inside else []
    lines: list[str] = []
    for line in start.splitlines():
        sign = next((sign for sign in _COMMENT_SIGNS if line.startswith(sign)), "")
        if not sign:
            break
        lines.append(line[len(sign) :].strip())
    return lines
