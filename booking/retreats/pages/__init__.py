"""The pages of retreats: seasons and their draws for everybody, applications for members, drafts for officers."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from booking.retreats.pages import applying, places, verifying
from booking.retreats.pages.manage import arrivals, fairness
from booking.retreats.pages.manage import places as manage_places

handlers: list[ControllerRouterHandler] = [
    *applying.handlers,
    *places.handlers,
    *verifying.handlers,
    *manage_places.handlers,
    *arrivals.handlers,
    *fairness.handlers,
]

router = Router(path="/", route_handlers=handlers, include_in_schema=False)
