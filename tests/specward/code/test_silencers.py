"""Comments that keep the tools quiet: which there are, and which of them say enough."""

import pytest

from specward.code.silencers import Silencer, parse_silencers


def found(text: str) -> list[tuple[str, str, bool]]:
    return [(item.tool, item.text, item.blanket) for item in parse_silencers(text)]


@pytest.mark.parametrize(
    ("comment", "tool"),
    [
        ("# noqa", "lint"),
        ("#NOQA", "lint"),
        ("# noqa -- with a reason", "lint"),
        ("# ruff: noqa", "lint"),
        ("# flake8: noqa", "lint"),
        ("# ruff: disable", "lint"),
        ("# pylint: skip-file", "lint"),
        ("# pylint: disable=all", "lint"),
        ("# type: ignore", "types"),
        ("# type:ignore", "types"),
        ("# pyright: ignore", "types"),
        ("# pyright: basic", "types"),
        ("# ty: ignore", "types"),
        ("# mypy: ignore-errors", "types"),
        ("# mypy: ignore_errors=True", "types"),
    ],
)
def test_what_silences_everything_does_not_pass_with_any_reason(comment: str, tool: str) -> None:
    for text in (f"x = 1  {comment}\n", f"# the reason\nx = 1  {comment}\n"):
        assert [(item[0], item[2]) for item in found(text)] == [(tool, True)]


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: S603",
        "# noqa:S603,S607",
        "# noqa: S603 S607",
        "# noqa: S603 --",
        "# ruff: noqa: SLF001",
        "# ruff: disable[E501]",
        "# pylint: disable=no-member",
        "# type: ignore[arg-type]",
        "# type: ignore[arg-type, misc] #",
        "# pyright: ignore[reportCall]",
        "# pyright: reportCall=false",
        "# ty: ignore[unresolved-import]",
        "# mypy: disable-error-code=misc",
    ],
)
def test_what_names_a_code_needs_a_reason(comment: str) -> None:
    assert [(text, blanket) for _, text, blanket in found(f"x = 1  {comment}\n")] == [
        (comment.rstrip(" -#"), False)
    ]
    assert found(f"# the reason\nx = 1  {comment}\n") == []
    assert found(f"x = 1  # the reason {comment}\n") == []


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: S603 -- the project's own tool",
        "# noqa: S603 (the project's own tool)",
        "# noqa: S603, S607  # the project's own tool",
        "# type: ignore[arg-type]  # checked above",
        "# type: ignore[arg-type]  # noqa: E501 -- checked above",
        "# type: list[int]",
        "# the noqa of this line",
        "# mypy is right here",
        "# pyright: strict",
    ],
)
def test_what_says_enough_or_silences_nothing_passes(comment: str) -> None:
    assert found(f"x = 1  {comment}\n") == []


def test_two_in_one_comment_and_their_places() -> None:
    assert parse_silencers("\nx = 1  # noqa: E501  # type: ignore\n") == (
        Silencer("lint", "# noqa: E501", 2, 8, blanket=False),
        Silencer("types", "# type: ignore", 2, 22, blanket=True),
    )


def test_a_silencer_is_no_reason_for_the_next() -> None:
    assert len(found("# noqa: E501\nx = 1  # noqa: E501\n")) == 2


@pytest.mark.parametrize(
    "string",
    ['"# noqa"', r"'\'# noqa'", '"""\n# noqa\n"# noqa\n"""', r"r'\'# noqa'", "'''# noqa", "'a\\\n# noqa'"],
)
def test_a_string_is_no_comment(string: str) -> None:
    assert found(f"x = {string}\n") == []


@pytest.mark.parametrize("string", ["'it''s'", '"it\'s"', r'"""It\'s \""""', "(", "'"])
def test_a_comment_behind_a_string_is_one(string: str) -> None:
    assert len(found(f"x = {string}\ny = 1  # noqa\n")) == 1
