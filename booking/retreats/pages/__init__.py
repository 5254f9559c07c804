"""The pages of retreats: seasons and their draws for everybody, applications for members, drafts for officers."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from booking.retreats.pages import applying, draw, places, seasons, verifying
from booking.retreats.pages.manage import arrivals, batches, drafting, drawing, fairness, publishing, quotas, rehearsal
from booking.retreats.pages.manage import places as manage_places
from booking.retreats.pages.manage import seasons as manage_seasons

handlers: list[ControllerRouterHandler] = [
    *seasons.handlers,
    *applying.handlers,
    *draw.handlers,
    *places.handlers,
    *verifying.handlers,
    *manage_seasons.handlers,
    *drafting.handlers,
    *batches.handlers,
    *quotas.handlers,
    *rehearsal.handlers,
    *publishing.handlers,
    *drawing.handlers,
    *manage_places.handlers,
    *arrivals.handlers,
    *fairness.handlers,
]

router = Router(path="/", route_handlers=handlers, include_in_schema=False)
