"""The rules on whole projects: what is told, where, and how often."""

from pathlib import Path

import pytest

from specward.findings import Finding, Verdict
from specward.rules.contract.world import APP, CONTRACT, world
from specward.rules.examples import SPECS
from specward.specs.model import Place
from specward.verify import verify
from tests.specward.repository import commit, git, make_repository, write_tree

OTHER = '\n\n@app.post("/v1/orders/{{order}}/{0}")\ndef {0}(order: int) -> int:\n    return order\n'


def check(root: Path, *, base: str | None = None, paths: tuple[str, ...] | None = None) -> Verdict:
    return verify(root, base=base, paths=paths, select=("SW4",))


def findings(root: Path, app: str | None = APP, **changes: str) -> tuple[Finding, ...]:
    return check(make_repository(root, {**SPECS, **world(app, **changes)})).findings


def test_a_project_that_keeps_its_contract_is_clean(tmp_path: Path) -> None:
    assert findings(tmp_path) == ()


def test_all_that_differs_in_an_operation_is_one_finding(tmp_path: Path) -> None:
    app = APP.replace("le=100", "le=50").replace("= 20", "= 10").replace("list[str]:", "list[int]:")
    [finding] = findings(tmp_path, app)
    assert finding.code == "SW404"
    assert finding.place == Place("backend/app/main.py", 15)
    assert finding.related == tuple(Place("specs/contracts/openapi.yaml", line, column)
                                    for line, column in ((8, 60), (8, 74), (12, 70)))  # fmt: skip
    at, get = "in the contract (specs/contracts/openapi.yaml", "/openapi.json#/paths/~1v1~1orders/get"
    limit, body = f"{get}/parameters/0/schema", f"{get}/responses/200/content/application~1json/schema"
    assert finding.message == (
        "GET /v1/orders differs from its contract: "
        f"query parameter limit maximum: 100 {at}:8), 50 in {limit}/maximum; "
        f"query parameter limit default: 20 {at}:8), 10 in {limit}/default; "
        f"response 200 application/json[] type: string {at}:12), integer in {body}/items/type."
    )


def test_security_is_told_apart_from_the_rest(tmp_path: Path) -> None:
    app = APP.replace(", dependencies=[Depends(HTTPBearer())]", "").replace("le=100", "le=50")
    assert [finding.code for finding in findings(tmp_path, app)] == ["SW404", "SW405"]


def test_more_security_than_promised_differs_too(tmp_path: Path) -> None:
    [finding] = findings(tmp_path, contract=CONTRACT.replace("security: [{bearer: []}]\n", ""))
    assert finding.code == "SW404"
    assert "security: public in the contract" in finding.message


def test_an_operation_of_an_open_task_must_be_right_once_it_is_there(tmp_path: Path) -> None:
    [finding] = findings(tmp_path, APP.replace("le=100", "le=50"), status="open")
    assert finding.code == "SW404"


def test_an_operation_hidden_from_the_document_cannot_be_compared(tmp_path: Path) -> None:
    app = APP.replace("dependencies=", "include_in_schema=False, dependencies=")
    [finding] = findings(tmp_path, app)
    assert finding.code == "SW404"
    assert "the operation: documented in the contract" in finding.message


def test_a_moved_operation_is_one_finding_that_also_tells_what_differs(tmp_path: Path) -> None:
    app = APP.replace('"/v1/orders"', '"/v1/orders/"').replace("le=100", "le=50")
    [finding] = findings(tmp_path, app)
    assert finding.code == "SW406"
    assert "GET /v1/orders; the application serves it as GET /v1/orders/, and differs: " in finding.message


def test_each_operation_beyond_the_contract_is_found_at_its_handler(tmp_path: Path) -> None:
    found = findings(tmp_path, APP + OTHER.format("pay") + OTHER.format("ship"))
    assert [(finding.code, finding.place.line) for finding in found] == [("SW403", 20), ("SW403", 25)]


def test_unlisted_operations_are_excepted_and_no_others(tmp_path: Path) -> None:
    files = world(APP + OTHER.format("pay") + OTHER.format("ship"))
    table = '\n[tool.specward.contract]\nunlisted = ["POST /v1/orders/{id}/pay"]\n'
    files = {**SPECS, **files, "pyproject.toml": files["pyproject.toml"] + table}
    [finding] = check(make_repository(tmp_path, files)).findings
    assert "/ship" in finding.message


