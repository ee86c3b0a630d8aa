"""Settings: read from either file, and every bad value a sentence that says where."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.config import Config, ConfigError, read_config


def test_nothing_set_is_the_conventional_layout(tmp_path: Path) -> None:
    assert read_config(tmp_path) == Config()
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert read_config(tmp_path) == Config()


def test_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[tool.specward]\nfeature = 'shop'\nterritory = 'src/**'\ntests = ['tests/**', 'e2e/**']\n"
        "default_scope = 'territory'\n[tool.specward.documents]\nspecify = 'docs/requirements.md'\n"
    )
    config = read_config(tmp_path)
    assert config.feature == "shop"
    assert config.territory == ("src/**",)
    assert config.tests == ("tests/**", "e2e/**")
    assert config.default_scope == "territory"
    assert config.documents == (("specify", "docs/requirements.md"),)
    assert config.control == Config().control


def test_specward_toml_where_there_is_no_pyproject(tmp_path: Path) -> None:
    (tmp_path / "specward.toml").write_text("feature = 'shop'\ncontrol = ['ci/**']\n")
    assert read_config(tmp_path) == Config(feature="shop", control=("ci/**",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("territory = 3", "tool.specward.territory must be a path pattern"),
        ("territory = ['/etc/**']", "tool.specward.territory must stay inside the repository"),
        ("tests = ['../x']", "tool.specward.tests must stay inside the repository"),
        ("feature = ''", "tool.specward.feature must be a text that is not empty"),
        ("default_scope = 'all'", "tool.specward.default_scope must be one of 'none', 'territory'"),
        ("documents = 'x'", "tool.specward.documents must be a table"),
        ("documents = {spec = 1}", "tool.specward.documents.spec must be a text"),
        ("teritory = 'x'", "tool.specward.teritory is no setting of Specward. Did you mean territory?"),
        ("feature = ", "pyproject.toml cannot be read"),
    ],
)
def test_a_bad_value_is_a_sentence(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.specward]\n{text}\n")
    with pytest.raises(ConfigError, match=r"^pyproject\.toml") as raised:
        read_config(tmp_path)
    assert message in str(raised.value)


def test_a_section_that_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("tool = 3\n")
    assert read_config(tmp_path) == Config()
    (tmp_path / "pyproject.toml").write_text("[tool]\nspecward = 3\n")
    with pytest.raises(ConfigError, match=r"\[tool\.specward\] must be a table"):
        read_config(tmp_path)


@given(st.binary(max_size=80))
def test_any_bytes_are_settings_or_a_sentence(raw: bytes) -> None:
    import tempfile  # noqa: PLC0415  # tmp_path is not made anew for each example

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "specward.toml").write_bytes(raw)
        try:
            read_config(Path(folder))
        except ConfigError as error:
            assert str(error).startswith("specward.toml")  # noqa: PT017  # either outcome is right
