"""Which files steer the tools that judge and run the code: each goes by the nearest it finds.

A permit for a folder is none for these: a person who wants one changed by a task names that very path. This
module imports nothing, so that the hook before every tool call can afford it.

Not among them is conftest.py: its hooks may reach all tests of a run, but so may any test module when it is
imported, and no verdict rests on what tests say. Nor is `*.pth`: Python reads those of an environment alone,
which no session writes, and SW608 sees the code that would make a folder one.
"""

FOLDERS = frozenset({".git", ".claude"})  # git and the client go by what is in them
INSTRUCTIONS = frozenset({"claude.md", "claude.local.md", "agents.md"})  # clients read them
SETTINGS = frozenset({
    ".bandit", ".coveragerc", ".flake8", ".gitattributes", ".gitlab-ci.yml", ".importlinter", ".mypy.ini",
    ".pre-commit-config.yaml", ".pylintrc", ".pytest.ini", ".pytest.toml", ".ruff.toml", "mypy.ini",
    "pylintrc", "pyproject.toml", "pyrightconfig.json", "pytest.ini", "pytest.toml", "ruff.toml", "setup.cfg",
    "sitecustomize.py", "tox.ini", "ty.toml", "usercustomize.py",  # Python runs two of these unasked
})  # fmt: skip


def is_settings(path: str) -> bool:
    """Tell whether a file, by its name in any case of letters, sets what tools and Python itself go by."""
    return _name(path) in SETTINGS


def is_in_steering_folder(path: str) -> bool:
    """Tell whether a path lies in a folder that steers git or the client."""
    return not FOLDERS.isdisjoint(path.casefold().split("/"))


def steers(path: str) -> bool:
    """Tell whether a path steers agents, tools or tests."""
    return is_settings(path) or _name(path) in INSTRUCTIONS or is_in_steering_folder(path)


def _name(path: str) -> str:
    return path.rpartition("/")[2].casefold()
