"""Random edits to projects of several files: what is kept says after each what a fresh run says."""

import random
import re
from pathlib import Path

import pytest
from bench.isolation.corpus import load

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.judging.judge import Alone
from specward.code.dataflow.judging.recall import Memory
from specward.code.dataflow.owners.schema import Options

SEEDS = 6
EDITS = 4
CASES = load()

Files = dict[str, str]


class Edits:
    """Edits of a project, chosen by a seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 -- the same edits each time
        self.files = self._project(2)
        self.other = self._project(3)

    def next(self) -> Files:
        """Edit one file."""
        if not self.files:
            self.files = dict(self.other)
        kinds = [
            self._delete,
            self._swap,
            self._move,
            self._take,
            self._rename,
            self._unbind,
            self._import,
            self._shadow,
            self._derive,
            self._depend,
            self._break,
            self._bind_in_package,
        ]
        path, other = self.chance.choice(sorted(self.files)), self.chance.choice(sorted(self.files))
        self.chance.choice(kinds)(path, other)
        return dict(self.files)

    def _project(self, cases: int) -> Files:
        files: Files = {}
        for case in self.chance.sample(CASES, cases):
            files |= self.chance.choice([case.vulnerable, case.fixed])
        return files

    def _name(self) -> str:
        names = re.finditer(r"(?:def|class) (\w+)", "\n".join(self.files.values()))
        return self.chance.choice([name.group(1) for name in names] or ["x"])

    def _delete(self, path: str, _: str) -> None:
        del self.files[path]

    def _swap(self, path: str, other: str) -> None:
        self.files[path], self.files[other] = self.files[other], self.files[path]

    def _move(self, path: str, other: str) -> None:
        text = self.files.pop(path)
        self.files[self.chance.choice([path.replace(".py", "/__init__.py"), f"lib/{path}", other])] = text

    def _take(self, _path: str, _other: str) -> None:
        path = self.chance.choice(sorted(self.other))
        self.files[path] = self.other[path]

    def _rename(self, path: str, _: str) -> None:
        self.files[path] = re.sub(rf"\b{self._name()}\b", self._name(), self.files[path])

    def _unbind(self, path: str, _: str) -> None:
        bound = r",\s*\w+\.(owner|user|author)_id == [\w.]+|\.(where|filter)\([^()]*\)"
        self.files[path] = re.sub(bound, "", self.files[path], count=1)

    def _import(self, path: str, other: str) -> None:
        what = self.chance.choice(["*", self._name(), f"{self._name()} as {self._name()}"])
        line = f"\nfrom {_module(other)} import {what}\n"
        self.files[path] = self.chance.choice([line + self.files[path], self.files[path] + line])

    def _shadow(self, path: str, _: str) -> None:
        self.files[path] += f"\n{self._name()} = {self.chance.choice(['None', self._name()])}\n"

    def _derive(self, path: str, other: str) -> None:
        base, method = self._name(), self._name()
        body = self.chance.choice(["...", "return None", "return args[0]"])
        self.files[path] += f"\nfrom {_module(other)} import {base}\nclass Derived({base}):\n"
        self.files[path] += f"    def {method}(self, *args):\n        {body}\n"

    def _depend(self, path: str, _: str) -> None:
        router = f"APIRouter(dependencies=[Depends({self._name()})], "
        self.files[path] = self.files[path].replace("APIRouter(", router, 1)

    def _break(self, path: str, _: str) -> None:
        self.files[path] += "\ndef (:\n"

    def _bind_in_package(self, path: str, _: str) -> None:
        folder, _, name = path.rpartition("/")
        text = self.chance.choice(
            ["", f"from .{name.removesuffix('.py')} import *\n", f"{self._name()} = None\n"]
        )
        self.files[f"{folder or 'app'}/__init__.py"] = text


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_is_kept_is_what_is_found_afresh(tmp_path: Path, seed: int) -> None:
    edits = Edits(seed)
    for _ in range(EDITS):
        files = edits.next()
        memory = Memory.open(tmp_path, "test")
        assert analyse_files(files, Options(), Alone(), memory) == analyse_files(files, Options())
        memory.save(whole=True)
