"""The JSON API of retreats: seasons, applications, the draw, and places won."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from booking.retreats.api import applying

handlers: list[ControllerRouterHandler] = [*applying.handlers]

router = Router(path="/api/v1", route_handlers=handlers, tags=["retreats"])
