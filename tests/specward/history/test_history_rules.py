"""SW8xx in real repositories: what the rules' own examples do not show."""

import os
from pathlib import Path

from specward.findings import Finding, Severity
from specward.rules.examples import HEADER, SPECS
from specward.rules.history.examples import PATH, RECORD
from specward.verify import verify
from tests.specward.repository import commit, git, make_repository, write_tree

CODE = {"backend/app/orders/routes.py": HEADER}
BROKEN = RECORD.replace("date: '2026-11-23'", "date: soon")


def found(root: Path, code: str, **options: object) -> tuple[Finding, ...]:
    return verify(root, select=(code,), **options).findings  # type: ignore[arg-type]  # the options are verify's own


def test_code_that_names_a_task_wants_a_record(tmp_path: Path) -> None:
    make_repository(tmp_path, {**SPECS, **CODE})
    [finding] = found(tmp_path, "SW801")
    assert finding.place.path == "specs/tasks.md"
    assert "has code (backend/app/orders/routes.py)" in finding.message
    assert finding.related[0].path == "backend/app/orders/routes.py"


def test_the_task_of_the_running_session_is_not_asked_for(tmp_path: Path) -> None:
    make_repository(tmp_path, {**SPECS, **CODE})
    assert found(tmp_path, "SW801", tasks=("T-001",)) == ()


def test_a_single_file_is_not_asked_for_records(tmp_path: Path) -> None:
    make_repository(tmp_path, {**SPECS, **CODE, PATH: BROKEN})
    assert found(tmp_path, "SW8", paths=("backend/app/orders/routes.py",)) == ()
    assert {finding.code for finding in found(tmp_path, "SW8", paths=(PATH,))} == {"SW802"}


def test_a_task_that_nobody_began_wants_none(tmp_path: Path) -> None:
    make_repository(tmp_path, SPECS)
    assert found(tmp_path, "SW8") == ()


def test_a_record_of_another_feature_may_still_mean_the_task(tmp_path: Path) -> None:
    record = RECORD.replace("feature: shop", "feature: elsewhere")
    make_repository(tmp_path, {**SPECS, **CODE, PATH: record})
    assert found(tmp_path, "SW801") == ()
    assert found(tmp_path, "SW803") == ()


def test_old_records_warn_and_new_ones_are_errors(tmp_path: Path) -> None:
    old = PATH.replace("0001", "0002")
    make_repository(tmp_path, {**SPECS, old: BROKEN.replace("'0001'", "'0002'")})
    git(tmp_path, "tag", "before")
    write_tree(tmp_path, {PATH: BROKEN})
    commit(tmp_path, "Record")
    findings = found(tmp_path, "SW802", base="before")
    assert [(finding.place.path, finding.severity) for finding in findings] == [
        (PATH, Severity.ERROR),
        (old, Severity.WARNING),
    ]
    assert findings[0].place.line == 5
    assert {finding.severity for finding in found(tmp_path, "SW802")} == {Severity.WARNING}


def test_a_file_that_has_gone_since_was_there(tmp_path: Path) -> None:
    record = RECORD.replace("- pyproject.toml", "- backend/app/orders/routes.py")
    make_repository(tmp_path, {**SPECS, **CODE, PATH: record})
    assert found(tmp_path, "SW804") == ()
    (tmp_path / "backend/app/orders/routes.py").unlink()
    commit(tmp_path, "Take it out")
    assert found(tmp_path, "SW804") == ()


def test_a_file_that_the_recorded_work_deleted_was_there(tmp_path: Path) -> None:
    make_repository(tmp_path, {**SPECS, **CODE})
    (tmp_path / "backend/app/orders/routes.py").unlink()
    write_tree(tmp_path, {PATH: RECORD.replace("- pyproject.toml", "- backend/app/orders/routes.py")})
    assert found(tmp_path, "SW804") == ()
    commit(tmp_path, "Take it out and record it")
    assert found(tmp_path, "SW804") == ()


