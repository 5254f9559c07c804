"""The help page: how it all works, in the order in which people need it."""

from typing import Any

from litestar import Request, Response, Router, get

from booking.web.pages import page


@get("/help", include_in_schema=False)
async def help_page(request: Request[Any, Any, Any]) -> Response[str]:
    """How to book, cancel, get in, and read this in larger type."""
    return page(request, "portal/help.html")


router = Router(path="/", route_handlers=[help_page])
