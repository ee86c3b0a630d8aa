"""The application's own document says of an operation what its code does not.

The contract is held against the document that the application makes of itself. FastAPI makes it of the code,
and lets an application replace or edit it: then the document may name a lock that no dependency turns, or a
bound that nobody checks, and the check would believe it. So FastAPI is asked once more, past what stands in
its place. A document may say more than code can (further answers, schemas, prose), but no other thing:
neither what callers must show, nor what they may send, nor the type of an answer.
"""

from collections.abc import Iterable, Iterator

from specward.contract.compare import Difference, Mismatch
from specward.findings import Finding, Severity
from specward.patterns import pattern
from specward.project import Project
from specward.rules.contract.sentences import handler_place
from specward.rules.contract.world import APP, world
from specward.rules.examples import Example

SUMMARY = "the document of the application is not what its code says"
_PUBLIC = APP.replace(", dependencies=[Depends(HTTPBearer())]", "")
_PROSE = '\n\napp.openapi()["info"]["title"] = "The shop"\n'
_LOCK = """

document = app.openapi()
document["paths"]["/v1/orders"]["get"]["security"] = [{"bearer": []}]
document["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
"""
GOOD = Example(world(APP + _PROSE))
BAD = Example(world(_PUBLIC + _LOCK))

# What only the document has: a whole answer, body or parameter that the handler itself sees to; a remark.
_MORE = pattern(r"response .*|callback .*|request body|\w+ parameter \S+|(?:.* )?deprecated")
_DANGLING = " $ref"  # of a schema that the document alone has
_WORTH_LISTING = 5


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each operation of which the document says something else."""
    for mismatch in project.api.untrue if project.api else ():
        told = [_told(difference) for difference in _contradictions(mismatch)]
        if told and mismatch.served:
            yield Finding(
                "SW412",
                Severity.ERROR,
                handler_place(project, mismatch.served),
                f"The application's document says of {mismatch.served.operation} what its code does not: "
                f"{'; '.join(told[:_WORTH_LISTING])}.",
                "Say it in the code, with a dependency or a type: FastAPI writes the document from there.",
            )


def _contradictions(mismatch: Mismatch) -> Iterator[Difference]:
    for difference in mismatch.differences:
        if difference.where == "security":
            if mismatch.weaker:
                yield difference
        elif not difference.where.endswith(_DANGLING) and (
            difference.served is not None or not _MORE.fullmatch(difference.where)
        ):
            yield difference


def _told(difference: Difference) -> str:
    told, done = difference.contract or "absent", difference.served or "absent"
    return f"{difference.where}: {told} in the document, {done} in the code"
