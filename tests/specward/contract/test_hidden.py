"""What an application does that neither its document nor a look at its routes shows."""

from pathlib import Path

import pytest

from specward.findings import Finding
from specward.rules.contract.world import APP, world
from specward.rules.examples import HEADER, SPECS
from specward.verify import verify
from tests.specward.repository import make_repository

MADE = "app = FastAPI()"
ROUTE = 'app.add_api_route("/v1/more", lambda: 1)'
PUBLIC = APP.replace(", dependencies=[Depends(HTTPBearer())]", "")
LOCK = """
def lock(document: dict) -> dict:
    document["paths"]["/v1/orders"]["get"]["security"] = [{"HTTPBearer": []}]
    schemes = document["components"].setdefault("securitySchemes", {})
    schemes["HTTPBearer"] = {"type": "http", "scheme": "bearer"}
    return document
"""
LIFESPAN = """
from contextlib import asynccontextmanager


@asynccontextmanager
async def lifespan(app: FastAPI):
    {}
    yield


app = FastAPI(lifespan=lifespan)"""


def findings(root: Path, app: str, **more: str) -> tuple[Finding, ...]:
    files = {f"backend/app/{name}.py": text for name, text in more.items()}
    project = make_repository(root, {**SPECS, **world(app), **files})
    return verify(project, select=("SW4",)).findings


def codes(root: Path, app: str, **more: str) -> list[str]:
    return [finding.code for finding in findings(root, app, **more)]


@pytest.mark.parametrize(
    "app",
    [
        PUBLIC + LOCK + "\nmake = app.openapi\napp.openapi = lambda: lock(make())\n",
        PUBLIC + LOCK + "\napp.openapi_schema = lock(app.openapi())\n",
        PUBLIC.replace(MADE, LOCK + "\nclass Told(FastAPI):\n    def openapi(self):\n"
                       "        return lock(super().openapi())\n\napp = Told()"),
        APP.replace("le=100", "le=1000")
        + '\napp.openapi()["paths"]["/v1/orders"]["get"]["parameters"][0]["schema"]["maximum"] = 100\n',
        APP.replace("Query(le=100)", "Query()")
        + '\napp.openapi()["paths"]["/v1/orders"]["get"]["parameters"][0]["schema"]["maximum"] = 100\n',
        APP.replace("list[str]:", "list[int]:")
        + '\nof = app.openapi()["paths"]["/v1/orders"]["get"]["responses"]["200"]["content"]\n'
        'of["application/json"]["schema"]["items"]["type"] = "string"\n',
    ],
    ids=["replaced", "kept", "inherited", "bound", "bound that is none", "answer"],
)  # fmt: skip
def test_a_document_that_says_what_the_code_does_not(app: str, tmp_path: Path) -> None:
    [finding] = findings(tmp_path, app)
    assert finding.code == "SW412"
    assert finding.place.path == "backend/app/main.py"
    assert "GET /v1/orders" in finding.message


@pytest.mark.parametrize(
    "change",
    [
        'document["info"]["x-logo"] = {"url": "logo.png"}',
        'document.setdefault("components", {}).setdefault("schemas", {})["More"] = {"type": "string"}',
        'document["paths"]["/v1/orders"]["get"]["responses"].pop("422")',
        'document["paths"]["/v1/orders"]["get"]["tags"] = ["orders"]',
        'document["paths"]["/v1/orders"]["get"]["deprecated"] = True',
        'document["paths"]["/v1/orders"]["get"]["responses"]["503"] = {"description": "Later."}',
        'document["paths"]["/v1/orders"]["get"]["operationId"] = "orders"',
        'document["servers"] = [{"url": "https://api.example.org"}]',
        'document["components"]["securitySchemes"]["HTTPBearer"] = {"type": "openIdConnect"}',
    ],
)
def test_a_document_may_say_more_than_the_code(change: str, tmp_path: Path) -> None:
    app = f"{APP}\nmake = app.openapi\n\ndef more() -> dict:\n    document = make()\n    {change}\n"
    app += "    return document\n\napp.openapi = more\n"
    assert "SW412" not in codes(tmp_path, app)


def test_a_schema_may_stand_in_the_document_alone(tmp_path: Path) -> None:
    answers = {404: {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}}
    app = APP.replace('get("/v1/orders"', f'get("/v1/orders", responses={answers}')
    app += '\nDOCUMENT = app.openapi()\nDOCUMENT["components"]["schemas"]["Problem"] = {"type": "object"}\n'
    assert "SW412" not in codes(tmp_path, app)


