"""Who the principal is: told by what a dependency gives, by its type or, for want of more, by its name."""

import ast
from collections.abc import Sequence

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.annotations import annotated, annotation_names
from specward.code.dataflow.evaluation.engine import Engine, State
from specward.code.dataflow.evaluation.guards import trusted
from specward.code.dataflow.evaluation.privileges import privileged
from specward.code.dataflow.lattice import join_all, options, origin, parts
from specward.code.dataflow.values import IDENTITY, External, Origin, Scalar, Value
from specward.patterns import pattern

_SCHEMES = ("OAuth2", "HTTPBearer", "HTTPBasic", "APIKey", "OpenIdConnect", "HTTPDigest", "SecurityBase")
PROVIDED = frozenset(
    {
        "Session",
        "AsyncSession",
        "BackgroundTasks",
        "Response",
        "Connection",
        "AsyncConnection",
        "Engine",
        "AsyncEngine",
        "scoped_session",
        "SecurityScopes",
        "Database",
        "Redis",
        "Pool",
    }
)
_NAMED_USER = ("user", "principal", "account", "identity", "claims", "auth", "jwt", "me", "payload", "owner")
PRINCIPAL_TYPE = pattern(r"(Current|Auth|Verified|LoggedIn|Principal|Me\b|ActiveUser)")


def identifies(engine: Engine, value: Value) -> bool:
    """Whether a value is the principal or holds them."""
    held = [item for part in parts(value) for item in options(part)]
    return any(is_caller(engine, item) for item in (*options(value), *held))


def is_caller(engine: Engine, value: Value) -> bool:
    """Whether a value is the principal: what a credential gave, or their row."""
    match value:
        case v.Row(table=table, many=many):
            return table == engine.schema.user and not many
        case Scalar(origin, _, _):
            return origin == Origin.IDENTITY
        case _:
            return False


def without_stand_ins(engine: Engine, value: Value) -> Value:
    """The principal, without the fixed users that stand in for it during set-up or development.

    What else a dependency makes where it does not find the principal is another kind of one: an agent,
    a key of the application.
    """
    real = [item for item in options(value) if not _stands_in(item)]
    return join_all(real) if any(is_caller(engine, item) for item in real) else value


def context(engine: Engine, value: Value, state: State) -> Value:
    """The caller's role in a workspace that they asked for: who made it has checked it."""
    if not isinstance(value, v.Mapping | v.Instance):
        return value
    fields = [item for part in parts(value) for item in options(part)]
    if not identifies(engine, value):
        return value
    asked = {item.symbol for item in fields if isinstance(item, Scalar) and item.origin == Origin.CLIENT}
    asked &= engine.trail.compared
    state.assume(v.Facts(frozenset(("key", v.ANY_TABLE, symbol) for symbol in asked)))
    return trusted(value, Origin.CREDENTIAL) if isinstance(value, v.Mapping) else value


_CURRENT = pattern(r"(^|_)(current|principal|identity|caller|whoami)(_|$)")


def as_told(name: str, value: Value) -> Value:
    """Who `get_current_owner` says calls, from a header that a gateway has set: the deployment's promise."""
    if not _CURRENT.search(name):
        return value
    presented = [item for item in options(value) if origin(item) == Origin.CREDENTIAL]
    others = [item for item in options(value) if item not in presented and not isinstance(item, v.Const)]
    return IDENTITY if presented and not others else value


def as_presented(engine: Engine, value: Value, given: Sequence[Value]) -> Value:
    """The user that a dependency finds for a credential and nothing else, however it looks them up."""
    sources = {origin(item) for item in given}
    if Origin.CREDENTIAL not in sources or Origin.CLIENT in sources:
        return value
    return join_all([_presented(engine, item) for item in options(value)])


def _presented(engine: Engine, value: Value) -> Value:
    """The user for their row; of an object made of it (`Identity(id=user.id)`) what is the user's."""
    match value:
        case v.Row() if is_caller(engine, value):
            return v.FOUND_CALLER
        case v.Field(row, name) if is_caller(engine, row):
            return Scalar(Origin.IDENTITY, name)
        case v.Mapping(entries, rest):
            return v.Mapping(tuple((name, _presented(engine, item)) for name, item in entries), rest)
        case v.Instance(attributes=attributes):
            fields = {name: item for name, item in attributes.items() if not isinstance(item, v.Instance)}
            attributes.update({name: _presented(engine, item) for name, item in fields.items()})
            return value
        case _:
            return value


def as_annotated(engine: Engine, value: Value, module: str, annotation: ast.expr | None) -> Value:
    """The user that a parameter says it takes, where what its dependency gives comes from outside."""
    types = annotation_names(annotation)
    model = engine.named(module, types[0]) if types else None
    if not isinstance(model, v.Model) or model.table != engine.schema.user:
        return value
    return IDENTITY if all(map(_is_outside, options(value))) else value


def _is_outside(value: Value) -> bool:
    return isinstance(value, v.Method) or (
        isinstance(value, Scalar) and value.origin == Origin.UNKNOWN and not value.rows
    )


def _stands_in(value: Value) -> bool:
    match value:
        case Scalar(Origin.UNKNOWN, _, read):
            return not read
        case v.Row(fresh=True, keys=keys):  # `User(id=0, email="local@localhost")`
            return all(origin(item) == Origin.CONSTANT for _, item in keys)
        case _:
            return isinstance(value, v.Instance | v.Const | v.Mapping)


def by_name(engine: Engine, target: Value, name: str, module: str, annotation: ast.expr | None) -> Value:
    """A dependency whose source is not here: told by class, by type or, for want of more, by name."""
    text = _text(target)
    if any(part.startswith(_SCHEMES) for part in text.split(".")):
        return Scalar(Origin.CREDENTIAL, name)
    types = annotation_names(annotation)
    if any(item.rpartition(".")[2] in PROVIDED for item in types):
        return Scalar(Origin.UNKNOWN, types[0])
    model = engine.named(module, types[0]) if types else None
    if isinstance(model, v.Model) and model.table == engine.schema.user:
        return IDENTITY
    last = text.rpartition(".")[2].lower()
    words = f"{last} {name} {' '.join(types)}".lower()
    if any(part in words for part in _NAMED_USER) and "session" not in last and "service" not in words:
        return Scalar(Origin.IDENTITY, "is_admin" if privileged(engine, last) else "")
    return annotated(engine, module, annotation, name)


def _text(value: Value) -> str:
    match value:
        case External(name, _):
            return name
        case v.Method(receiver, name):
            return f"{_text(receiver)}.{name}"
        case Scalar(_, symbol, _):
            return symbol
        case _:
            return ""
