"""Who asks: the cookie of a browser or the bearer token of an app, looked up once a request."""

import asyncio
from datetime import datetime
from typing import Any

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from booking.clock import Clock
from booking.db import Database, Lane, NotCommitted
from booking.errors import Busy, Unauthenticated
from booking.members.queries.signed_in import SignedIn, signed_in
from booking.members.rules import sign_ins as rules
from booking.members.service.sign_ins import see_sign_in
from booking.settings import Settings

GATE_KEY_PREFIX = "gate_"
"""Devices come with keys of their own on the same header; checkin looks those up."""
_BEARER = "bearer "
_NOBODY_ASKS = ("/static/", "/health", "/metrics")


def unread_of(request: ASGIConnection[Any, Any, Any, Any]) -> int:
    """How many messages wait for whoever asks."""
    unread: int = request.scope.get("unread", 0)  # type: ignore[assignment]  # the key is ours
    return unread


def cookie_name(settings: Settings) -> str:
    """The sign-in cookie: `__Host-` binds it to this host and to https, which plain http cannot promise."""
    return "__Host-signin" if settings.secure else "signin"


class Authentication(ASGIMiddleware):
    """Sets `scope["user"]` (a `Principal` or None) and `scope["unread"]` (messages waiting in the inbox).

    Pages know the cookie alone and the API the bearer token alone, so that a form on another site can never
    write through the API. A request without either costs no read.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(self) -> None:
        self._seeing: set[asyncio.Task[None]] = set()

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Look up who asks, then go on.

        Raises:
            Unauthenticated: the API was given a token that is unknown, ended or expired.
        """
        scope["user"] = None
        scope["unread"] = 0  # type: ignore[typeddict-unknown-key]  # ours, read by the page shell
        if not scope["path"].startswith(_NOBODY_ASKS):
            await self._identify(scope)
        await next_app(scope, receive, send)

    async def _identify(self, scope: Scope) -> None:
        state = scope["litestar_app"].state
        connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
        for_api = scope["path"].startswith("/api/")
        token = _bearer(connection) if for_api else connection.cookies.get(cookie_name(state.settings))
        if token is None or (for_api and token.startswith(GATE_KEY_PREFIX)):
            return
        found = await self._look_up(state.database, state.clock, token, "bearer" if for_api else "cookie")
        if found is not None:
            scope["user"] = found.principal
            scope["unread"] = found.unread  # type: ignore[typeddict-unknown-key]
        elif for_api:
            raise Unauthenticated

    async def _look_up(self, database: Database, clock: Clock, token: str, kind: str) -> SignedIn | None:
        if not rules.looks_like_token(token, kind):
            return None
        now = clock()
        found = await database.read(signed_in, rules.token_hash(token), kind, now)
        if found is not None and rules.is_worth_noting(found.seen_at, now):
            self._note(database, found.principal.sign_in_id, now)
        return found

    def _note(self, database: Database, sign_in_id: int, seen_at: datetime) -> None:
        task = asyncio.get_running_loop().create_task(_see(database, sign_in_id, seen_at))
        self._seeing.add(task)
        task.add_done_callback(self._seeing.discard)


async def _see(database: Database, sign_in_id: int, seen_at: datetime) -> None:
    try:
        await database.write_in(Lane.BULK, see_sign_in, sign_in_id, seen_at)
    except (Busy, NotCommitted):
        return  # the next request of the same member tries again


def _bearer(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    header = connection.headers.get("authorization", "")
    return header[len(_BEARER) :].strip() if header.lower().startswith(_BEARER) else None
