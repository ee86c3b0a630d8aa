"""What may change in pyproject.toml."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.agent.dependencies import refusal

BEFORE = """
[project]
name = "x"
dependencies = ["fastapi==1"]

[dependency-groups]
dev = ["pytest"]

[tool.specward]
territory = "backend/app/**"
"""


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"fastapi==1"]', '"fastapi==1", "Pwd.Lib>=2"]', ""),
        ('"pytest"]', '"pytest", "pwd_lib[argon2]==3"]', ""),
        ('"fastapi==1"]', '"fastapi==1", "other"]', "other"),
        ('"fastapi==1"]', '"fastapi==1", "pwdlib @ file:///x"]', "pwdlib @ file:///x"),
        ('"fastapi==1"]', '"fastapi==2"]', "fastapi==1, fastapi==2"),
        ('"fastapi==1"]', "]", "fastapi==1"),
        ('"backend/app/**"', '"**"', "Only the lists"),
        ('name = "x"', 'name = "y"', "Only the lists"),
        ("[project]", "[project", "not be valid TOML"),
    ],
)
def test_only_permitted_distributions_are_added(old: str, new: str, why: str) -> None:
    said = refusal(BEFORE, BEFORE.replace(old, new), ("pwd-lib", "pwdlib"))
    assert why in said
    assert bool(said) == bool(why)


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert refusal(BEFORE, text, ())
