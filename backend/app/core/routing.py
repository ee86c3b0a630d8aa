"""
[Task]: T-001, T-006, T-105
[From]: speckit.specify §2.5, §6.1, speckit.plan §1.1, §4.1
[Description]: What the router of every slice has, so that its routes can be served as they are.
"""

from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.routing import BaseRoute

from app.core.problems import OF_ANY, responses
from app.core.runtime import authenticate


def operation_id(route: APIRoute) -> str:
    """Give the id of an operation: the name of its route."""
    return route.name


class CallerFirst(APIRoute):
    """Looks at the caller's token before the body, for which FastAPI waits before all else."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give what serves a request."""
        serve = super().get_route_handler()
        if self.body_field is None or not _asks_for_caller(self.dependant):
            return serve

        async def authenticated_first(request: Request) -> Response:
            await authenticate(request)
            return await serve(request)

        return authenticated_first


def _asks_for_caller(dependant: Dependant) -> bool:
    return isinstance(dependant.call, HTTPBearer) or any(map(_asks_for_caller, dependant.dependencies))


def slice_router(tag: str) -> APIRouter:
    """Make the router of a slice.

    Args:
        tag: Under which the document lists its operations.
    """
    return APIRouter(
        tags=[tag],
        responses=responses(*OF_ANY),
        generate_unique_id_function=operation_id,
        route_class=CallerFirst,
    )


def routes_of(*routers: APIRouter) -> Iterator[BaseRoute]:
    """Give the routes of the slices' routers, to be served as the application's own.

    FastAPI looks through a router that is included twice for every request, and copies the scope for each of
    its routes; it does neither with a route of the application.
    """
    for router in routers:
        yield from router.routes
