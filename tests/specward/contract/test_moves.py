"""A moved operation is one mismatch, and two strangers are two."""

import pytest

from tests.specward.contract.held import held

ROOT = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n"
BODY = "{responses: {200: {content: {application/json: {schema: {type: string}}}}}}"
OTHER = "{responses: {200: {content: {application/json: {schema: {type: integer}}}}}}"


@pytest.mark.parametrize(
    ("contract", "served"),
    [
        (f"  /a: {{get: {BODY}}}", f"  /a/: {{get: {BODY}}}"),
        (f"  /a: {{get: {BODY}}}", f"  /a/: {{get: {OTHER}}}"),
        (f"  /a: {{get: {BODY}}}", f"  /A: {{get: {BODY}}}"),
        (f"  /a: {{get: {BODY}}}", f"  /b/c: {{get: {BODY}}}"),
        (f"  /a: {{put: {BODY}}}", f"  /a: {{patch: {BODY}}}"),
        (f"  /a: {{get: {{operationId: x, {BODY[1:]}}}", f"  /b: {{get: {{operationId: x, {OTHER[1:]}}}"),
    ],
)
def test_moved(contract: str, served: str) -> None:
    [mismatch] = held(ROOT + contract, ROOT + served)
    assert mismatch.moved
    assert bool(mismatch.differences) is (OTHER[1:] in served)


def test_what_has_nothing_in_common_is_not_moved() -> None:
    found = held(f"{ROOT}  /a: {{get: {BODY}}}", f"{ROOT}  /b: {{get: {OTHER}}}")
    assert [(m.contract is None, m.served is None) for m in found] == [(False, True), (True, False)]


def test_two_candidates_are_no_sign() -> None:
    found = held(f"{ROOT}  /a: {{get: {BODY}}}", f"{ROOT}  /b: {{get: {BODY}}}\n  /c: {{get: {BODY}}}")
    assert len(found) == 3
    assert not any(mismatch.moved for mismatch in found)


def test_a_whole_api_under_another_prefix_is_one_mismatch_each() -> None:
    paths = [f"/{name}: {{get: {BODY}}}" for name in "abc"]
    contract = "".join(f"  {path}\n" for path in paths)
    served = "".join(f"  {path.replace(': {', '/: {', 1)}\n" for path in paths)
    assert [mismatch.moved for mismatch in held(ROOT + contract, ROOT + served)] == [True] * 3