def test_a_file_outside_the_repository_never_was_there(tmp_path: Path) -> None:
    record = RECORD.replace("- pyproject.toml", "- /etc/hosts\n- ../x")
    make_repository(tmp_path, {**SPECS, PATH: record})
    assert [finding.message.split()[3] for finding in found(tmp_path, "SW804")] == ["../x,", "/etc/hosts,"]


def test_what_names_no_file_claims_none(tmp_path: Path) -> None:
    entries = ["None (planning phase)", "N/A (a plan)", "none", "All 14 items passed", "- a b.py"]
    entries += ["specs/tasks.md (all done)", "specs/a note.md", "backend/gone.py (new)"]
    tests = "".join(f"- {entry!r}\n" for entry in entries)
    record = RECORD.replace("tests: []", f"tests:\n{tests}")
    make_repository(tmp_path, {**SPECS, "specs/a note.md": "", PATH: record})
    assert [finding.message.split()[3] for finding in found(tmp_path, "SW804")] == ["backend/gone.py,"]


def test_before_there_are_tasks_a_record_names_none(tmp_path: Path) -> None:
    record = RECORD.replace("tasks:\n- T-001\n", "")
    make_repository(tmp_path, {**SPECS, PATH: record})
    assert [finding.message.split()[2] for finding in found(tmp_path, "SW802")] == ["`tasks`"]
    write_tree(tmp_path, {PATH: record.replace("stage: green", "stage: plan")})
    assert found(tmp_path, "SW802") == ()


def test_the_name_of_a_file_that_has_gone_is_no_pattern(tmp_path: Path) -> None:
    names = '- ":(top)odd.py"\n- "backend/app/*/routes.py"\n- backend/app'
    record = RECORD.replace("- pyproject.toml", names)
    make_repository(tmp_path, {**SPECS, **CODE, ":(top)odd.py": "", PATH: record})
    for path in (":(top)odd.py", "backend/app/orders/routes.py"):
        (tmp_path / path).unlink()
    (tmp_path / "backend/app/orders").rmdir()
    (tmp_path / "backend/app").rmdir()
    commit(tmp_path, "Take it out")
    assert [finding.message.split()[3] for finding in found(tmp_path, "SW804")] == [
        "backend/app,",
        "backend/app/*/routes.py,",
    ]


def test_the_record_on_the_base_keeps_its_number(tmp_path: Path) -> None:
    later = PATH.replace("list", "zebra")
    make_repository(tmp_path, {**SPECS, later: RECORD})
    git(tmp_path, "tag", "before")
    write_tree(tmp_path, {PATH: RECORD})
    [finding] = found(tmp_path, "SW807", base="before")
    assert (finding.place.path, finding.severity) == (PATH, Severity.ERROR)


def test_the_marker_of_an_open_question_is_no_placeholder(tmp_path: Path) -> None:
    record = RECORD.replace("orders are listed", "no [NEEDS CLARIFICATION] is left, but [YOUR NAME]")
    make_repository(tmp_path, {**SPECS, PATH: record})
    [finding] = found(tmp_path, "SW805")
    assert "[YOUR NAME]" in finding.message


def test_quoted_placeholders_are_quotations(tmp_path: Path) -> None:
    quoted = RECORD.replace("This work was", "```text\nFill in {{TITLE}} and [TITLE].\n```\n\nThis work was")
    make_repository(tmp_path, {**SPECS, PATH: quoted})
    assert found(tmp_path, "SW805") == ()


def test_records_that_are_no_files_are_read_without_harm(tmp_path: Path) -> None:
    make_repository(tmp_path, {**SPECS, PATH: RECORD})
    folder = (tmp_path / PATH).parent
    (folder / "0002-link.green.prompt.md").symlink_to("/etc/passwd")
    (folder / "0003-loop.green.prompt.md").symlink_to("0003-loop.green.prompt.md")
    (folder / "0004-binary.green.prompt.md").write_bytes(b"---\nid: \xff\x00\n---\n")
    os.mkfifo(folder / "0005-pipe.green.prompt.md")
    assert {finding.code for finding in found(tmp_path, "SW8")} <= {"SW802", "SW806"}
