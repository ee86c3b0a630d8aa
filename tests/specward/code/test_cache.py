"""Facts are kept between runs; what stands in their place, whoever put it there, stops no run."""

from pathlib import Path

import pytest

from specward.code.cache import Cache, digest


@pytest.mark.parametrize("fact", ["{", "[" * 100_000], ids=["no JSON", "nests without end"])
def test_what_somebody_planted_is_as_good_as_none(tmp_path: Path, fact: str) -> None:
    cache = Cache.open(tmp_path, "facts", "1")
    cache.put("key", "fact")
    cache.save()
    kept = tmp_path / ".specward/cache/facts.jsonl"
    name = kept.read_text()[:32]
    kept.write_text(f"{name} {digest(f'{name} {fact}'.encode())[:32]} {fact}\n")
    planted = Cache.open(tmp_path, "facts", "1")
    assert planted.get("key") is None
    planted.put("key", "fact")
    planted.save()
    assert Cache.open(tmp_path, "facts", "1").get("key") == "fact"


def test_what_an_earlier_version_kept_goes_when_this_one_keeps_something(tmp_path: Path) -> None:
    folder = tmp_path / ".specward/cache"
    folder.mkdir(parents=True)
    (folder / "facts.json").write_text("{}")
    (folder / "others.json").write_text("{}")
    cache = Cache.open(tmp_path, "facts", "1")
    cache.put("key", "fact")
    cache.save()
    assert sorted(path.name for path in folder.iterdir()) == ["facts.jsonl", "others.json"]


def test_what_is_news_is_added_and_what_is_of_no_use_goes_when_it_is_much(tmp_path: Path) -> None:
    kept = tmp_path / ".specward/cache/facts.jsonl"
    keep(tmp_path, [*range(100)])
    before, file = kept.read_bytes(), kept.stat().st_ino
    for number in range(9):
        keep(tmp_path, [*range(number + 1, 100), *range(100, 101 + number)])
        assert kept.read_bytes().startswith(before)
    assert kept.stat().st_ino == file
    for number in range(9, 40):
        keep(tmp_path, [*range(number + 1, 100), *range(100, 101 + number)])
        assert len(kept.read_text().split()) < 3 * 115
    cache = Cache.open(tmp_path, "facts", "1")
    assert [cache.get(f"{number}") for number in range(40, 140)] == [*range(40, 140)]


def test_the_same_fact_told_anew_does_not_pile_up(tmp_path: Path) -> None:
    keep(tmp_path, [*range(100)])
    for told in range(300):
        cache = Cache.open(tmp_path, "facts", "1")
        assert all(cache.get(f"{number}") is not None for number in range(100))
        cache.put("0", -told)
        cache.save()
    assert len((tmp_path / ".specward/cache/facts.jsonl").read_text().split()) < 3 * 115
    assert Cache.open(tmp_path, "facts", "1").get("0") == -299


def keep(root: Path, facts: list[int]) -> None:
    """Run once as a check does: ask for each fact, and find out those that nobody knows."""
    cache = Cache.open(root, "facts", "1")
    for fact in facts:
        if cache.get(f"{fact}") is None:
            cache.put(f"{fact}", fact)
    cache.save()


def test_what_is_made_of_a_text_is_asked_once(tmp_path: Path) -> None:
    asked: list[str] = []

    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    for _ in range(2):
        cache = Cache.open(tmp_path, "facts", "1")
        assert (cache.fact("", length), cache.fact("four", length)) == (0, 4)
        cache.save()
    assert asked == ["", "four"]
