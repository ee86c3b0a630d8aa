"""Which words bind a session to a task."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.agent.orders import ordered
from tests.client.seed import TASKS, examples

SEED = {example.user: asked for example, asked in zip(examples(), TASKS, strict=True)}


@pytest.mark.parametrize(
    ("prompt", "asked"),
    [
        *SEED.items(),
        ("fix T-203", ("T-203",)),
        ("please do t-203", ("T-203",)),
        ("Can you work on t203?", ("T203",)),
        ("complete T-203, please", ("T-203",)),
        ("I'd like you to tackle T-203", ("T-203",)),
        ("T-203: implement it", ("T-203",)),
        ("Implement tasks t-101 to t-103", ("T-101", "T-102", "T-103")),
        ("Implement 001-auth/t012", ("001-auth/T012",)),
        ("Implement T-203 like T-042 did", ("T-203",)),
        ("Implement T-203, which depends on T-042.", ("T-203",)),
        ("Implement T-203 after T-042. Then add T-204.", ("T-203", "T-204")),
        ("Implement T-101 through T-104 except T-103", ("T-101", "T-102", "T-104")),
        ("Implement T-203 (see T-042)", ("T-203",)),
        ("Do it like T-042 did", ()),
        ("Why did T-042 add a table?", ()),
        ("How do I implement T-042?", ()),
        ("Explain how T-042 was implemented. It builds on T-041.", ()),
        ("Did you finish T-042?", ()),
        ("Do not implement T-042", ()),
        ("Don't fix T-042 now", ()),
        ("Look at backend/t-042.py and fix the page", ()),
        ("Tidy up", ()),
    ],
)
def test_an_order_binds_and_a_mention_does_not(prompt: str, asked: tuple[str, ...]) -> None:
    assert ordered(prompt) == asked


@pytest.mark.parametrize(
    ("prompt", "asked"),
    [
        ("T-203", ("T-203",)),
        ("the notes of t-042", ("T-042",)),
        ("T-203, the way T-042 was done", ("T-203",)),
        *SEED.items(),
    ],
)
def test_the_engineer_takes_a_plain_mention_for_an_order(prompt: str, asked: tuple[str, ...]) -> None:
    assert ordered(prompt, always=True) == asked


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert set(ordered(text)) <= set(ordered(text, always=True))
