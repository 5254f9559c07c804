"""The JSON API of the managers' console: descriptions, changes, money and reports."""

from litestar import Router

from booking.portal.api import changes, describing, desk

router = Router(
    path="/api/v1/manage",
    route_handlers=[*describing.handlers, *changes.handlers, *desk.handlers],
    tags=["managing"],
)
