"""Whether a document is an OpenAPI contract at all, checked as far as the gate relies on it."""

from collections.abc import Iterator

from specward.contract.documents import Document, Located, escape
from specward.contract.facts import METHODS, key_of
from specward.contract.source import Source, place
from specward.specs.model import Operation, Problem

_VERSIONS = ("3.0", "3.1", "3.2")
_TYPES = {"string", "number", "integer", "boolean", "array", "object", "null"}
_PLACES = {"query", "header", "path", "cookie", "querystring"}
_WORTH_LISTING = 20


def problems(source: Source) -> list[Problem]:
    """What is wrong with a contract, the first twenty of it, in the document's order."""
    found = list(source.problems)
    root = source.value
    if not isinstance(root, dict) or not isinstance(root.get("openapi"), str):
        swagger = isinstance(root, dict) and "swagger" in root
        written = "Swagger 2.0" if swagger else "not an OpenAPI document: it has no version under `openapi`"
        return [
            *found,
            _problem(source, "", f"The contract is {written}.", "Write it in OpenAPI 3.0 or 3.1."),
        ]
    if not root["openapi"].startswith(_VERSIONS):
        message = f"The contract is written in OpenAPI {root['openapi']}, which is not understood."
        return [*found, _problem(source, "/openapi", message, "Write it in OpenAPI 3.0 or 3.1.")]
    if not isinstance(root.get("paths"), dict):
        message = "The contract has no `paths`, so it allows no operation."
        return [*found, _problem(source, "", message, "List its operations under `paths`.")]
    checks = (*_paths(Document(root)), *_references(Document(root)))
    for pointer, message, hint in checks[:_WORTH_LISTING]:
        found.append(_problem(source, pointer, message, hint))
    return found


def _problem(source: Source, pointer: str, message: str, hint: str) -> Problem:
    return Problem(place(source, pointer), message, hint)


Check = tuple[str, str, str]  # pointer, message, hint


def _paths(document: Document) -> Iterator[Check]:
    assert isinstance(document.root, dict)  # noqa: S101 -- `problems` has looked
    seen: dict[str, str] = {}
    for path, raw in document.root["paths"].items():
        pointer = f"/paths/{escape(path)}"
        item = document.follow(Located(raw, pointer))
        if path.startswith("x-"):
            continue
        if not path.startswith("/"):
            yield pointer, f"The path `{path}` does not begin with a slash.", f"Write it as `/{path}`."
        if not isinstance(item.value, dict):
            yield pointer, f"`{path}` holds no operations.", "List its methods under it."
            continue
        shape = key_of(Operation("", path)).path
        if shape in seen:
            message = (
                f"`{path}` is the same path as `{seen[shape]}`: parameter names do not distinguish paths."
            )
            yield pointer, message, "Join the two."
        seen.setdefault(shape, path)
        for method in METHODS:
            if method in item.value:
                yield from _operation(document, f"{method.upper()} {path}", item, method)


def _operation(document: Document, name: str, item: Located, method: str) -> Iterator[Check]:
    assert isinstance(item.value, dict)  # noqa: S101 -- `_paths` has looked
    operation, pointer = item.value[method], f"{item.pointer}/{method}"
    if not isinstance(operation, dict):
        yield pointer, f"{name} is no mapping.", "Describe its parameters and responses under it."
        return
    if not isinstance(operation.get("responses"), dict) or not operation["responses"]:
        yield pointer, f"{name} has no responses.", "List its status codes under `responses`."
    declared: set[str] = set()
    for owner, at in ((item.value, item.pointer), (operation, pointer)):
        parameters = owner.get("parameters", [])
        for number, raw in enumerate(parameters if isinstance(parameters, list) else []):
            parameter = document.follow(Located(raw, f"{at}/parameters/{number}")).value
            if not isinstance(parameter, dict):
                continue
            if parameter.get("in") not in _PLACES or not isinstance(parameter.get("name"), str):
                if "$ref" not in parameter:
                    message = f"A parameter of {name} has no name, or does not say where it is sent."
                    yield f"{at}/parameters/{number}", message, "Give it `name` and `in`."
            elif parameter["in"] == "path":
                declared.add(parameter["name"])
    for missing in _path_parameters(name) - declared:
        message = f"{name} does not describe its path parameter `{missing}`."
        yield pointer, message, f"Add a parameter with `in: path` and `name: {missing}`."


def _path_parameters(name: str) -> set[str]:
    return {part.partition("}")[0] for part in name.split("{")[1:]}


def _references(document: Document) -> Iterator[Check]:
    """References that lead nowhere, types and security schemes that do not exist, wherever they stand."""
    waiting = [Located(document.root, "")]
    seen: set[int] = set()
    while waiting:
        value, pointer = waiting.pop()
        if id(value) in seen or pointer.endswith(("/example", "/examples", "/default", "/enum", "/const")):
            continue
        seen.add(id(value))
        if isinstance(value, dict):
            yield from _leads_nowhere(document, value, pointer)
            waiting.extend(Located(part, f"{pointer}/{escape(key)}") for key, part in value.items())
        elif isinstance(value, list):
            waiting.extend(Located(part, f"{pointer}/{number}") for number, part in enumerate(value))


def _leads_nowhere(document: Document, value: dict[str, object], pointer: str) -> Iterator[Check]:
    reference = value.get("$ref")
    if isinstance(reference, str) and document.resolve(reference) is None:
        if reference.startswith("#"):
            yield f"{pointer}/$ref", f"`{reference}` leads nowhere.", "Define it, or correct the reference."
        else:
            message = f"`{reference}` is in another file, which the gate does not follow."
            yield f"{pointer}/$ref", message, "Bundle the contract into one file."
    kind = value.get("type")
    if "/schema" in pointer and isinstance(kind, str) and kind not in _TYPES:
        yield f"{pointer}/type", f"There is no type `{kind}`.", f"Use one of {', '.join(sorted(_TYPES))}."
    if pointer.endswith("/security") or not isinstance(value.get("security"), list):
        return
    for alternative in value["security"]:  # type: ignore[attr-defined]  # a list, by the line above
        for name in alternative if isinstance(alternative, dict) else ():
            if document.resolve(f"#/components/securitySchemes/{escape(str(name))}") is None:
                message = f"The security scheme `{name}` is not defined."
                yield f"{pointer}/security", message, "Define it under components.securitySchemes."
