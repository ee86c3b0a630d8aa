"""Code that a file runs and that stands in no file that anybody reads."""

import pytest

from specward.code.unseen import Unseen, parse_unseen


def found(text: str) -> list[tuple[str, int]]:
    return [(item.name, item.line) for item in parse_unseen(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("exec(open('x').read())", "exec"),
        ("class A:\n    def f(self):\n        return eval(self.x)", "eval"),
        ("import builtins\nbuiltins.exec(x)", "builtins.exec"),
        ("run = exec", "exec"),
        ("list(map(eval, lines))", "eval"),
        ("import runpy\nrunpy.run_path('x.txt')", "runpy.run_path"),
        ("from runpy import run_module as r\nr('x')", "runpy.run_module"),
        ("import importlib\nimportlib.import_module(name)", "importlib.import_module"),
        ("from importlib import import_module\nimport_module(f'{a}.b')", "importlib.import_module"),
        ("from importlib import import_module\nlist(map(import_module, names))", "importlib.import_module"),
        ("__import__(name)", "__import__"),
        ("import types\ntypes.FunctionType(code, globals())", "types.FunctionType"),
        (
            "from importlib.machinery import SourceFileLoader as L\nL('a', 'b')",
            "importlib.machinery.SourceFileLoader",
        ),
        (
            "import importlib.util as u\nu.spec_from_file_location('a', 'b')",
            "importlib.util.spec_from_file_location",
        ),
        ("import pickle\npickle.loads(data)", "pickle.loads"),
        ("def f():\n    from marshal import load\n    return load(file)", "marshal.load"),
        ("import joblib\nmodel = joblib.load(path)", "joblib.load"),
        ("import shelve\nwith shelve.open(path) as rows: pass", "shelve.open"),
        ("import pandas as pd\npd.read_pickle(path)", "pandas.read_pickle"),
        ("import yaml\nyaml.load(text, Loader=yaml.UnsafeLoader)", "yaml.UnsafeLoader"),
        ("import builtins\nrun = getattr(builtins, name)", "builtins"),
        ("import builtins\nrun = vars(builtins)[name]", "builtins"),
        ("import builtins as b\nrun = b.__dict__[name]", "builtins"),
        ("run = __builtins__[name]", "__builtins__"),
        ("run = globals()['__builtins__']", "__builtins__"),
        ("type X = int\nexec(x)", "exec"),
        ("import importlib\ngetattr(importlib, 'import_' + 'module')(x)", "importlib"),
        ("import pickle as p\ngetattr(p, 'loads')(x)", "pickle"),
        ("import pickle\ncache = Cache(serializer=pickle)", "pickle"),
        ("from pickle import *", "pickle"),
        ("import _pickle\n_pickle.loads(x)", "_pickle.loads"),
        ("import os\ngetattr(os, 'sys' + 'tem')('ls')", "getattr on os"),
        ("import subprocess as s\ngetattr(s, name)('ls')", "getattr on subprocess"),
        ("import os\nvars(os)[name]('ls')", "vars on os"),
        ("import os\nos.__dict__[name]('ls')", "os.__dict__"),
        ("import sys\nsys.modules['built' + 'ins']", "sys.modules"),
        ("from sys import modules\nmodules[f'{a}s']", "sys.modules"),
        ("print.__self__.exec(x)", "print.__self__"),
        ("f.__globals__[a + b](x)", "__globals__"),
        ("().__class__.__base__.__subclasses__()", "__subclasses__"),
        ("x.__class__.__mro__[1].__subclasses__()", "__subclasses__"),
        ("object.__subclasses__()", "__subclasses__"),
        ("f.__code__ = g", "__code__"),
        ("f.__code__ = f.__code__.replace(co_code=x)", "__code__"),
        ("setattr(f, '__code__', g)", "__code__"),
        ("import subprocess, sys\nsubprocess.run([sys.executable, '-c', x])", "sys.executable -c"),
        ("import pkgutil\npkgutil.resolve_name(x)", "pkgutil.resolve_name"),
        ("from pydoc import locate\nlocate(x)", "pydoc.locate"),
        ("import code\ncode.InteractiveInterpreter().runsource(x)", "code.InteractiveInterpreter"),
        ("import ctypes\nctypes.CDLL(x)", "ctypes.CDLL"),
        ("import zipimport\nzipimport.zipimporter(x)", "zipimport.zipimporter"),
        ("import site\nsite.addsitedir(x)", "site.addsitedir"),
        ("from sqlalchemy import PickleType\nc = Column(PickleType)", "sqlalchemy.PickleType"),
        ("import sqlalchemy as sa\nc = sa.Column(sa.PickleType())", "sqlalchemy.PickleType"),
        ("import numpy as np\nnp.load(x, allow_pickle=True)", "numpy.load"),
        ("import torch\ntorch.load(x)", "torch.load"),
        ("from pydantic import ImportString\nclass S:\n    run: ImportString", "pydantic.ImportString"),
        ("import yaml\nyaml.load(x, Loader=yaml.Loader)", "yaml.Loader"),
    ],
)
def test_what_runs_unread_code_is_found(text: str, name: str) -> None:
    assert (name, text.count("\n") + 1) in found(f"{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "session.exec(select(Item))",
        "model.eval()",
        "def exec(x):\n    return x\nexec(1)",
        "from app.db import exec\nexec(1)",
        "def f(eval):\n    return eval(1)",
        "import importlib\nimportlib.import_module('app.models')",
        "import importlib\nimportlib.import_module(name='app.models')",
        "import importlib\nimportlib.import_module(f'app.{name}')",
        "import importlib\nimportlib.import_module('app.models.' + name)",
        "import importlib\nimportlib.import_module('.' + name, package=__package__)",
        "__import__('app.models')",
        "import types\nisinstance(x, types.FunctionType)",
        "import pickle\npickle.dumps(data)",
        "import yaml\nyaml.safe_load(text)",
        "import builtins\nbuiltins.print(text)",
        "import re\nre.compile('x')",
        "x = 'exec(y)'  # eval(z)",
        "exec(",
        "import logging\ngetattr(logging, level.upper())",
        "import os\ngetattr(os, 'O_BINARY', 0)\nos.environ['A']",
        "import sys\nsys.modules[__name__]\nsys.modules['app.models']\nsys.modules.get(name)",
        "def f(pickle):\n    return getattr(pickle, name)",
        "kinds = Plugin.__subclasses__()",
        "import sys\nrun([sys.executable, '-m', 'alembic'])",
        "f.__code__.co_firstlineno",
        "code = 'a'\nsite = code\nhandler = session.__self__",
        "import pkgutil\npkgutil.iter_modules(path)",
        "import numpy as np\nnp.load(x)",
        "import torch\ntorch.load(x, weights_only=True)",
        "from sqlalchemy import PickleType\nimport json\nc = Column(PickleType(pickler=json))",
        "import importlib.metadata\nimportlib.metadata.version('app')",
        "import importlib.util\nimportlib.util.find_spec('app')",
    ],
)
def test_what_runs_no_unread_code_is_left_alone(text: str) -> None:
    assert found(f"{text}\n") == []


def test_depth_is_no_hiding_place() -> None:
    deep = "(" * 150 + "exec(x)" + ",)" * 150
    long = " + ".join(["a"] * 800)
    assert found(f"y = {deep}\nz = {long}\n__import__({long})\n") == [("exec", 1), ("__import__", 3)]


def test_each_has_its_place() -> None:
    assert parse_unseen("a = 1; eval(eval(b))\n") == (Unseen(1, 8, "eval"), Unseen(1, 13, "eval"))
