"""Where the running gate was installed from, so that a workflow takes the same."""

import json
import shlex
from importlib.metadata import PackageNotFoundError, distribution

from specward import __version__

_RECORD = "direct_url.json"


def requirement() -> str:
    """Return what pip is asked for, as one word of a POSIX shell.

    Returns:
        The commit of the repository that the gate was installed from (PEP 610); else its version in the
        package index: a folder of this machine is nowhere else.
    """
    record = _record()
    vcs = record.get("vcs_info")
    if isinstance(vcs, dict) and vcs.get("vcs") == "git":
        return shlex.quote(f"git+{record.get('url')}@{vcs.get('commit_id')}")
    return f"specward=={__version__}"


def _record() -> dict[str, object]:
    """Read what the installer has noted; nothing where it came from the index, or was not installed."""
    try:
        text = distribution("specward").read_text(_RECORD)
    except PackageNotFoundError:
        return {}
    noted = json.loads(text) if text else {}
    return noted if isinstance(noted, dict) else {}
