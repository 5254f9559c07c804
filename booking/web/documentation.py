"""The API page (Scalar from our own files, over the OpenAPI document) and the problem types."""

from typing import Any

from litestar import Request, Response, Router, get
from litestar.openapi.plugins import JsonRenderPlugin

from booking.errors import all_errors
from booking.web.idempotency import LONGEST_KEY, KeyMissing
from booking.web.pages import page

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "New for each operation, the same when it is retried: the first answer is given again for 48 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
}


@get("/docs", include_in_schema=False)
async def docs(request: Request[Any, Any, Any]) -> Response[str]:
    """The interactive API page."""
    return page(request, "web/docs.html")


@get("/problems", include_in_schema=False)
async def problem_types(request: Request[Any, Any, Any]) -> Response[str]:
    """The stable problem types of the API, each with its status and sentence."""
    return page(request, "web/problems.html", errors=sorted(all_errors(), key=lambda error: error.code))


class Document(JsonRenderPlugin):
    """The OpenAPI document, with the header of every route that may refuse a write without it."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document as JSON."""
        paths = {
            path: {method: _with_key(operation) for method, operation in operations.items()}
            for path, operations in openapi_schema["paths"].items()
        }
        return super().render(request, openapi_schema | {"paths": paths})


def _with_key(operation: dict[str, Any]) -> dict[str, Any]:
    refused = operation["responses"].get(str(KeyMissing.status), {}).get("description", "")
    if KeyMissing.code not in refused:
        return operation
    return operation | {"parameters": [*operation.get("parameters", []), IDEMPOTENCY_KEY]}


router = Router(path="/", route_handlers=[docs, problem_types])
