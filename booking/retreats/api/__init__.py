"""The JSON API of retreats: seasons, applications, the draw, and places won."""

from litestar import Router
from litestar.types import ControllerRouterHandler

handlers: list[ControllerRouterHandler] = []

router = Router(path="/api/v1", route_handlers=handlers, tags=["retreats"])
