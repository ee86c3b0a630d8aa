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
