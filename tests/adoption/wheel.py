"""The gate's own wheel in an environment that holds nothing else, made without a network."""

import re
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[2]


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this repository with the locked hatchling."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, environment: Path) -> None:
    """Make an environment, and install the wheel there with the distributions that it names.

    Those are copied from the environment of the tests, which the lock has filled.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    (site,) = environment.glob("lib/python3*/site-packages")
    with ZipFile(wheel) as archive:
        archive.extractall(site)
    script = environment / "bin/specward"
    python = environment / "bin/python"
    # A path with a space fits no first line; installers go by way of the shell, and so does this.
    start = f"#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\n"
    script.write_text(f"{start}from specward.cli import main\n\nmain()\n", encoding="utf-8")
    script.chmod(0o755)
    (metadata,) = site.glob("specward-*.dist-info/METADATA")
    for name in _required(metadata.read_text(encoding="utf-8")):
        copy(name, site)


def copy(name: str, site: Path) -> None:
    """Copy a distribution of the tests' environment, with those that it requires, into another one."""
    _copy(name, site, set())


def _required(metadata: str) -> list[str]:
    lines = re.findall(r"^Requires-Dist: ([\w.-]+)([^\n]*)$", metadata, re.MULTILINE)
    return [name for name, rest in lines if "extra ==" not in rest]


def _copy(name: str, site: Path, done: set[str]) -> None:
    if name.lower() in done:
        return
    done.add(name.lower())
    found = distribution(name)
    for file in found.files or ():
        source = Path(str(found.locate_file(file)))
        if ".." not in file.parts and source.is_file():
            (site / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, site / file)
    for required in found.requires or ():
        if ";" not in required:
            _copy(re.split(r"[^\w.-]", required)[0], site, done)
