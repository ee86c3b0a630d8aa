"""The application, asked in a process of its own: real applications, real subprocesses."""

import os
import time
from pathlib import Path

import pytest

from specward.config import Config
from specward.contract.entry import EntryPoint, entry_point, unlisted
from specward.contract.served import LoadError, Served, load
from specward.errors import CouldNotRunError
from specward.specs.model import Operation, Place
from tests.specward.repository import write_tree

ENTRY = EntryPoint("app.main:app", "backend")
APP = """
from fastapi import APIRouter, FastAPI, WebSocket
from starlette.endpoints import HTTPEndpoint
from starlette.responses import Response
from starlette.routing import Host, Mount, Route, Router
from starlette.staticfiles import StaticFiles

router = APIRouter(prefix="/inner")

@router.get("/seen/{path:path}")
def seen(path: str) -> int: ...

@router.post("/hidden", include_in_schema=False)
def hidden() -> int: ...

@router.websocket("/socket")
async def socket(socket: WebSocket) -> None: ...

class Endpoint(HTTPEndpoint):
    async def put(self, request): ...

async def bare(scope, receive, send): ...

def create_app() -> FastAPI:
    app = FastAPI(redoc_url=None)
    app.include_router(router, prefix="/outer")
    app.include_router(router, prefix="/private", include_in_schema=False)
    sub = FastAPI(openapi_url=None)
    sub.delete("/leaf")(hidden)
    app.mount("/sub", sub)
    app.mount("/files", StaticFiles(directory="."))
    app.mount("/bare", bare)
    app.add_route("/plain", lambda request: Response(), methods=["GET", "PATCH"])
    app.add_route("/class", Endpoint)
    app.router.routes.append(Host("api.example.org", Router([Route("/host", lambda request: Response())])))
    app.frontend("/ui", directory=".")
    return app

app = create_app()
"""


def project(root: Path, app: str) -> Path:
    write_tree(root, {"backend/app/__init__.py": "", "backend/app/main.py": app})
    return root


def error_of(root: Path, entry: EntryPoint = ENTRY) -> tuple[Place, str]:
    with pytest.raises(LoadError) as raised:
        load(root, entry)
    return raised.value.problem.place, raised.value.problem.message


def test_every_route_of_every_kind_is_found(tmp_path: Path) -> None:
    served = load(project(tmp_path, APP), ENTRY)
    found = sorted(str(route.operation) for route in served.routes if not route.is_documentation)
    assert found == [
        "ANY /bare/{path}",
        "ANY /files/{path}",
        "ANY /ui/{path}",
        "DELETE /sub/leaf",
        "GET /host",
        "GET /outer/inner/seen/{path}",
        "GET /plain",
        "GET /private/inner/seen/{path}",
        "PATCH /plain",
        "POST /outer/inner/hidden",
        "POST /private/inner/hidden",
        "PUT /class",
        "WEBSOCKET /outer/inner/socket",
        "WEBSOCKET /private/inner/socket",
    ]
    documented = sorted(route.operation.path for route in served.routes if route.is_documentation)
    assert documented == ["/docs", "/docs/oauth2-redirect", "/openapi.json"]


def test_a_handler_is_found_in_its_file(tmp_path: Path) -> None:
    served = load(project(tmp_path, APP), ENTRY)
    [place] = {route.place for route in served.routes if route.operation.path == "/sub/leaf"}
    assert place == Place("backend/app/main.py", APP.splitlines().index("def hidden() -> int: ...") + 0)


def test_documents_of_mounted_applications_come_with_their_prefix(tmp_path: Path) -> None:
    served = load(project(tmp_path, APP), ENTRY)
    assert [prefix for prefix, _ in served.documents] == ["", "/sub"]


@pytest.mark.parametrize("entry", ["app.main:create_app()", "app.main:app"])
def test_a_factory_is_called(entry: str, tmp_path: Path) -> None:
    assert load(project(tmp_path, APP), ENTRY._replace(app=entry)).routes


def test_what_the_application_prints_disturbs_nothing(tmp_path: Path) -> None:
    noise = "import os, sys, threading, time, atexit\nprint('{}' * 100_000)\nos.write(1, b'{}')\n"
    noise += "threading.Thread(target=time.sleep, args=(60,)).start()\natexit.register(time.sleep, 60)\n"
    assert load(project(tmp_path, noise + APP), ENTRY).routes


def test_the_environment_is_what_the_settings_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "of the caller")
    app = "import os\nassert 'SECRET' not in os.environ\nname = os.environ['NAME']\n" + APP
    root = project(tmp_path, app)
    assert error_of(root) == (
        Place("backend/app/main.py", 3),
        "The application app.main:app does not start, so its contract cannot be checked: KeyError: 'NAME'.",
    )
    assert load(root, ENTRY._replace(env={"NAME": "x"})).routes


