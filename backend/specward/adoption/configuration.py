"""The settings of the gate, written into a project's own file."""

import json
from pathlib import Path

from specward.adoption.survey import OWN, PROJECT, Survey
from specward.errors import CouldNotRunError
from specward.toml import read_toml


def settings_file(root: Path) -> str:
    """Return where the settings belong: a project's pyproject.toml, else a file of their own."""
    return PROJECT if (root / PROJECT).is_file() else OWN


def add_settings(path: str, text: str, found: Survey) -> str:
    """Return the settings file with what was found, at its end; as it is where it has settings already.

    Raises:
        CouldNotRunError: the file is in a form that cannot be added to.
    """
    if found.is_configured:
        return text
    table = "tool.specward" if path == PROJECT else ""
    block = "\n".join(_lines(found, table)) + "\n"
    gap = "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
    added = gap + block
    whole = text + (added.replace("\n", "\r\n") if "\r\n" in text else added)
    try:
        read_toml(whole)
    except ValueError as error:
        raise CouldNotRunError(
            f"{path} cannot be added to: {error}. Mend it, then run `specward init`."
        ) from error
    return whole


def _lines(found: Survey, table: str) -> list[str]:
    lines = ["# What Specward holds: where the application begins, and where approved tasks may write."]
    lines += [f"[{table}]"] if table else []
    if found.application:
        lines.append(f"app = {_value(found.application.entry)}")
        lines += [f"app_dir = {_value(found.application.folder)}"] if found.application.folder != "." else []
    lines.append(f"territory = {_value([*found.territory])}")
    lines.append(f"tests = {_value([*found.tests])}")
    if found.ownership:
        name = f"{table}.isolation".removeprefix(".")
        lines += ["", f"[{name}]", f"user_table = {_value(found.ownership.table)}"]
    return lines


def _value(value: str | list[str]) -> str:
    """Write a text or a list of texts; TOML's basic strings are JSON's but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
