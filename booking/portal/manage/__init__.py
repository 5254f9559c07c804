"""The managers' console: the day at the desk, what is kept from booking, changes, and the descriptions of places."""

from litestar import Router

from booking.portal.manage import board, bookings, console, walk_in
from booking.portal.manage.access import DEPENDENCIES

router = Router(
    path="/",
    route_handlers=[*console.handlers, *board.handlers, *bookings.handlers, *walk_in.handlers],
    dependencies=dict(DEPENDENCIES),
    include_in_schema=False,
)
