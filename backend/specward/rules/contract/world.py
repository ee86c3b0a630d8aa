"""The shop of the examples, with an API: its contract, and the application that serves it."""

from collections.abc import Mapping

from specward.rules.examples import HEADER, SPECS

CONTRACT = """openapi: 3.1.0
info: {title: Shop, version: 1.0.0}
security: [{bearer: []}]
paths:
  /v1/orders:
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 100, default: 20}}
      responses:
        '200':
          description: The orders.
          content: {application/json: {schema: {type: array, items: {type: string}}}}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
"""

APP = f"""{HEADER}
from typing import Annotated

from fastapi import Depends, FastAPI, Query
from fastapi.security import HTTPBearer

app = FastAPI()


@app.get("/v1/orders", dependencies=[Depends(HTTPBearer())])
def list_orders(limit: Annotated[int, Query(le=100)] = 20) -> list[str]:
    return []
"""


def world(
    app: str | None = APP,
    *,
    contract: str = CONTRACT,
    operations: str = "`GET /v1/orders`",
    status: str = "done",
) -> Mapping[str, str]:
    """The files of the shop.

    Args:
        app: The application; None leaves it out.
        contract: Its contract.
        operations: What the one task says it implements.
        status: The state of that task.
    """
    tasks = SPECS["specs/tasks.md"]
    tasks = tasks.replace("**Operations**: none", f"**Operations**: {operations}")
    tasks = tasks.replace("**Status**: open", f"**Status**: {status}")
    settings = SPECS["pyproject.toml"]
    if app is not None:
        settings += 'app = "app.main:app"\napp_dir = "backend"\n'
    files = {"pyproject.toml": settings, "specs/tasks.md": tasks, "specs/contracts/openapi.yaml": contract}
    return files if app is None else {**files, "backend/app/__init__.py": "", "backend/app/main.py": app}
