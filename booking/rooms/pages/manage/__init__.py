"""The pages of those who manage the sanatorium: the tape chart, the figures, rooms out of order, pools and limits."""

from litestar import Router

from booking.rooms.pages.manage import figures, offline, pools, tape
from booking.rooms.pages.manage.access import DEPENDENCIES

router = Router(
    path="/",
    route_handlers=[*tape.handlers, *offline.handlers, *figures.handlers, *pools.handlers],
    dependencies=dict(DEPENDENCIES),
    include_in_schema=False,
)
