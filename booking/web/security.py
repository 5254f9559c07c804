"""Headers that every answer carries."""

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
    )
)
GATE_POLICY = POLICY + "; script-src 'self' 'wasm-unsafe-eval'"
"""The gate page decodes QR pictures with WebAssembly, which needs this one allowance."""
DOCS_POLICY = POLICY + "; style-src 'self' 'unsafe-inline'; font-src 'self' data:"
"""The API page (Scalar) styles itself inline; it holds no member's data."""


class SecurityHeaders(ASGIMiddleware):
    """Sets the content policy and its companions; strict transport security when people come by https."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Add the headers to whatever is answered."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableScopeHeaders.from_message(message), scope["path"])
            await send(message)

        await next_app(scope, receive, send_with_headers)

    def _add(self, headers: MutableScopeHeaders, path: str) -> None:
        exceptions = {"/gate": GATE_POLICY, "/docs": DOCS_POLICY}
        headers["content-security-policy"] = exceptions.get(path.rstrip("/"), POLICY)
        headers["x-content-type-options"] = "nosniff"
        headers["referrer-policy"] = "same-origin"
        headers["permissions-policy"] = "camera=(self), geolocation=(self), microphone=(), payment=()"
        headers["cross-origin-opener-policy"] = "same-origin"
        headers["cross-origin-resource-policy"] = "same-origin"
        if self._secure:
            headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