@pytest.mark.parametrize(
    ("app", "line", "words"),
    [
        ("x = (", 1, "SyntaxError"),
        ("\n\nraise SystemExit('no settings')", 3, "SystemExit: no settings"),
        ("import nowhere", 1, "No module named 'nowhere'"),
        ("app = object()", None, "object, which is not a FastAPI application"),
        ("import os\nos._exit(3)", None, "its interpreter ended with code 3"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", None, "ended with code -11"),
        ("raise ValueError('long ' * 1000)", 1, " …."),
        ("from fastapi import FastAPI\napp = FastAPI()\napp.openapi = lambda: 1 / 0", 3, "division by zero"),
    ],
)
def test_an_application_that_does_not_start_says_why(
    app: str, line: int | None, words: str, tmp_path: Path
) -> None:
    place, message = error_of(project(tmp_path, app))
    assert place == (Place("backend/app/main.py", line) if line else ENTRY.place)
    assert words in message
    assert message.endswith(".")
    assert len(message) < 500


def test_an_application_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    app = "import subprocess, sys, time\nchild = subprocess.Popen(['sleep', '600'])\n"
    app += "open('child', 'w').write(str(child.pid))\ntime.sleep(600)\n"
    root = project(tmp_path, app)
    _, message = error_of(root, ENTRY._replace(timeout=10.0))
    assert "has not finished importing after 10 seconds" in message
    child = int((root / "backend/child").read_text())
    patience = time.monotonic() + 10  # it has been told to end, and does so when its turn comes
    while is_running(child) and time.monotonic() < patience:
        time.sleep(0.01)
    assert not is_running(child)


def is_running(pid: int) -> bool:
    """Whether a process still runs; one that only waits to be reaped does not."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"


def test_an_interpreter_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    _, message = error_of(project(tmp_path, APP), ENTRY._replace(python="bin/python"))
    assert "cannot be run (No such file or directory)" in message


def test_the_answer_is_kept_until_the_source_changes(tmp_path: Path) -> None:
    counting = "from pathlib import Path\nwith Path('runs').open('a') as f: f.write('.')\n"
    root = project(tmp_path, counting + APP)
    first = load(root, ENTRY)
    assert load(root, ENTRY) == first
    assert (root / "backend/runs").read_text() == "."
    (root / "backend/app/main.py").write_text(counting + APP.replace('"/leaf"', '"/twig"'))
    assert load(root, ENTRY) != first
    assert (root / "backend/runs").read_text() == ".."
    load(root, ENTRY, cached=False)
    assert (root / "backend/runs").read_text() == "..."


def test_only_what_the_start_has_read_can_change_the_answer(tmp_path: Path) -> None:
    counting = "from pathlib import Path\nwith Path('runs').open('a') as f: f.write('.')\n"
    reading = "from app.parts import leaves\nNAMES = Path('names.bin').read_bytes()\n"
    root = project(tmp_path, counting + reading + APP)
    write_tree(root, {"backend/app/parts/leaves.py": "", "backend/names.bin": "a", "backend/jobs/one.py": ""})

    def runs() -> int:
        load(root, ENTRY)
        return len((root / "backend/runs").read_text())

    assert (runs(), runs()) == (1, 1)
    write_tree(root, {"backend/jobs/one.py": "X = 1\n", "README.md": "", "backend/jobs/two.py": ""})
    assert runs() == 1
    for number, path in enumerate(("names.bin", "app/parts/leaves.py", "app/parts/leaves/__init__.py"), 2):
        write_tree(root, {f"backend/{path}": f"X = {number}\n"})
        assert runs() == number


def test_a_cache_that_somebody_has_edited_is_not_believed(tmp_path: Path) -> None:
    root = project(tmp_path, APP)
    first = load(root, ENTRY)
    cache = root / ".specward/cache/served.jsonl"
    cache.write_text(cache.read_text().replace('"path"', '"road"'))
    assert load(root, ENTRY) == first
    assert isinstance(first, Served)


def test_an_error_is_not_kept(tmp_path: Path) -> None:
    root = project(tmp_path, "from pathlib import Path\nassert Path('ready').exists()\n" + APP)
    error_of(root)
    (root / "backend/ready").touch()
    assert load(root, ENTRY).routes


def test_the_entry_point_is_read_from_either_setting(tmp_path: Path) -> None:
    write_tree(tmp_path, {"backend/pyproject.toml": '[tool.fastapi]\nentrypoint = "app.main:app"\n'})
    assert entry_point(tmp_path, Config()) == ENTRY._replace(place=Place("backend/pyproject.toml"))
    table = {"contract": {"python": "x/python", "env": {"A": "b"}, "timeout": 5}}
    config = Config(app="shop:create()", app_dir="backend", table=table)
    assert entry_point(tmp_path, config) == EntryPoint(
        "shop:create()", "backend", "x/python", {"A": "b"}, 5.0
    )


def test_without_an_entry_point_there_is_none(tmp_path: Path) -> None:
    write_tree(tmp_path, {"pyproject.toml": "not toml ["})
    assert entry_point(tmp_path, Config()) is None


@pytest.mark.parametrize(
    "config",
    [
        Config(app="app.main"),
        Config(app="app.main:app", app_dir="nowhere"),
        Config(app="app.main:app", app_dir=".."),
        Config(app="app.main:app", table={"contract": "x"}),
        Config(app="app.main:app", table={"contract": {"env": {"A": 1}}}),
        Config(app="app.main:app", table={"contract": {"python": 3}}),
        Config(app="app.main:app", table={"contract": {"timeout": True}}),
    ],
)
def test_a_setting_that_cannot_be_used_is_an_error(config: Config, tmp_path: Path) -> None:
    with pytest.raises(CouldNotRunError):
        entry_point(tmp_path, config)


def test_unlisted_operations() -> None:
    config = Config(table={"contract": {"unlisted": ["get /livez", "WEBSOCKET /ws"]}})
    assert unlisted(config) == {Operation("GET", "/livez"), Operation("WEBSOCKET", "/ws")}
    with pytest.raises(CouldNotRunError):
        unlisted(Config(table={"contract": {"unlisted": ["livez"]}}))
