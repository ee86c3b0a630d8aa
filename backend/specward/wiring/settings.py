"""`.claude/settings.json` and its local companion, read leniently: a misplaced value ends nothing."""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

SETTINGS = ".claude/settings.json"
LOCAL_SETTINGS = ".claude/settings.local.json"

_TYPES = frozenset({"command", "http", "mcp_tool", "prompt", "agent"})


class Handler(NamedTuple):
    """One hook: what runs when."""

    event: str
    matcher: str
    type: str
    command: str
    arguments: tuple[str, ...] | None  # given: run without a shell, element by element
    blocks_on_failure: bool
    asynchronous: bool
    condition: str  # `if`: one permission rule, best effort

    @property
    def is_gate(self) -> bool:
        """Whether it runs Specward."""
        return "specward" in " ".join((self.command, *(self.arguments or ()))).lower()


class Settings(NamedTuple):
    """What one settings file says, as far as the gate depends on it."""

    path: str
    present: bool = False
    defect: str = ""  # why the client ignores the whole file; empty when it does not
    all_hooks_off: bool = False
    handlers: tuple[Handler, ...] = ()
    malformed: tuple[str, ...] = ()  # entries that the client passes over, each told in a sentence
    allowed: tuple[str, ...] = ()  # permission rules
    default_mode: str = ""
    environment: Mapping[str, str] = {}
    plugins: tuple[str, ...] = ()  # enabled, as `name@marketplace`
    servers_off: tuple[str, ...] = ()  # tool servers of `.mcp.json` that are not started


def read_settings(path: str, data: bytes | None) -> Settings:
    """Read one settings file. Never raises.

    Args:
        path: relative to the repository root.
        data: its content; None where there is no such file.
    """
    if data is None:
        return Settings(path)
    try:
        loaded = json.loads(data.decode())
    except UnicodeDecodeError as error:
        return Settings(path, present=True, defect=f"byte {error.start} is not UTF-8")
    except json.JSONDecodeError as error:
        return Settings(path, present=True, defect=f"line {error.lineno}: {error.msg}")
    except (ValueError, RecursionError):
        return Settings(
            path, present=True, defect="it is nested too deeply, or has a number too long to read"
        )
    if not isinstance(loaded, dict):
        return Settings(path, present=True, defect="it is not an object")
    hooks, permissions = loaded.get("hooks"), _object(loaded.get("permissions"))
    read = [*_handlers(hooks)]
    return Settings(
        path,
        present=True,
        all_hooks_off=loaded.get("disableAllHooks") is True,
        handlers=tuple(item for item in read if isinstance(item, Handler)),
        malformed=tuple(item for item in read if isinstance(item, str)),
        allowed=tuple(rule for rule in _list(permissions.get("allow")) if isinstance(rule, str)),
        default_mode=_text(permissions.get("defaultMode")),
        environment={key: str(value) for key, value in _object(loaded.get("env")).items()},
        plugins=tuple(name for name, on in _object(loaded.get("enabledPlugins")).items() if on is True),
        servers_off=tuple(map(str, _list(loaded.get("disabledMcpjsonServers")))),
    )


def _handlers(hooks: object) -> Iterator[Handler | str]:
    """Give every handler, and a sentence for every entry that is none."""
    if hooks is None:
        return
    if not isinstance(hooks, dict):
        yield "`hooks` is not an object of events."
        return
    for event, groups in hooks.items():
        if not isinstance(groups, list):
            yield f"`{event}` does not hold a list."
            continue
        for group in groups:
            if not isinstance(group, dict) or not isinstance(group.get("hooks"), list):
                yield f"An entry of `{event}` has no list `hooks`."
                continue
            yield from (_handler(event, _text(group.get("matcher")), item) for item in group["hooks"])


def _handler(event: str, matcher: str, item: object) -> Handler | str:
    if not isinstance(item, dict) or item.get("type") not in _TYPES:
        return f"A hook of `{event}` has no `type` that the client knows."
    arguments = item.get("args")
    if item["type"] == "command" and not _text(item.get("command")):
        return f"A hook of `{event}` has no `command`."
    if arguments is not None and not (
        isinstance(arguments, list) and all(isinstance(a, str) for a in arguments)
    ):
        return f"`args` of a hook of `{event}` is not a list of strings."
    return Handler(
        event=event,
        matcher=matcher,
        type=item["type"],
        command=_text(item.get("command")) or _text(item.get("url")),
        arguments=None if arguments is None else tuple(arguments),
        blocks_on_failure=item.get("onFailure") == "block",
        asynchronous=item.get("async") is True or item.get("asyncRewake") is True,
        condition=_text(item.get("if")),
    )


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
