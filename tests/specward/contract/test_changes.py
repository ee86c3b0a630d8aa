"""The documents of one API agree whoever wrote them, and each kind of change to it is found."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from specward.contract.compare import Mismatch
from specward.contract.source import parse
from tests.specward.contract.held import held
from tests.specward.contract.shop import HAND_30, HAND_31, app

Api = dict[str, Any]
GENERATED: Api = app.openapi()
HANDS = {"3.0": HAND_30, "3.1": HAND_31}


@pytest.mark.parametrize("hand", HANDS.values(), ids=HANDS)
def test_a_contract_written_by_hand_equals_what_fastapi_writes(hand: str) -> None:
    assert held(hand, GENERATED) == []
    assert held(hand, HAND_30) == []


def test_a_generated_contract_equals_itself() -> None:
    assert held(GENERATED, deepcopy(GENERATED)) == []


def remove_endpoint(api: Api) -> None:
    del api["paths"]["/things/{thing_id}"]


def add_endpoint(api: Api) -> None:
    api["paths"]["/things/{thing_id}"]["get"] = api["paths"]["/things/{thing_id}"]["delete"]


def change_status(api: Api) -> None:
    responses = api["paths"]["/things"]["post"]["responses"]
    responses["200"] = responses.pop("201")


def require_field(api: Api) -> None:
    api["components"]["schemas"]["Draft"]["required"].append("note")


def remove_response_field(api: Api) -> None:
    del api["components"]["schemas"]["Thing"]["properties"]["tags"]


def remove_enum_value(api: Api) -> None:
    api["components"]["schemas"]["Colour"]["enum"].remove("green")


def tighten_length(api: Api) -> None:
    api["components"]["schemas"]["Draft"]["properties"]["title"]["maxLength"] = 100


def remove_security(api: Api) -> None:
    del api["paths"]["/things"]["post"]["security"]


KINDS: dict[Callable[[Api], None], list[tuple[str, str | None, str | None]]] = {
    remove_endpoint: [],
    add_endpoint: [],
    change_status: [("response 201", "present", None), ("response 200", None, "present")],
    require_field: [("request body application/json.note required", None, "true")],
    remove_response_field: [("response 201 application/json.tags", "array", None)],
    remove_enum_value: [("response 201 application/json.colour enum", '"green", "red"', '"red"')],
    tighten_length: [("request body application/json.title maxLength", "200", "100")],
    remove_security: [("security", "http bearer", "public")],
}


@pytest.mark.parametrize("hand", HANDS.values(), ids=HANDS)
@pytest.mark.parametrize("change", KINDS, ids=lambda change: change.__name__)
def test_each_kind_of_change_is_found(change: Callable[[Api], None], hand: str) -> None:
    changed = deepcopy(GENERATED)
    change(changed)
    found = {of(mismatch): mismatch for mismatch in held(hand, changed)}
    if change is remove_endpoint:
        assert found["DELETE /things/{id}"].served is None
    elif change is add_endpoint:
        assert found["GET /things/{thing_id}"].contract is None
    else:
        told = [(d.where, d.contract, d.served) for d in found["POST /things"].differences]
        assert told[: len(KINDS[change])] == KINDS[change]
    assert {mismatch.weaker for mismatch in found.values()} == {change is remove_security}


def test_each_difference_says_where_both_sides_stand() -> None:
    changed = deepcopy(GENERATED)
    tighten_length(changed)
    [mismatch] = held(HAND_31, changed)
    [difference] = mismatch.differences
    assert difference.served_pointer == "/components/schemas/Draft/properties/title/maxLength"
    assert difference.contract_pointer.startswith("/paths/~1things/post/requestBody/content/")
    assert difference.contract_pointer.endswith("/schema/properties/title/maxLength")


def test_one_change_of_a_shared_schema_is_one_mismatch_for_each_operation() -> None:
    changed = deepcopy(GENERATED)
    remove_response_field(changed)
    assert [of(mismatch) for mismatch in held(HAND_31, changed)] == ["GET /things", "POST /things"]


def test_the_automatic_422_counts_only_where_the_contract_describes_it() -> None:
    contract = parse("contract", HAND_31).value
    assert isinstance(contract, dict)
    responses = contract["paths"]["/things"]["post"]["responses"]
    responses["422"] = {"description": "Named, not described."}
    assert held(contract, GENERATED) == []
    responses["422"]["content"] = {"application/problem+json": {"schema": {"type": "object"}}}
    assert len(held(contract, GENERATED)) == 1


def of(mismatch: Mismatch) -> str:
    side = mismatch.contract or mismatch.served
    assert side is not None
    return str(side.operation)
