"""The front desk's pages: the day, a room of a stay, walk-ins, the floor plan and the close of a day."""

from litestar import Router

from booking.rooms.pages.desk import acts, closing, day, floor, live, money, room, walk_in
from booking.rooms.pages.desk.access import DEPENDENCIES

_pages = Router(
    path="/",
    route_handlers=[*day.handlers, *room.handlers, *walk_in.handlers, *floor.handlers, *closing.handlers],
    dependencies=dict(DEPENDENCIES),
)
router = Router(path="/", route_handlers=[_pages, acts.router, money.router, *live.handlers], include_in_schema=False)
