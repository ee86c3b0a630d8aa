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
    ],
)
def test_what_runs_unread_code_is_found(text: str, name: str) -> None:
    assert found(f"{text}\n") == [(name, text.count("\n") + 1)]


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
