"""The application under attack is served as its project serves it."""

from pathlib import Path

import pytest

from specward.config import Config
from specward.contract.entry import EntryPoint
from specward.errors import CouldNotRunError
from specward.prove.application import serving
from specward.prove.client import Request
from specward.prove.settings import read_settings

BARE = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})
"""
OPTIONS = ["--header", "Served:so"]


def config(uvicorn: object) -> Config:
    return Config(table={"prove": {"token_command": ["token"], "uvicorn": uvicorn}})


def test_it_is_served_with_the_options_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "bare.py").write_text(BARE)
    with serving(tmp_path, EntryPoint("bare:app"), {}, read_settings(config(OPTIONS)).uvicorn) as client:
        answer = client.send(Request("GET", "/"))
    assert answer.status == 204
    assert ("served", "so") in answer.headers


@pytest.mark.parametrize("wrong", ["--http", [1], {"http": "h11"}])
def test_options_are_a_list_of_words(wrong: object) -> None:
    with pytest.raises(CouldNotRunError, match=r"uvicorn .* must be a list of strings"):
        read_settings(config(wrong))
