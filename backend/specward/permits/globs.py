"""Path patterns. This module imports nothing, so that the hook before every tool call can afford it.

`*` and `?` stay inside one name, `**` as a whole name stands for any number of folders, and at the end for
everything in a folder. All else is literal. A pattern names files from the repository root, written with `/`.
"""

_ODD = frozenset({"", ".", ".."})  # no plain path has such a name in it


def matches(pattern: str, path: str) -> bool:
    """Tell whether a path fits a pattern. A path that is not plain (`..`, `//`, absolute) fits none."""
    return is_plain(path) and _fits(pattern, path)


def matches_any(patterns: list[str] | tuple[str, ...], path: str) -> bool:
    """Tell whether a path fits one of several patterns."""
    return is_plain(path) and any(_fits(pattern, path) for pattern in patterns)


def within(inner: str, outer: str) -> bool:
    """Tell whether every path that fits `inner` is sure to fit `outer`. What is hard to know is not."""
    if inner == outer:
        return True
    if is_literal(inner):
        return matches(outer, inner)
    if not outer.endswith("/**") or not is_literal(outer[:-3]):
        return outer == "**"
    return inner.startswith(outer[:-2])


def is_literal(pattern: str) -> bool:
    """Tell whether a pattern names one path only."""
    return "*" not in pattern and "?" not in pattern


def is_plain(path: str) -> bool:
    """Tell whether a path is written in the one way that leaves no doubt which file it means."""
    return "\\" not in path and "\0" not in path and _ODD.isdisjoint(path.split("/"))


def _fits(pattern: str, path: str) -> bool:
    """Match a plain path. Most patterns name a file or a folder, here or anywhere: these need but a look."""
    if is_literal(pattern):
        return path == pattern
    anywhere, name = pattern.startswith("**/"), pattern.removeprefix("**/")
    if name.endswith("/**") and is_literal(name[:-3]):
        return f"/{name[:-2]}" in f"/{path}" if anywhere else path.startswith(name[:-2])
    if anywhere and "/" not in name and name != "**":
        return _name(name, path.rpartition("/")[2])
    return _names(_split(pattern), path.split("/"))


def _split(pattern: str) -> list[str]:
    names = pattern.split("/")
    return [*names, "*"] if names[-1] == "**" else names


def _names(pattern: list[str], names: list[str]) -> bool:
    """Match name by name. On a mismatch the last `**` takes one name more; so it is quadratic at worst."""
    here = there = 0
    star, taken = -1, 0
    while there < len(names):
        if here < len(pattern) and pattern[here] == "**":
            star, taken = here, there
            here += 1
        elif here < len(pattern) and _name(pattern[here], names[there]):
            here, there = here + 1, there + 1
        elif star >= 0:
            taken += 1
            here, there = star + 1, taken
        else:
            return False
    return all(name == "**" for name in pattern[here:])


def _name(pattern: str, name: str) -> bool:
    """Match one name. Nearly all patterns have one `*` at most; else character by character, as above."""
    if "?" not in pattern and pattern.count("*") <= 1:
        head, wild, tail = pattern.partition("*")
        fits = name.startswith(head) and name.endswith(tail) and len(name) >= len(head) + len(tail)
        return fits if wild else name == pattern
    here = there = 0
    star, taken = -1, 0
    while there < len(name):
        if here < len(pattern) and pattern[here] == "*":
            star, taken = here, there
            here += 1
        elif here < len(pattern) and pattern[here] in ("?", name[there]):
            here, there = here + 1, there + 1
        elif star >= 0:
            taken += 1
            here, there = star + 1, taken
        else:
            return False
    return not pattern[here:].strip("*")
