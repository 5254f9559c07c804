"""Answers that a client may keep and ask about: unchanged content costs a 304 instead of its body."""

import hashlib
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.openapi import ResponseSpec

from booking.web.responses import answers


def tagged(request: Request[Any, Any, Any], content: Any, *, private: bool = False) -> Response[bytes]:
    """Content as JSON with a strong ETag of its bytes, or 304 where the client has it already.

    Args:
        request: whose `If-None-Match` is compared.
        content: what is answered.
        private: whether it depends on who asks: no shared cache may then keep it.
    """
    body = msgspec.json.encode(content)
    tag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache" if private else "no-cache", "Vary": "Authorization"}
    if has(request.headers.get("if-none-match", ""), tag):
        return Response(content=b"", status_code=304, headers=headers)
    return Response(content=body, media_type="application/json", headers=headers)


def has(if_none_match: str, tag: str) -> bool:
    """Whether a client has this version: compared weakly, as RFC 9110 (13.1.2) says for GET."""
    known = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return tag in known or "*" in known


def tagged_answers(view: Any) -> dict[int, ResponseSpec]:
    """The successes of a route that answers `tagged` content."""
    unchanged = ResponseSpec(None, generate_examples=False, description="Not changed since the `If-None-Match` given")
    return answers(200, view) | {304: unchanged}
