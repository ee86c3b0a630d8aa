"""For people: one page with everything in it, which loads nothing and is the same for the same project."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from specward.findings import Verdict
from specward.output.excerpts import printable
from specward.output.report.read import read_report
from specward.patterns import pattern
from specward.project import Project

_FOLDER = Path(__file__).with_name("page")
_QUOTED = pattern("`([^`]+)`")


def render(verdict: Verdict, project: Project) -> str:
    """Write a verdict, and the project that it is about, as a page."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_harmless,
    )
    environment.filters["prose"] = _prose
    script = (_FOLDER / "script.js").read_text(encoding="utf-8")
    return environment.get_template("page.html.j2").render(
        report=read_report(verdict, project),
        style=Markup((_FOLDER / "style.css").read_text(encoding="utf-8")),  # noqa: S704  # our own file
        script=Markup(script),  # noqa: S704  # our own file
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
    )


def _harmless(value: object) -> object:
    """Spell out the control and direction characters of a repository's texts; markup of ours stays."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _prose(text: str) -> Markup:
    """Show what a sentence quotes in backticks as code."""
    return Markup(_QUOTED.sub(r"<code>\1</code>", str(escape(printable(text)))))  # noqa: S704  # it is escaped
