"""The rules of the engineer's prompt: each is recognised where it is stated, and missed where it is not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.wiring.agents import read_agent
from specward.wiring.blocks import statements
from specward.wiring.seed import SEED_RULES, SeedRule, missing_rules

PROMPT = read_agent("seed.md", (Path(__file__).parent / "seed.md").read_text(encoding="utf-8")).head.body
STATEMENTS = statements(PROMPT)
LEADS = (  # what only opens a list
    "Failure Mode Protocol You MUST STOP and request clarification when:",
    "Failure Mode Protocol When stopping, clearly state:",
    "Response Format When implementing tasks:",
)


def test_the_prompt_that_states_the_rules_misses_none() -> None:
    assert missing_rules(STATEMENTS) == ()


def test_a_prompt_names_the_territory_of_its_project() -> None:
    own = statements("- All work lies in `src/**`, `alembic/**` and nowhere else.")
    assert [rule.states for rule in missing_rules(STATEMENTS, ("src/**",))] == ["that work lies in src/**"]
    assert missing_rules((*STATEMENTS, *own), ("src/**", "alembic/**")) == ()


@pytest.mark.parametrize("statement", [item for item in STATEMENTS if item not in LEADS])
def test_every_statement_of_the_prompt_has_its_rule(statement: str) -> None:
    assert any(rule.held_by(statement) for rule in SEED_RULES)


@pytest.mark.parametrize("rule", SEED_RULES, ids=lambda rule: rule.states)
def test_a_rule_is_missed_when_nothing_states_it(rule: SeedRule) -> None:
    others = [statement for statement in STATEMENTS if not rule.held_by(statement)]
    assert rule in missing_rules(others)


@pytest.mark.parametrize("rule", SEED_RULES, ids=lambda rule: rule.states)
def test_a_rule_is_recognised_in_any_case(rule: SeedRule) -> None:
    held = [statement for statement in STATEMENTS if rule.held_by(statement)]
    assert held
    assert all(rule.held_by(statement.upper()) for statement in held)


def test_words_scattered_over_the_prompt_are_no_rule() -> None:
    scattered = " ".join(STATEMENTS).split()
    assert len(missing_rules(scattered)) > len(SEED_RULES) / 2


def test_statements_stand_under_their_headings_and_leads() -> None:
    text = (
        "# A\n\nOne\ntwo.\n\n## B\n\nWhen:\n\n1. x\n   y\n2. z\n\n"
        "```\n# no heading\n\nin\n```\n\n## C\n| r |\n"
    )
    assert statements(text) == (
        "A One two.",
        "A B When:",
        "A B When: 1. x y",
        "A B When: 2. z",
        "A B When: # no heading in",
        "A C | r |",
    )


@given(st.text(alphabet="#-* \n`|:1.ab✅"))
def test_no_text_is_lost_and_none_raises(text: str) -> None:
    kept = " ".join(statements(text))
    for letter in "ab✅":
        assert (letter in kept) or letter not in text or "#" in text or "`" in text


@given(st.binary())
def test_any_bytes_are_read(data: bytes) -> None:
    missing_rules(statements(data.decode(errors="replace")))
