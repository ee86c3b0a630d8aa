"""The chain of revisions, read from their source alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.schema.revisions import Chain, read_revision

UP = "def upgrade():\n    op.execute('create table t ()')\n\n\ndef downgrade():\n    "


def revision(name: str, follows: object, down: str = "pass") -> str:
    return f"revision: str = {name!r}\ndown_revision = {follows!r}\n\n\n{UP}{down}\n"


def chain(*texts: str) -> Chain:
    found = [read_revision(f"versions/{number}.py", text) for number, text in enumerate(texts)]
    return Chain(tuple(one for one in found if one))


def test_one_chain_has_one_head() -> None:
    sound = chain(revision("a", None), revision("b", "a"), revision("c", ("a", "b")))
    assert [head.name for head in sound.heads] == ["c"]
    assert (sound.orphans, sound.twins, sound.goes_back) == ((), (), False)


def test_heads_orphans_and_twins() -> None:
    broken = chain(revision("a", None), revision("b", "a"), revision("c", "x"), revision("b", "a"))
    assert [head.name for head in broken.heads] == ["b", "c", "b"]
    assert [(one.name, name) for one, name in broken.orphans] == [("c", "x")]
    assert [(one.path, other.path) for one, other in broken.twins] == [("versions/3.py", "versions/1.py")]


@pytest.mark.parametrize(
    ("revisions", "parts"),
    [
        ({"core/versions/a.py": ("a", None), "tenant/versions/a.py": ("a", None)}, ["a", "a"]),
        ({"core/versions/a.py": ("a", None), "tenant/versions/b.py": ("b", "a")}, ["ab"]),
        ({"core/versions/b.py": ("b", "a"), "tenant/versions/a.py": ("a", None)}, ["ab"]),
        ({"db/versions/1/a.py": ("a", None), "db/versions/2/b.py": ("b", None)}, ["ab"]),
        (
            {
                "a/versions/a.py": ("a", None),
                "b/versions/b.py": ("b", None),
                "c/versions/c.py": ("c", ("a", "b")),
                "d/versions/d.py": ("d", "gone"),
            },
            ["abc", "d"],
        ),
    ],
)
def test_each_folder_is_a_chain_unless_one_follows_another(
    revisions: dict[str, tuple[str, object]], parts: list[str]
) -> None:
    found = [read_revision(path, revision(*given)) for path, given in revisions.items()]
    whole = Chain(tuple(one for one in found if one))
    assert ["".join(sorted(one.name for one in part.revisions)) for part in whole.parts] == parts


@pytest.mark.parametrize(
    ("down", "goes_back"),
    [
        ("pass", False),
        ("'''Nothing.'''", False),
        ("raise NotImplementedError", False),
        ("op.drop_table('t')", True),
    ],
)
def test_a_downgrade_that_does_nothing_is_none(down: str, goes_back: bool) -> None:  # noqa: FBT001
    assert chain(revision("a", None, down)).goes_back is goes_back


@given(
    st.text()
    | st.lists(st.sampled_from(["revision", "down_revision", " = ", "'a'", "None", "(", "\n"])).map("".join)
)
def test_any_text_is_a_revision_or_none(text: str) -> None:
    read_revision("versions/a.py", text)
