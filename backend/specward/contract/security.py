"""What a caller must show: alternatives of requirements, known by their kind and never by a name."""

from typing import NamedTuple

from specward.contract.documents import Document, Located

# All of them are the same to whoever checks the header: a bearer token.
_BEARER_KINDS = ("http bearer", "oauth2", "openIdConnect")


class Security(NamedTuple):
    """The alternatives of one operation; no alternative at all cannot be called, an empty one is public."""

    alternatives: frozenset[frozenset[str]]
    pointer: str

    def __str__(self) -> str:
        written = (" and ".join(sorted(all_of)) or "public" for all_of in self.alternatives)
        return " or ".join(sorted(written))


def effective(document: Document, operation: Located) -> Security:
    """The security of an operation: its own, else the document's, else none."""
    root = document.root
    for owner in (operation, Located(root, "")):
        declared = owner.value.get("security") if isinstance(owner.value, dict) else None
        if isinstance(declared, list):
            alternatives = frozenset(_requirements(document, item) for item in declared)
            return Security(alternatives or frozenset({frozenset[str]()}), f"{owner.pointer}/security")
    return Security(frozenset({frozenset[str]()}), operation.pointer)


def is_weaker(served: Security, contract: Security) -> bool:
    """Whether something suffices to call the served operation that does not suffice under the contract."""
    demanded = [_carriers(alternative) for alternative in contract.alternatives]
    return any(
        not any(one <= _carriers(alternative) for one in demanded) for alternative in served.alternatives
    )


def _requirements(document: Document, item: object) -> frozenset[str]:
    found: set[str] = set()
    for name, scopes in item.items() if isinstance(item, dict) else ():
        kind = _kind(document, str(name))
        found.add(kind)
        if isinstance(scopes, list):
            found.update(f"{kind} scope {scope}" for scope in scopes)
    return frozenset(found)


def _kind(document: Document, name: str) -> str:
    part = document.resolve(f"#/components/securitySchemes/{name}")
    scheme = document.follow(part).value if part else None
    if not isinstance(scheme, dict):
        return f"undefined scheme {name}"
    kind = str(scheme.get("type"))
    if kind == "http":
        return f"http {str(scheme.get('scheme')).lower()}"
    if kind == "apiKey":
        where, key = str(scheme.get("in")), str(scheme.get("name"))
        return f"apiKey {where} {key.lower() if where == 'header' else key}"
    flows = scheme.get("flows")
    return " ".join([kind, *sorted(flows)]) if kind == "oauth2" and isinstance(flows, dict) else kind


def _carriers(alternative: frozenset[str]) -> frozenset[str]:
    carriers: set[str] = set()
    for requirement in alternative:
        kind, scope, name = requirement.partition(" scope ")
        carriers.add(("bearer" if kind.startswith(_BEARER_KINDS) else kind) + scope + name)
    return frozenset(carriers)
