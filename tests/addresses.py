"""The routes of the application as tests walk them, and bodies of the right form for each."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from msgspec import inspect

PLAIN: dict[type[inspect.Type], Any] = {
    inspect.BoolType: False,
    inspect.DateType: "2026-11-26",
    inspect.DateTimeType: "2026-11-26T10:00:00Z",
    inspect.DictType: {},
    inspect.NoneType: None,
    inspect.TimeType: "18:00:00",
}
PARAMETER = re.compile(r"\{(\w+):(\w+)\}")


class Route(NamedTuple):
    """One method of one path, e.g. `POST /api/v1/bookings/{place:int}/{booking:int}/cancel`."""

    method: str
    path: str
    body: type[msgspec.Struct] | None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    def at(self, **parameters: object) -> str:
        """The address with these parameters; one that is not given is a mistake of the test."""
        return PARAMETER.sub(lambda found: str(parameters[found[1]]), self.path)

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Names and types of what stands in the path."""
        return PARAMETER.findall(self.path)


def routes(app: Litestar) -> list[Route]:
    """Every route of ours, in the order of their paths; not what serves files, figures and the API document."""
    found = [
        Route(method, route.path, _body(handler))
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"})
        if not route.path.startswith(("/static/", "/metrics", "/api/v1/schema"))
    ]
    return sorted(found)


def _body(handler: HTTPRouteHandler) -> type[msgspec.Struct] | None:
    given = handler.parsed_fn_signature.parameters.get("data")
    body: type[msgspec.Struct] | None = None if given is None else given.annotation
    return body


def sample(struct: type[msgspec.Struct], hints: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The smallest body of this form, optional fields included; `hints` are values by the name of their field."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    return {field.encode_name: _value(field.type, field.encode_name, hints or {}) for field in info.fields}


def _value(kind: inspect.Type, name: str, hints: Mapping[str, Any]) -> Any:
    match kind:
        case inspect.LiteralType(values):
            return hints[name] if hints.get(name) in values else values[0]
        case _ if name in hints:
            return hints[name]
        case inspect.Metadata(type=inner) | inspect.UnionType(types=(inner, *_)):
            return _value(inner, name, hints)
        case inspect.StructType(cls):
            return sample(cls, hints)
        case inspect.ListType(item_type) | inspect.VarTupleType(item_type):
            return [_value(item_type, name, hints)]
        case inspect.IntType(ge=least) | inspect.FloatType(ge=least):
            return least or 0
        case inspect.StrType(min_length=least):
            return "x" * max(1, least or 0)
        case _:
            return PLAIN[type(kind)]


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where the values of a body stand, its lists and objects included."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield (*path, key)
        yield from leaves(item, (*path, key))


def replaced(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    """A body with another value at one place."""
    if not path:
        return new
    key, *rest = path
    copy: Any = value.copy()
    copy[key] = replaced(value[key], tuple(rest), new)
    return copy
