"""The API page (Scalar from our own files, over the OpenAPI document) and the problem types."""

from typing import Any

from litestar import Request, Response, Router, get

from booking.errors import all_errors
from booking.web.pages import page


@get("/docs", include_in_schema=False)
async def docs(request: Request[Any, Any, Any]) -> Response[str]:
    """The interactive API page."""
    return page(request, "web/docs.html")


@get("/problems", include_in_schema=False)
async def problem_types(request: Request[Any, Any, Any]) -> Response[str]:
    """The stable problem types of the API, each with its status and sentence."""
    return page(request, "web/problems.html", errors=sorted(all_errors(), key=lambda error: error.code))


router = Router(path="/", route_handlers=[docs, problem_types])
