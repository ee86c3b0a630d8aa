"""The gate's hooks and denials, put into a settings file of Claude Code that is somebody else's."""

import json
from collections.abc import Mapping

from specward.errors import CouldNotRunError
from specward.patterns import pattern
from specward.wiring.servers import SERVERS
from specward.wiring.settings import SETTINGS

_SERVERS = "enabledMcpjsonServers"  # of `.mcp.json`, those that the client starts without asking
_HANDLER = ".claude/hooks/specward.sh"
_INDENT = pattern(r"^\{\r?\n([ \t]+)")
_SURROGATE = pattern("[\ud800-\udfff]")
_Object = dict[str, object]


def merge(text: str, ours: str) -> str:
    """Return a settings file with the gate's own entries added, and everything else as it was.

    Keys, lists and hooks of the person stay, in their order; earlier handlers of the gate are renewed. A file
    that holds everything already is returned to the letter.

    Args:
        text: The file as it is.
        ours: The settings that the gate wants.

    Raises:
        CouldNotRunError: The file is not JSON that could be written back without loss.
    """
    settings, wanted = _read(text), _read(ours)
    merged = {
        **settings,
        "permissions": _denials(settings, wanted),
        "hooks": _hooks(_table(settings, "hooks"), _table(wanted, "hooks")),
        _SERVERS: _union(_list(settings, _SERVERS), _list(wanted, _SERVERS)),
    }
    return text if merged == settings else _write(merged, text)


def merge_servers(text: str, ours: str) -> str:
    """Return a `.mcp.json` with the gate's own server in it, and everything else as it was.

    Args:
        text: The file as it is.
        ours: The servers that the gate wants.

    Raises:
        CouldNotRunError: The file is not JSON that could be written back without loss.
    """
    servers, wanted = _read(text, SERVERS), _read(ours, SERVERS)
    table = {**_table(servers, "mcpServers"), **_table(wanted, "mcpServers")}
    merged = {**servers, "mcpServers": table}
    return text if merged == servers else _write(merged, text)


def _read(text: str, path: str = SETTINGS) -> _Object:
    try:
        settings = json.loads(text, object_pairs_hook=_unique)
        json.dumps(settings, allow_nan=False)
    except RecursionError as error:
        raise _unusable("it is nested too deeply", path) from error
    except ValueError as error:
        raise _unusable(str(error), path) from error
    if not isinstance(settings, dict):
        raise _unusable("it is no object", path)
    return settings


def _unique(pairs: list[tuple[str, object]]) -> _Object:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} stands in it twice")
    return found


def _unusable(reason: str, path: str = SETTINGS) -> CouldNotRunError:
    return CouldNotRunError(f"{path} cannot be added to: {reason}. Mend it, then run `specward init` again.")


def _table(settings: Mapping[str, object], name: str) -> _Object:
    table = settings.get(name, {})
    if not isinstance(table, dict):
        raise _unusable(f"`{name}` is no object")
    return table


def _list(table: Mapping[str, object], name: str) -> list[object]:
    items = table.get(name, [])
    if not isinstance(items, list):
        raise _unusable(f"`{name}` is no list")
    return items


def _denials(settings: _Object, wanted: _Object) -> _Object:
    theirs, ours = _table(settings, "permissions"), _table(wanted, "permissions")
    return {**theirs, "deny": _union(_list(theirs, "deny"), _list(ours, "deny"))}


def _union(theirs: list[object], ours: list[object]) -> list[object]:
    return [*theirs, *(item for item in ours if item not in theirs)]


def _hooks(theirs: _Object, ours: _Object) -> _Object:
    merged = dict(theirs)
    for event, groups in ours.items():
        present = _list(theirs, event)
        wanted = groups if isinstance(groups, list) else []
        if any(group not in present for group in wanted):
            merged[event] = [*(group for each in present for group in _without_gate(each)), *wanted]
    return merged


def _without_gate(group: object) -> list[object]:
    """Take earlier handlers of the gate out of a group; a group of nothing else goes with them."""
    handlers = group.get("hooks") if isinstance(group, dict) else None
    if not isinstance(group, dict) or not isinstance(handlers, list):
        return [group]
    kept = [handler for handler in handlers if _HANDLER not in json.dumps(handler)]
    if len(kept) == len(handlers):
        return [group]
    return [{**group, "hooks": kept}] if kept else []


def _write(settings: _Object, like: str) -> str:
    """Write settings in the manner of a text: its indent, its line ends, its way with other alphabets."""
    found = _INDENT.match(like)
    text = json.dumps(settings, indent=found[1] if found else 2, ensure_ascii=False)
    if like.isascii() or _SURROGATE.search(text):
        text = json.dumps(settings, indent=found[1] if found else 2)
    text += "\n"
    return text.replace("\n", "\r\n") if "\r\n" in like else text
