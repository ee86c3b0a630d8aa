"""
[Task]: T-001
[From]: speckit.specify §6.1, speckit.plan §4.1
[Description]: What is the matter with the database, whatever it was asked, is answered with 503.
"""

import logging

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from psycopg import OperationalError
from psycopg.errors import ReadOnlySqlTransaction

from app.core.problems import UNAVAILABLE, answer

logger = logging.getLogger(__name__)

# A full disk and a lost connection are among the first; the other psycopg takes for a fault of the client's.
OUTAGES = (OperationalError, ReadOnlySqlTransaction)


def install(app: FastAPI) -> None:
    """Answer for every outage that an operation meets."""
    for outage in OUTAGES:
        app.add_exception_handler(outage, _on_outage)


def unavailable(outage: Exception) -> JSONResponse:
    """Answer for an outage."""
    logger.error("the database cannot serve: %s", type(outage).__name__)
    return answer(UNAVAILABLE)


def _on_outage(_: Request, outage: Exception) -> JSONResponse:
    return unavailable(outage)
