"""The JSON API of retreats: seasons, applications, the draw, and places won."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from booking.retreats.api import applying, places, verifying

handlers: list[ControllerRouterHandler] = [*applying.handlers, *places.handlers, *verifying.handlers]

router = Router(path="/api/v1", route_handlers=handlers, tags=["retreats"])
