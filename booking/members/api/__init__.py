"""The JSON API of members."""

from litestar import Router

from booking.members.api import categories, entering, me, staff

router = Router(
    path="/api/v1",
    route_handlers=[*entering.handlers, *me.handlers, *categories.handlers, *staff.handlers],
    tags=["members"],
)
