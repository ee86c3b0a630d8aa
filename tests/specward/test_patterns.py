"""Patterns are compiled when first used, and every one of the gate's can be."""

import pkgutil
import re
from importlib import import_module

import pytest

import specward
from specward.patterns import pattern

SCRIPTS = ("__main__", "hook", "worker", "probe", "supervise")


def test_pattern_does_what_a_compiled_one_does() -> None:
    word, raw = pattern(r"(?P<first>a)b", re.IGNORECASE), pattern(rb"a+")
    assert word.sub("-", "xAByab") == "x-y-"
    assert [match["first"] for match in word.finditer("ab AB")] == ["a", "A"]
    assert word.pattern == r"(?P<first>a)b"
    assert raw.findall(b"aabaa") == [b"aa", b"aa"]


def test_mistake_shows_at_first_use_and_not_before() -> None:
    broken = pattern("(")
    with pytest.raises(re.error):
        broken.search("")


def test_every_pattern_of_the_gate_compiles() -> None:
    names = (found.name for found in pkgutil.walk_packages(specward.__path__, "specward."))
    modules = [import_module(name) for name in names if not name.endswith(SCRIPTS)]
    found = [value for module in modules for value in vars(module).values() if _is_lazy(value)]
    assert len(found) > 200
    assert all(isinstance(item.pattern, str | bytes) for item in found)


def _is_lazy(value: object) -> bool:
    return isinstance(value, type(pattern("")))
