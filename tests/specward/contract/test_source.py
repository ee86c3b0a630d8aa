"""Documents as text: their values by YAML 1.2, their places, and what makes them unreadable."""

import pytest

from specward.contract.source import ContractError, parse, place
from specward.contract.validity import problems
from specward.specs.model import Place

YAML = """openapi: 3.1.0
shared: &shared {responses: {200: {description: Ok}}}
paths:
  /a/{id}:
    get: *shared
    post:
      <<: *shared
      deprecated: yes
      x: [0o17, 1e3, -.5, ~, 2026-01-01, "5", on, 1:30]
"""


def test_values_follow_yaml_1_2() -> None:
    root = parse("c.yaml", YAML).value
    assert isinstance(root, dict)
    post = root["paths"]["/a/{id}"]["post"]
    assert post["responses"] == {"200": {"description": "Ok"}}
    assert post["deprecated"] == "yes"
    assert post["x"] == [15, 1000.0, -0.5, None, "2026-01-01", "5", "on", "1:30"]


@pytest.mark.parametrize(
    ("pointer", "line", "column"),
    [
        ("", 1, 1),
        ("/paths/~1a~1{id}", 4, 3),
        ("/paths/~1a~1{id}/get", 5, 5),
        ("/paths/~1a~1{id}/get/responses/200", 2, 30),
        ("/paths/~1a~1{id}/post/x/3", 9, 27),
        ("/paths/~1a~1{id}/post/absent/deeper", 6, 5),
    ],
)
def test_places(pointer: str, line: int, column: int) -> None:
    assert place(parse("c.yaml", YAML), pointer) == Place("c.yaml", line, column)


def test_json_has_places_too() -> None:
    source = parse("c.json", '{\n  "openapi": "3.1.0",\n  "paths": {\n    "/a": {}\n  }\n}\n')
    assert place(source, "/paths/~1a") == Place("c.json", 4, 5)
    assert place(parse("c.json", '{\n\t"paths": {}}'), "/paths").path == "c.json"


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("a: [", "neither YAML nor JSON", 2),
        ("a: 'x", "unexpected end of stream", 1),
        ("{\n 'a': ", "neither YAML nor JSON", 3),
        ("\0", "neither YAML nor JSON", 1),
        ("[" * 20_000 + "]" * 20_000, "nested too deeply", 1),
        ('{"a":' * 20_000 + "1" + "}" * 20_000, "nested too deeply", 1),
        ("a: &a [*a]", "refers to a part that contains it", 1),
        (
            "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 9}]\n" for n in range(1, 12)),
            "5,000,000",
            1,
        ),
    ],
)
def test_what_cannot_be_read_says_why(text: str, words: str, line: int) -> None:
    with pytest.raises(ContractError) as raised:
        parse("c.yaml", text)
    assert words in raised.value.problem.message
    assert raised.value.problem.place.line == line


ROOT = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"
OK = "responses: {200: {description: Ok}}"
INVALID = {
    "swagger: '2.0'\npaths: {}": ("The contract is Swagger 2.0.", 1),
    "# Contract\n\nGET /a gives a list.": ("The contract is not an OpenAPI document: it has no version", 3),
    "asyncapi: 3.0.0": ("The contract is not an OpenAPI document", 1),
    "openapi: 3.1.0": ("The contract has no `paths`", 1),
    "openapi: '4.0'\npaths: {}": ("in OpenAPI 4.0, which is not understood", 1),
    f"{ROOT}paths:\n  a: {{get: {{{OK}}}}}": ("`a` does not begin with a slash", 4),
    f"{ROOT}paths:\n  /a: 3": ("`/a` holds no operations", 4),
    f"{ROOT}paths:\n  /a: {{get: 3}}": ("GET /a is no mapping", 4),
    f"{ROOT}paths:\n  /a: {{get: {{}}}}": ("GET /a has no responses", 4),
    f"{ROOT}paths:\n  /a: {{get: {{{OK}}}}}\n  /a: {{}}": ("The key `/a` is written twice", 5),
    f"{ROOT}paths:\n  /a/{{b}}: {{parameters: [{{in: path, name: b}}], get: {{{OK}}}}}\n  /a/{{c}}: {{}}": (
        "`/a/{c}` is the same path as `/a/{b}`",
        5,
    ),
    f"{ROOT}paths:\n  /a/{{b}}: {{get: {{{OK}}}}}": ("does not describe its path parameter `b`", 4),
    f"{ROOT}paths:\n  /a: {{get: {{parameters: [{{in: body, name: b}}], {OK}}}}}": (
        "A parameter of GET /a",
        4,
    ),
    f"{ROOT}paths:\n  /a: {{get: {{responses: {{200: {{$ref: '#/b'}}}}}}}}": ("`#/b` leads nowhere", 4),
    f"{ROOT}paths:\n  /a: {{$ref: other.yaml}}": ("`other.yaml` is in another file", 4),
    f"{ROOT}paths: {{}}\nsecurity: [{{k: []}}]": ("The security scheme `k` is not defined", 4),
    f"{ROOT}paths: {{}}\ncomponents: {{schemas: {{A: {{type: text}}}}}}": ("There is no type `text`", 4),
    '{"openapi": "3.1.0", "paths": {}, "paths": {}}': ("The key `paths` is written twice", 1),
}


@pytest.mark.parametrize("text", INVALID, ids=[words for words, _ in INVALID.values()])
def test_what_is_no_contract_says_why(text: str) -> None:
    words, line = INVALID[text]
    [problem] = problems(parse("c.yaml", text))
    assert words in problem.message
    assert problem.message.endswith(".")
    assert problem.place.line == line


def test_a_contract_may_have_twenty_problems_at_once() -> None:
    paths = "".join(f"  /a{n}: {{get: {{}}}}\n" for n in range(50))
    assert len(problems(parse("c.yaml", f"{ROOT}paths:\n{paths}"))) == 20
