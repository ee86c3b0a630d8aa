"""Values in a form that can be compared: what can be changed is told by what it holds at that time."""

from collections.abc import Hashable

from specward.code.dataflow.values import Class, Function, Instance, Scope, Value


class Form:
    """The forms of several values, in which the same object is known again."""

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}  # objects that can be changed, by identity

    def __call__(self, thing: object) -> Hashable:
        """Two things of one form look alike to whatever is run with them."""
        match thing:
            case Instance() | Scope():
                return self._changeable(thing)
            case Function(module, name, node, owner, receiver, closure):
                return (module, name, node.lineno, node.col_offset, owner, self(receiver), self(closure))
            case None | str() | bytes():
                return thing
            case bool() | int() | float() | complex():
                return (type(thing), thing)  # True is no 1
            case tuple():
                return tuple([self(item) for item in thing])
            case frozenset():
                return frozenset([self(item) for item in thing])
            case _:
                kind = type(thing)
                names: tuple[str, ...] = kind.__match_args__  # type: ignore[attr-defined]  # see `record`
                return (kind, *[self(getattr(thing, name)) for name in names])

    @property
    def has_changeable(self) -> bool:
        """Whether there was anything that can be changed."""
        return bool(self._seen)

    def _changeable(self, thing: Instance | Scope) -> Hashable:
        known = self._seen.get(id(thing))
        if known is not None:
            return (Instance, known)
        self._seen[id(thing)] = len(self._seen)
        if isinstance(thing, Scope):
            return (Scope, self._items(thing.names))
        return (Class, self(thing.cls), thing.scoped, self._items(thing.attributes))

    def _items(self, held: dict[str, Value]) -> Hashable:
        return tuple([(name, self(value)) for name, value in held.items()])
