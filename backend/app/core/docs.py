"""
[Task]: T-003
[From]: speckit.specify §1.1
[Description]: Swagger UI from our own address: it works offline, and tells nobody who reads it.
"""

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.staticfiles import StaticFiles
from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

PAGE = "/docs"
ASSETS = "/docs/assets"
# The package's own way to serve them changes FastAPI for the whole process; its files are all that is used.
PACKAGE = ("fastapi_standalone_docs", "static/swagger")
NO_ICON = "data:,"


class _Whole(StaticFiles):
    """Serves files whole, as it may (RFC 9110 §14.2): Starlette refuses a faulty range in plain text."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [header for header in scope["headers"] if header[0] != b"range"]
        await super().__call__({**scope, "headers": headers}, receive, send)


def add_docs(app: FastAPI) -> None:
    """Serve the API's documentation."""
    app.mount(ASSETS, _Whole(packages=[PACKAGE]))

    @app.get(PAGE, include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url=app.openapi_url or "",
            title=app.title,
            swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{ASSETS}/swagger-ui.css",
            swagger_favicon_url=NO_ICON,
            swagger_ui_parameters={"validatorUrl": None},  # the default one is somebody else's server
        )
