"""The JSON API of retreats: seasons, applications, the draw, and places won."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from booking.retreats.api import applying, drawing, manage, places, seasons, verifying

handlers: list[ControllerRouterHandler] = [
    *seasons.handlers,
    *applying.handlers,
    *drawing.handlers,
    *places.handlers,
    *verifying.handlers,
    *manage.handlers,
]

router = Router(path="/api/v1", route_handlers=handlers, tags=["retreats"])
