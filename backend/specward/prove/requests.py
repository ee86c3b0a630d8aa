"""Requests of an operation, by its own document: with the sender's ids, or with those of somebody else."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote

from specward.prove.client import Request
from specward.prove.operations import FORM, Target
from specward.prove.people import Person, filled
from specward.prove.samples import is_choice, properties, sample


class Writer(NamedTuple):
    """Writes the requests of one operation."""

    target: Target
    values: Mapping[str, object]  # of parameters that are no ids
    bodies: Mapping[str, object]  # by operation id, or "METHOD /path"
    known: frozenset[str]  # the names of the ids that people keep

    def ids(self) -> tuple[str, ...]:
        """Return which of the known ids the operation takes: in its path, its query or its body."""
        target = self.target
        names = [self._key(parameter.name, parameter.place) for parameter in target.parameters]
        names += [self._key(name, "path") for name in _placeholders(target.path)]
        names += properties(target.body, target.document)
        return tuple(dict.fromkeys(name for name in names if name in self.known))

    def unknown(self) -> tuple[str, ...]:
        """Return the path parameters for which there is neither an id nor a choice of values."""
        schemas = {parameter.name: parameter.schema for parameter in self.target.parameters}
        return tuple(
            name
            for name in _placeholders(self.target.path)
            if not {self._key(name, "path"), name} & (self.known | self.values.keys())
            and not is_choice(schemas.get(name), self.target.document)
        )

    def request(self, sender: Person, ids: Mapping[str, str], own: Mapping[str, str]) -> Request:
        """Write a request.

        Args:
            sender: whose credentials it bears.
            ids: the ids that are given instead of one's own.
            own: the ids, and whatever else may be asked for, of a person.
        """
        target, known = self.target, {**self.values, **own, **ids}
        places: dict[str, dict[str, str]] = {"query": {}, "header": {}, "cookie": {}}
        path = target.path
        for parameter in target.parameters:
            key = self._key(parameter.name, parameter.place)
            if parameter.place == "path":
                value = known.get(key, sample(parameter.schema, target.document, known))
                path = path.replace(f"{{{parameter.name}}}", quote(str(value), safe=""))
            elif parameter.required or key in known:
                value = known.get(key, sample(parameter.schema, target.document, known))
                places[parameter.place][parameter.name] = _text(value)
        for name in _placeholders(path):  # of an operation that no document describes
            path = path.replace(f"{{{name}}}", quote(str(known.get(self._key(name, "path"), "x")), safe=""))
        headers = {**places["header"], **sender.headers}
        request = Request(target.method, path, headers, places["query"])
        return self._with_body(request, known)

    def _with_body(self, request: Request, known: Mapping[str, object]) -> Request:
        target = self.target
        if not target.content_type:
            return request
        stated = self.bodies.get(target.name, self.bodies.get(target.label))
        body = sample(target.body, target.document, known) if stated is None else filled(stated, known)
        if target.content_type == FORM:
            return request._replace(form=body if isinstance(body, dict) else {})
        return request._replace(json=body, content_type=target.content_type)

    def _key(self, name: str, place: str) -> str:
        """Return the name under which an id is known: "notes.id" for `/notes/{id}`, where it is there."""
        before = self.target.path.partition(f"/{{{name}}}")[0].rpartition("/")[2]
        qualified = f"{before}.{name}"
        return qualified if place == "path" and qualified in {*self.values, *self.known} else name


def _placeholders(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{") and part.endswith("}")]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
