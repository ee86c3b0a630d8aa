"""The kind of class that all values are."""

from operator import attrgetter
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def record(cls: type[T]) -> type[T]:
    """Make a dataclass that nobody changes: the type checker sees to that, so that making one costs less.

    A frozen dataclass takes three times as long to make, and there are millions in a run. With
    those of the standard library, the classes take 40 ms to be there, and every answer to a write needs them.
    """
    names = tuple(cls.__annotations__)
    members = {name: value for name, value in vars(cls).items() if name not in {"__dict__", "__weakref__"}}
    defaults = {name: members.pop(name) for name in names if name in members}
    return type(cls.__name__, cls.__bases__, {
        **_methods(names, defaults), **members, "__slots__": names, "__match_args__": names,
    })  # fmt: skip


def replace(value: T, **changes: object) -> T:
    """Return a record with some of its fields changed."""
    given = {name: getattr(value, name) for name in type(value).__match_args__}  # type: ignore[attr-defined]
    return type(value)(**given | changes)


def _methods(names: tuple[str, ...], defaults: dict[str, object]) -> dict[str, object]:
    fields = attrgetter(*names)

    def __eq__(self: object, other: object) -> bool:  # noqa: N807
        return fields(self) == fields(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: object) -> int:  # noqa: N807
        return hash(fields(self))

    return {"__init__": _initializer(names, defaults), "__eq__": __eq__, "__hash__": __hash__}


def _initializer(names: tuple[str, ...], defaults: dict[str, object]) -> object:
    """Write it out, as dataclasses do: it is called by far the most."""
    parameters = ", ".join(f"{name}={name}" if name in defaults else name for name in names)
    lines = (f"\n self.{name} = {name}" for name in names)
    made: dict[str, object] = {}
    exec(f"def __init__(self, {parameters}):{''.join(lines)}", dict(defaults), made)  # noqa: S102 -- our own names
    return made["__init__"]
