"""The managers' console: the day at the desk, what is kept from booking, changes, and the descriptions of places."""

from litestar import Router

from booking.portal.manage import (
    audit,
    blocks,
    board,
    bookings,
    changes,
    changing,
    console,
    editing,
    gates,
    printing,
    takings,
    walk_in,
)
from booking.portal.manage.access import DEPENDENCIES

router = Router(
    path="/",
    route_handlers=[
        *console.handlers,
        *board.handlers,
        *bookings.handlers,
        *changing.handlers,
        *printing.handlers,
        *walk_in.handlers,
        *blocks.handlers,
        *changes.handlers,
        *editing.handlers,
        *gates.handlers,
        *audit.handlers,
        *takings.handlers,
    ],
    dependencies=dict(DEPENDENCIES),
    include_in_schema=False,
)