@pytest.mark.parametrize(
    "app",
    [
        APP.replace("HTTPBearer()", "lock").replace(MADE, f"lock = HTTPBearer()\n{MADE}")
        + "\napp.dependency_overrides[lock] = lambda: None\n",
        APP.replace(MADE, LIFESPAN.format("app.dependency_overrides[HTTPBearer] = lambda: None")),
        APP.replace(MADE, LIFESPAN.format("app.dependency_overrides_provider = None")) + "\noverrides = "
        'getattr(app, "dependency_" + "overrides")\noverrides[list_orders] = list_orders\n',
    ],
    ids=["at the start", "later", "by a name put together"],
)
def test_a_dependency_that_is_replaced(app: str, tmp_path: Path) -> None:
    [finding] = findings(tmp_path, app)
    assert finding.code == "SW413"
    assert finding.place.path == "backend/app/main.py"


def test_tests_may_replace_dependencies(tmp_path: Path) -> None:
    text = f"{HEADER}\nfrom app.main import app\n\napp.dependency_overrides[print] = len\n"
    assert codes(tmp_path, APP, **{"tests/conftest": text, "test_orders": text}) == []


BRANCH = f"{APP}\nimport os\n\nif os.environ.get('MORE'):"
DECORATED = '\n\n    @app.get(\n        "/v1/more"\n    )\n    def more() -> int:\n        return 1\n'
BY_ANOTHER = f"\n\ndef add(app: FastAPI) -> None:\n    {ROUTE}\n"
BY_NAME = """

@app.on_event("startup")
async def more() -> None:
    add = app.add_api_route
    add("/v1/more", more)
"""


@pytest.mark.parametrize(
    "app",
    [
        APP.replace(MADE, LIFESPAN.format(ROUTE)),
        APP.replace(MADE, LIFESPAN.format('app.router.get("/v1/more")(lambda: 1)')),
        APP.replace(MADE, LIFESPAN.format("app.router.routes.append(app.routes[0])")),
        APP.replace(MADE, LIFESPAN.format("app.router.routes += app.routes")),
        APP.replace(MADE, LIFESPAN.format("add(app)")) + BY_ANOTHER,
        APP + BY_NAME,
        f"{BRANCH}\n    {ROUTE}\n",
        f"{BRANCH} {ROUTE}\n",
        f"{BRANCH}{DECORATED}",
    ],
    ids=["added", "called", "listed", "joined", "by another", "by name", "branch", "in a line", "decorated"],
)
def test_an_operation_that_comes_later(app: str, tmp_path: Path) -> None:
    [finding] = findings(tmp_path, app)
    assert finding.code == "SW414"
    assert finding.place.path == "backend/app/main.py"


def test_a_module_that_is_imported_later_may_bring_one(tmp_path: Path) -> None:
    app = APP.replace(MADE, LIFESPAN.format("from app import late"))
    late = f'{HEADER}\nfrom app.main import app\n\n@app.get("/v1/more")\ndef more() -> int:\n    return 1\n'
    [finding] = findings(tmp_path, app, late=late)
    assert (finding.code, finding.place.path) == ("SW414", "backend/app/late.py")


FACTORY = """
from fastapi import APIRouter


def create() -> FastAPI:
    made = FastAPI()
    for router in (APIRouter(), APIRouter()):
        made.include_router(router)
    made.router.routes.append(made.routes[0])
    return made


app = create()"""
CLIENT = """

async def ask(client: object, of: dict) -> object:
    client.mount("https://", 1)
    of.get("/v1/more")
    return client.get("/v1/more")
"""


@pytest.mark.parametrize("app", [APP.replace(MADE, FACTORY), APP + CLIENT], ids=["factory", "client"])
def test_what_is_there_at_the_start_was_seen(app: str, tmp_path: Path) -> None:
    assert codes(tmp_path, app) == []


def test_a_module_that_nobody_imports_adds_nothing(tmp_path: Path) -> None:
    text = f"{HEADER}\nfrom fastapi import FastAPI\n\nother = FastAPI()\nother.mount('/more', FastAPI())\n"
    assert codes(tmp_path, APP, other=text) == []
