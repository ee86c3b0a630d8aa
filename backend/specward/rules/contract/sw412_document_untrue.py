"""The application's own OpenAPI document says something about an operation that its code does not do.

The contract is compared with the document that the application generates. FastAPI derives it from the code,
but an application can replace or edit it: the document may then claim a security scheme that no dependency
enforces, or a limit that nobody checks. So the gate generates the document once more, without those edits.
The document may add what code cannot express (further responses, schemas, prose), but must not contradict the
code in what callers must present, what they may send, or the type of a response.
"""

from collections.abc import Iterable, Iterator

from specward.contract.compare import Difference, Mismatch
from specward.findings import Finding, Severity
from specward.patterns import pattern
from specward.project import Project
from specward.rules.contract.sentences import handler_place
from specward.rules.contract.world import APP, world
from specward.rules.examples import Example

SUMMARY = "the application's OpenAPI document contradicts its code"
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
                "Express it in the code, as a dependency or a type: FastAPI generates the document from it.",
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
