"""
[Task]: T-001, T-006
[From]: speckit.specify §6.1, speckit.plan §1.1, §4.1
[Description]: What the router of every slice has, so that its routes can be served as they are.
"""

from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from app.core.problems import OF_ANY, responses


def operation_id(route: APIRoute) -> str:
    """Give the id of an operation: the name of its route."""
    return route.name


def slice_router(tag: str) -> APIRouter:
    """Make the router of a slice.

    Args:
        tag: Under which the document lists its operations.
    """
    return APIRouter(tags=[tag], responses=responses(*OF_ANY), generate_unique_id_function=operation_id)


def routes_of(*routers: APIRouter) -> Iterator[BaseRoute]:
    """Give the routes of the slices' routers, to be served as the application's own.

    FastAPI looks through a router that is included twice for every request, and copies the scope for each of
    its routes; it does neither with a route of the application.
    """
    for router in routers:
        yield from router.routes
