"""A repository as teams have it before they adopt the gate: the shape of the full-stack FastAPI template."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.specward.repository import make_repository

SPECWARD = Path(sys.prefix, "bin", "specward")
OWN_SETTINGS = {
    "model": "opus",
    "permissions": {"allow": ["Bash(npm run lint)"], "deny": ["Read(./.env)"]},
    "hooks": {
        "PostToolUse": [
            {"matcher": "Write|Edit", "hooks": [{"type": "command", "command": "touch formatted"}]}
        ],
        "Notification": [{"hooks": [{"type": "command", "command": "true"}]}],
    },
}
PRE_COMMIT = """\
# Our hooks
repos:
  - repo: local
    hooks:
      - id: lint   # fast
        name: lint
        entry: npm run lint
        language: system

ci:
  autofix_prs: false
"""
FILES = {
    ".claude/settings.json": json.dumps(OWN_SETTINGS, indent=4) + "\n",
    ".pre-commit-config.yaml": PRE_COMMIT,
    ".python-version": "3.14\n",
    "CLAUDE.md": "# House rules\n\nUse tabs.\n",
    "pyproject.toml": '[tool.uv.workspace]\nmembers = ["backend"]\n',
    "backend/pyproject.toml": (
        '[project]\nname = "app"\nversion = "0.1.0"\n\n[tool.fastapi]\nentrypoint = "app.main:app"\n\n'
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    ),
    "backend/app/__init__.py": "",
    "backend/app/main.py": (
        "from fastapi import FastAPI\n\nfrom app.api.main import router\n\n"
        "app = FastAPI()\napp.include_router(router)\n"
    ),
    "backend/app/api/__init__.py": "",
    "backend/app/api/main.py": "from fastapi import APIRouter\n\nrouter = APIRouter()\n",
    "backend/app/models.py": (
        "from sqlmodel import Field, SQLModel\n\n\n"
        "class User(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n\n\n"
        "class Item(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"
        '    owner_id: int = Field(foreign_key="user.id")\n'
    ),
    "backend/tests/test_items.py": "",
    "frontend/index.ts": "export {}\n",
}


def make_template(folder: Path, **files: str) -> Path:
    """Make the repository; `files` come on top, by their path."""
    return make_repository(folder, {**FILES, **files})


def specward(root: Path, *arguments: str, code: int = 0, program: Path = SPECWARD) -> str:
    """Run the command line in a repository, and return what it says."""
    done = subprocess.run(
        [str(program), *arguments],
        cwd=root,
        env={"PATH": os.environ["PATH"], "HOME": str(root), "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def tree(root: Path) -> dict[str, bytes]:
    """Every file of a repository but git's own, by its path."""
    files = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
