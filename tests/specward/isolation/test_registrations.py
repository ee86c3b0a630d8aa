"""Routes are found in what is kept of the files: none is parsed for it, and nothing is lost on the way."""

import ast
import json

import pytest
from bench.isolation.corpus import load

from specward.code.dataflow.sources import source as module
from specward.code.dataflow.sources.program import Program
from specward.code.dataflow.sources.routes import Route, find_routes
from specward.code.dataflow.sources.source import Source, read

MANY = """
from fastapi import APIRouter, Depends, FastAPI
from app.guards import admin, guard, signed_in

router = APIRouter(dependencies=[Depends(signed_in)])
inner = APIRouter()
app = FastAPI(dependencies=[guard])


@router.get("/a", dependencies=[Depends(guard), Depends(admin)])
@router.post("/b")
def decorated(): ...


@protected(router.put, "/c", dependencies=(Depends(admin),))
def wrapped(): ...


class Views:
    @inner.delete("/d")
    def method(self): ...


def added(): ...


def build():
    inner.add_api_route("/e", added, methods=["PATCH"], dependencies=[Depends(guard)])
    router.include_router(inner, dependencies=[Depends(admin)])
    app.include_router(router)
"""


def told(route: Route) -> tuple[str, ...]:
    places = (f"{item.module}: {ast.unparse(item.node)}" for item in route.dependencies)
    return (route.label, route.name, route.owner.name if route.owner else "", *places)


def kept(source: Source) -> Source:
    return Source(source.path, source.text, json.loads(json.dumps(source.outline)))


def test_routes_have_their_dependencies_the_nearest_first() -> None:
    source = read("app/main.py", MANY)
    assert source is not None
    near, wide = "app/main.py: Depends(admin)", ("app/main.py: Depends(signed_in)", "app/main.py: guard")
    guard = "app/main.py: Depends(guard)"
    assert [*map(told, find_routes(Program([source])))] == [
        ("GET /a", "decorated", "", guard, near, *wide),
        ("POST /b", "decorated", "", *wide),
        ("PUT /c", "wrapped", "", near, *wide),
        ("DELETE /d", "Views.method", "Views", near, *wide),
        ("PATCH /e", "added", "", guard, near, *wide),
    ]


def test_routes_are_found_without_parsing_and_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    projects = [{"app/main.py": MANY}, *(files for case in load() for files in (case.vulnerable, case.fixed))]
    fresh = [[file for path, text in files.items() if (file := read(path, text))] for files in projects]
    again = [[kept(file) for file in files] for files in fresh]
    with monkeypatch.context() as patch:
        patch.setattr(module, "parse", lambda _text: pytest.fail("a file was parsed"))
        found = [find_routes(Program(files)) for files in again]
    assert sum(map(len, found)) > 100
    assert [[*map(told, routes)] for routes in found] == [
        [*map(told, find_routes(Program(files)))] for files in fresh
    ]


PREFIXED = """
from fastapi import APIRouter, FastAPI

items = APIRouter(prefix="/items")
api = APIRouter()


@items.get("/{id}")
def read_item(id: int): ...


app = FastAPI()
api.include_router(items, prefix="/shop")
app.include_router(api, prefix="/v1")
"""


def test_a_route_is_shown_as_its_caller_knows_it() -> None:
    source = read("app/main.py", PREFIXED)
    assert source is not None
    (route,) = find_routes(Program([source]))
    assert route.shown == "GET /v1/shop/items/{id}"


VIEWS = """
from fastapi import APIRouter


class Notes:
    def __init__(self):
        self.router = APIRouter(prefix="/notes")
        add = self.router.add_api_route
        add("/", self.index)
        self.router.add_api_route("/{id}", self.remove, methods=["DELETE"])

    def index(self): ...
    def remove(self, id: int): ...


class View:
    @classmethod
    def register(cls, router):
        for verb, path, name in cls.routes:
            router.add_api_route(path, getattr(cls(), name), methods=[verb])


class Items(View):
    prefix = "/items"
    routes = [("GET", "/", "index"), ("PUT", "/{id}", "change")]

    def index(self): ...
    def change(self, id: int): ...
    def helper(self): ...


class Places(View):
    async def get(self): ...
    async def post(self): ...


class Pages:
    def show(self): ...


pages = Pages()
APIRouter().add_api_route("/pages", pages.show)
"""


def test_methods_of_classes_are_routes_where_they_are_registered() -> None:
    source = read("app/views.py", VIEWS)
    assert source is not None
    assert {*map(told, find_routes(Program([source])))} == {
        ("GET /", "Notes.index", "Notes"),
        ("DELETE /{id}", "Notes.remove", "Notes"),
        ("GET /items/", "Items.index", "Items"),
        ("PUT /items/{id}", "Items.change", "Items"),
        ("GET ", "Places.get", "Places"),
        ("POST ", "Places.post", "Places"),
        ("GET /pages", "Pages.show", "Pages"),
    }


INSIDE = """
from fastapi import APIRouter, Depends, FastAPI
from app.guards import admin, signed_in


def make_router():
    router = APIRouter(prefix="/items", dependencies=[Depends(signed_in)])

    @retry.times(3)
    def help(): ...

    @router.get("/{id}")
    def read(id): ...

    return router


class Items:
    def set_up(self):
        if self.open:
            @self.router.post("/new")
            async def make(): ...


app = FastAPI()
app.include_router(make_router(), prefix="/v1", dependencies=[Depends(admin)])
"""


def test_a_route_in_a_function_hangs_on_the_router_that_is_made_there() -> None:
    source = read("app/main.py", INSIDE)
    assert source is not None
    read_one, make = find_routes(Program([source]))
    assert (read_one.shown, read_one.maker, read_one.owner) == (
        "GET /v1/items/{id}",
        "make_router",
        None,
    )
    assert [ast.unparse(item.node) for item in read_one.dependencies] == [
        "Depends(signed_in)",
        "Depends(admin)",
    ]
    assert (make.shown, make.maker, make.owner) == ("POST /new", "Items.set_up", None)


FACTORY = """
from fastapi import APIRouter, FastAPI
from app.models import Draft, Note


def make_router(name, model):
    router = APIRouter(prefix=f"/{name}")

    @router.get("/{id}")
    def read(id): ...

    return router


app = FastAPI()
app.include_router(make_router("notes", Note), prefix="/v1")
app.include_router(make_router("drafts", Draft), prefix="/v2")
app.add_route("/health", health)


def health(request): ...
"""


def test_a_function_that_makes_a_router_gives_its_routes_to_each_call() -> None:
    source = read("app/main.py", FACTORY)
    assert source is not None
    notes, drafts, health = find_routes(Program([source]))
    calls = [ast.unparse(route.made.node) for route in (notes, drafts) if route.made is not None]
    assert calls == ["make_router('notes', Note)", "make_router('drafts', Draft)"]
    assert [notes.shown, drafts.shown, health.shown] == ["GET /v1/{id}", "GET /v2/{id}", "GET /health"]


ROUND = """
class Notes(Views):
    def __init__(self, router):
        router.add_api_route("/notes", self.show)

    def show(self): ...


class Views(Notes): ...


class Left(Notes): ...


class Right(Notes): ...


class Both(Left, Right): ...
"""


def test_classes_that_derive_from_one_another_end_and_each_registers_once() -> None:
    source = read("app/views.py", ROUND)
    assert source is not None
    assert [*map(told, find_routes(Program([source])))] == [("GET /notes", "Notes.show", "Both")]
