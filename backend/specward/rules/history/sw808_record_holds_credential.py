"""A history record contains what looks like a credential.

Records quote prompts and answers word for word and are committed, so a password or token that somebody typed
once would stay for good. `specward record` masks credentials in what it quotes. One that is in a record
anyway is an error, however old the record: withdraw the credential, because removing the line does not
unpublish it.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.history import masking
from specward.history.stored import judged_records
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.history.examples import PATH, RECORD
from specward.specs.model import Place

SUMMARY = "a history record holds a credential"
GOOD = Example({PATH: RECORD.replace("orders are listed", "the password: now at least 12 characters")})
BAD = Example({PATH: RECORD.replace("orders are listed", "runs with APP_PASSWORD=hunter2 now")})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each record, at the first line that masking would change."""
    cache = project.cache("masked", masking.__file__)
    for stored in project.fact(judged_records):
        number = cache.fact(stored.text, _line_masked) if cache else _line_masked(stored.text)
        if not isinstance(number, int) or not number:
            continue
        yield Finding(
            "SW808",
            Severity.ERROR,
            Place(stored.path, number),
            "This line holds what looks like a credential, in a file that is committed.",
            "Withdraw the credential where it was issued, then write `[masked]` in its place.",
        )
    if cache:
        cache.save(whole=project.paths is None)


def _line_masked(text: str) -> int:
    """Return the number of the first line that masking would change; 0 where it changes none."""
    lines, masked = text.split("\n"), masking.mask(text).split("\n")
    if lines == masked:
        return 0
    return next((i for i, (a, b) in enumerate(zip(lines, masked, strict=False), start=1) if a != b), 1)
