from pathlib import Path

import pytest

from specward.config import Config, find_root, load_config
from specward.errors import CouldNotRunError


def test_a_project_without_settings_has_the_defaults(tmp_path: Path) -> None:
    assert load_config(tmp_path) == Config()


def test_settings_are_read_and_the_table_is_kept_for_the_families(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.specward]\nfeature = "shop"\nterritory = "src/**"\nignore = ["SW7"]\n'
        '[tool.specward.aliases]\nprd = "docs/prd.md"\n[tool.specward.isolation]\nowner = "owner_id"\n'
    )
    config = load_config(tmp_path)
    assert (config.feature, config.territory, config.ignore) == ("shop", ("src/**",), ("SW7",))
    assert config.aliases == {"prd": "docs/prd.md"}
    assert config.table["isolation"] == {"owner": "owner_id"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[tool.specward", "pyproject.toml is not valid TOML"),
        ("[tool]\nspecward = 1", r"tool.specward in pyproject.toml must be a table"),
        ("[tool.specward]\nfeature = ''", "tool.specward.feature .* must be a text that is not empty"),
        ("[tool.specward]\nterritory = [1]", "tool.specward.territory .* must be a text or a list"),
        ("[tool.specward]\naliases = {a = 1}", "tool.specward.aliases .* must be a table of texts"),
    ],
)
def test_a_wrong_setting_is_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(CouldNotRunError, match=sentence):
        load_config(tmp_path)


def test_text_that_is_not_utf8_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(CouldNotRunError, match="not valid TOML"):
        load_config(tmp_path)


def test_the_root_is_the_repository_before_it_is_a_package(tmp_path: Path) -> None:
    inner = tmp_path / "backend" / "app"
    inner.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / "backend" / "pyproject.toml").touch()
    assert find_root(inner) == tmp_path