def test_one_broken_contract_silences_the_comparison_and_says_so(tmp_path: Path) -> None:
    [finding] = findings(tmp_path, APP + OTHER.format("pay"), contract="openapi: 3.1.0\npaths: [")
    assert (finding.code, finding.place.path) == ("SW401", "specs/contracts/openapi.yaml")


def test_an_application_that_documents_what_it_does_not_serve_is_not_believed(tmp_path: Path) -> None:
    app = APP.partition("@app.get")[0] + (
        "document = app.openapi()\ndocument['paths']['/v1/orders'] = {'get': {'responses': {'200': {}}}}\n"
    )
    [finding] = findings(tmp_path, app)
    assert finding.code == "SW407"


def test_two_contracts_are_one_api(tmp_path: Path) -> None:
    files = {
        **SPECS,
        **world(APP + OTHER.format("pay"), operations="`GET /v1/orders`, `POST /v1/orders/{id}/pay`"),
    }
    files["specs/contracts/payment.yaml"] = (
        "openapi: 3.0.3\ninfo: {title: Payment, version: '1'}\npaths:\n  /v1/orders/{id}/pay:\n    post:\n"
        "      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n"
        "      responses: {200: {content: {application/json: {schema: {type: integer}}}}}\n"
    )
    assert check(make_repository(tmp_path, files)).findings == ()


def test_a_run_over_some_files_does_not_start_the_application(tmp_path: Path) -> None:
    root = make_repository(tmp_path, {**SPECS, **world("raise SystemExit\n")})
    assert check(root, paths=("backend",)).findings == ()
    assert [finding.code for finding in check(root).findings] == ["SW402"]


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("specs/contracts/openapi.yaml", None, "there is no specs/contracts/openapi.yaml."),
        ("specs/contracts/openapi.yaml", "paths: [", "none is readable."),
        ("pyproject.toml", SPECS["pyproject.toml"], "name the application, `app = "),
    ],
)
def test_what_was_not_held_is_said(path: str, text: str | None, why: str, tmp_path: Path) -> None:
    files = {**SPECS, **world(), path: text or ""}
    if text is None:
        del files[path]
    [note] = check(make_repository(tmp_path, files)).notes
    assert note.startswith(f"The API was not compared with a contract: {why}")


BEFORE = {**SPECS, **world(None, operations="none")}


def test_a_check_that_compares_nothing_speaks_of_no_change(tmp_path: Path) -> None:
    root = make_repository(tmp_path, BEFORE)
    write_tree(root, {"specs/contracts/openapi.yaml": CONTRACT.replace("maximum: 100", "maximum: 50")})
    assert "SW409" not in {finding.code for finding in check(root).findings}


HEAD, _, PATHS = CONTRACT.partition("  /v1/orders")
TAIL = "components" + PATHS.partition("components")[2]
CHANGES = {
    CONTRACT.replace("    get:", "    get:\n      summary: Prose."): None,
    CONTRACT.replace("maximum: 100", "maximum: 50"): "GET /v1/orders was changed in the contract (query",
    CONTRACT.replace("/v1/orders:", "/v1/orders/:"): "GET /v1/orders/ was changed in the contract",
    CONTRACT.replace("    get:", "    put:"): "PUT /v1/orders was changed in the contract",
    HEAD.replace("paths:", "paths: {}") + TAIL: "GET /v1/orders was removed in the contract",
    CONTRACT.replace(
        TAIL, "  /v1/x: {get: {responses: {200: {}}}}\n" + TAIL
    ): "GET /v1/x was added in the contract",
}


@pytest.mark.parametrize(("now", "told"), CHANGES.items(), ids=map(str, CHANGES.values()))
def test_a_change_of_the_contract_needs_a_task(now: str, told: str | None, tmp_path: Path) -> None:
    root = make_repository(tmp_path, BEFORE)
    git(root, "tag", "before")
    write_tree(root, {"specs/contracts/openapi.yaml": now})
    commit(root, "Change")
    messages = [finding.message for finding in check(root, base="before").findings if finding.code == "SW409"]
    assert len(messages) == (told is not None)
    assert all(message.startswith(str(told)) for message in messages)
