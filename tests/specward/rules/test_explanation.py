"""What `explain` makes of a rule's examples: what differs, with its circumstances, and once what does not."""

import pytest

from specward.rules.explanation import explanation
from specward.rules.registry import Entry, entries

LONGEST = 180  # lines; a person is to find the difference on a screen or two


def told(code: str) -> str:
    return explanation(next(entry for entry in entries() if entry.code == code))


def between(text: str, start: str, end: str) -> str:
    return text.partition(f"\n{start}")[2].partition(f"\n{end}")[0]


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.code)
def test_the_two_examples_are_told_apart(entry: Entry) -> None:
    text = explanation(entry)
    bad = between(text, "Reported", "Not reported")
    good = between(text, "Not reported", "To suppress a finding").partition("\nBoth examples also have:")[0]
    assert bad.strip() != good.strip()
    assert "\n    " in bad
    assert "\n    " in good
    assert text.count("\n") < LONGEST


def test_a_file_that_both_have_is_shown_once_and_last() -> None:
    text = told("SW601")
    assert text.count("class Order(SQLModel, table=True)") == 1
    assert (
        text.index("\nNot reported:\n")
        < text.index("\nBoth examples also have:\n")
        < text.index("class Order(")
    )


def test_a_long_file_is_shown_where_it_differs() -> None:
    bad = between(told("SW905"), "Reported", "Not reported")
    assert '"matcher": "Write|Edit",' in bad
    assert "    │ …" in bad
    assert "ConfigChange" not in bad


def test_what_no_file_shows_is_said() -> None:
    assert "\nReported, with no task approved:\n" in told("SW201")
    assert "\nNot reported, with T-001 approved:\n\n    The files are the same.\n" in told("SW201")
    assert "\nReported, with T-001 approved by the change itself:\n" in told("SW203")
    assert "\nReported, in work on T-002:\n" in told("SW110")


def test_a_change_is_shown_as_one() -> None:
    routes = "    backend/app/orders/routes.py"
    assert f"{routes}, before the change\n" in told("SW110")
    assert f"{routes}, unchanged\n" in told("SW301")
    assert f"{routes}, new\n" in told("SW203")
    assert f"{routes}\n" in told("SW101")


def test_an_example_may_be_wrong_by_what_it_lacks() -> None:
    assert "\nReported:\n\n    Only the files below, which both examples have.\n\nNot reported:\n" in told(
        "SW801"
    )


def test_it_ends_with_the_ways_to_do_without() -> None:
    assert '`ignore = ["SW901"]` under [tool.specward]' in told("SW901").splitlines()[-1]
