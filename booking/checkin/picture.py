"""The QR code of a pass as an answer of its own, which a client that has it already need not fetch again."""

import hashlib
from typing import Any

from litestar import Request, Response

from booking.checkin.drawing import qr_svg
from booking.web.etags import has

SVG = "image/svg+xml"


def picture(request: Request[Any, Any, Any], digits: str, label: str) -> Response[bytes]:
    """The picture, or 304; drawn only where the client lacks it."""
    tag = f'"{hashlib.blake2b(f"{digits} {label}".encode(), digest_size=16).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie, Accept-Language"}
    if has(request.headers.get("if-none-match", ""), tag):
        return Response(content=b"", status_code=304, headers=headers)
    return Response(content=qr_svg(digits, label).encode(), media_type=SVG, headers=headers)
