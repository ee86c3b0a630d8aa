from pathlib import Path

import pytest

from specward.config import Config, find_root, load_config
from specward.errors import CouldNotRunError


def test_a_project_without_settings_has_the_defaults(tmp_path: Path) -> None:
    assert load_config(tmp_path) == Config()


def test_settings_are_read_and_the_table_is_kept_for_the_families(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.specward]\nfeature = "shop"\nterritory = "./src/**"\nignore = ["SW7"]\n'
        'default_scope = "territory"\nexclude = ["src/generated/**"]\n'
        '[tool.specward.documents]\nprd = "docs/prd.md"\n[tool.specward.isolation]\nowner = "owner_id"\n'
    )
    config = load_config(tmp_path)
    assert (config.feature, config.territory, config.ignore) == ("shop", ("src/**",), ("SW7",))
    assert (config.default_scope, config.exclude) == ("territory", ("src/generated/**",))
    assert config.documents == (("prd", "docs/prd.md"),)
    assert config.table["isolation"] == {"owner": "owner_id"}
    assert config.control == Config().control


def test_a_project_without_pyproject_has_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "specward.toml").write_text('feature = "shop"')
    assert load_config(tmp_path).feature == "shop"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[tool.specward", "pyproject.toml is not valid TOML"),
        ("[tool]\nspecward = 1", "tool.specward in pyproject.toml must be a table"),
        ("[tool.specward]\nfeature = ''", "tool.specward.feature .* must be a non-empty string"),
        (
            "[tool.specward]\nterritory = [1]",
            "tool.specward.territory .* must be a non-empty string, not 1",
        ),
        (
            "[tool.specward]\nterritory = 1",
            "tool.specward.territory .* must be a string or a list of strings",
        ),
        ("[tool.specward]\nterritory = []", "tool.specward.territory .* must name at least one pattern"),
        ("[tool.specward]\nterritory = '/app'", "tool.specward.territory .* must stay inside the repository"),
        ("[tool.specward]\ntests = 'a/../../b'", "tool.specward.tests .* must stay inside the repository"),
        ("[tool.specward]\ndocuments = 'a'", "tool.specward.documents .* must be a table such as"),
        ("[tool.specward]\ndefault_scope = 'all'", "must be one of 'none', 'territory', not 'all'"),
        ("[tool.specward]\nteritory = 'a'", "tool.specward.teritory .* Did you mean territory?"),
        ("[tool.specward]\nx = 1", "There are: feature, territory"),
    ],
)
def test_a_wrong_setting_is_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(CouldNotRunError, match=sentence):
        load_config(tmp_path)


def test_settings_behind_a_link_are_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.toml").write_text("[tool.specward]\nfeature = 'a'")
    (tmp_path / "pyproject.toml").symlink_to("elsewhere.toml")
    with pytest.raises(CouldNotRunError, match="leads elsewhere, through a link"):
        load_config(tmp_path)
    (tmp_path / "elsewhere.toml").write_text("[project]")
    assert load_config(tmp_path) == Config()


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
