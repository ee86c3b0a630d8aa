"""Where the running gate was installed from, so that a workflow takes the same."""

import json
import shlex
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from specward import __version__
from specward.code.git import GitError, git, is_repository

_RECORD = "direct_url.json"
INDEX = f"specward=={__version__}"


def requirement() -> str:
    """Return what pip is asked for, as one word of a POSIX shell.

    Returns:
        The commit of the repository that the gate was installed from (PEP 610), or that the folder is a
        checkout of; else its version in the package index: a folder of this machine is nowhere else.
    """
    record = _record()
    vcs = record.get("vcs_info")
    if isinstance(vcs, dict) and vcs.get("vcs") == "git":
        return _commit(str(record.get("url")), str(vcs.get("commit_id")))
    return _published(_folder(record)) or INDEX


def _commit(address: str, commit: str) -> str:
    return shlex.quote(f"git+{address}@{commit}")


def _record() -> dict[str, object]:
    """Read what the installer has noted; nothing where it came from the index, or was not installed."""
    try:
        text = distribution("specward").read_text(_RECORD)
    except PackageNotFoundError:
        return {}
    noted = json.loads(text) if text else {}
    return noted if isinstance(noted, dict) else {}


def _folder(record: dict[str, object]) -> Path | None:
    """Return the folder that the gate was installed from; none where its files are still worked on."""
    address, noted = urlsplit(str(record.get("url"))), record.get("dir_info")
    is_local = isinstance(noted, dict) and not noted.get("editable") and address.scheme == "file"
    return Path(url2pathname(address.path)) if is_local else None


def _published(folder: Path | None) -> str:
    """Return the commit of a checkout that anybody can have from its origin; empty where nobody can."""
    if folder is None or not is_repository(folder):
        return ""
    try:
        address = git(folder, "remote", "get-url", "origin").decode().strip()
        is_changed = git(folder, "status", "--porcelain")
        is_pushed = git(folder, "branch", "--remotes", "--contains", "HEAD")
        commit = git(folder, "rev-parse", "HEAD").decode().strip()
    except (GitError, UnicodeDecodeError):
        return ""
    # A key is no part of an address that goes into a file.
    is_open = urlsplit(address).scheme == "https" and "@" not in address
    return _commit(address, commit) if is_open and is_pushed and not is_changed else ""
