"""The composition root, and the only one: what the parts are and who is handed what."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request
from litestar.config.compression import CompressionConfig
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.plugins.prometheus import PrometheusConfig, PrometheusController
from litestar.static_files import create_static_files_router

from booking import __version__
from booking.background import Background
from booking.checkin import api as checkin_api
from booking.checkin import pages as checkin_pages
from booking.clock import Clock, Ids, Tokens, system_clock
from booking.db import Database
from booking.errors import Unauthenticated
from booking.members import api as members_api
from booking.members import pages as members_pages
from booking.members.authentication import Authentication
from booking.notices import api as notices_api
from booking.notices import pages as notices_pages
from booking.notices.webhook import channel
from booking.payments import api as payments_api
from booking.payments import pages as payments_pages
from booking.payments import payables
from booking.payments.provider import provider_of
from booking.portal import api as portal_api
from booking.portal import bookings as portal_bookings
from booking.portal import calendar as portal_calendar
from booking.portal import changing as portal_changing
from booking.portal import help as portal_help
from booking.portal import home as portal_home
from booking.portal import manage as portal_manage
from booking.rehearsal import kinds
from booking.retreats import api as retreats_api
from booking.retreats import pages as retreats_pages
from booking.retreats.paying import RETREAT
from booking.retreats.rehearsing import Rehearsals
from booking.rooms import api as rooms_api
from booking.rooms import api_desk as rooms_desk_api
from booking.rooms import api_waiting as rooms_waiting_api
from booking.rooms import pages as rooms_pages
from booking.rooms.pages import manage as rooms_manage
from booking.rooms.paying import STAY
from booking.rooms.service.offline import TAKE_OFFLINE
from booking.settings import Settings
from booking.venues import api as venues_api
from booking.venues import pages as venues_pages
from booking.venues.paying import BOOKING
from booking.venues.service.closing import CLOSE_COURTS
from booking.venues.service.lowering import LOWER_CAPACITY
from booking.web import documentation, health, pages, problems
from booking.web.beacon import Beacon
from booking.web.hub import Hub
from booking.web.locale import Translator
from booking.web.nodes import draw_node
from booking.web.principal import Principal
from booking.web.security import SecurityHeaders

LARGEST_BODY = 1_000_000
"""Bytes; the routes that take a member list set a larger limit of their own."""
ROUTERS = [
    documentation.router,
    health.router,
    pages.router,
    members_api.router,
    members_pages.router,
    notices_api.router,
    notices_pages.router,
    venues_api.router,
    venues_pages.router,
    rooms_api.router,
    rooms_desk_api.router,
    rooms_waiting_api.router,
    rooms_pages.router,
    rooms_manage.router,
    retreats_api.router,
    retreats_pages.router,
    checkin_api.router,
    checkin_pages.router,
    payments_api.router,
    payments_pages.router,
    portal_home.router,
    portal_bookings.router,
    portal_changing.router,
    portal_calendar.router,
    portal_help.router,
    portal_manage.router,
    portal_api.router,
]

PAYABLES = [BOOKING, STAY, RETREAT]
"""What may be paid online."""
KINDS_OF_CHANGE: list[kinds.Kind[Any]] = [CLOSE_COURTS, LOWER_CAPACITY, TAKE_OFFLINE]


def create_app(
    settings: Settings, *, clock: Clock = system_clock, tokens: Tokens | None = None, background: bool = True
) -> Litestar:
    """The service as an ASGI application.

    Args:
        settings: what the operator decided.
        clock: the time; tests pass their own.
        tokens: the source of secrets; tests pass a seeded one.
        background: whether this process also runs the background loops.
    """
    return assemble(compose(settings, clock, tokens or Tokens(), background=background))


def compose(settings: Settings, clock: Clock, tokens: Tokens, *, background: bool) -> State:
    """The parts that live and die with one database."""
    for kind in KINDS_OF_CHANGE:
        kinds.register(kind)
    for payable in PAYABLES:
        payables.register(payable)
    ids = Ids(clock)
    database = Database(settings.database, clock, ids, tokens)
    hub = Hub()
    beacon = None if settings.database.startswith("sqlite:") else Beacon(settings.database, hub)
    database.on_commit(hub.publish if beacon is None else beacon.publish)
    deliver = channel(settings.webhook_url, settings.webhook_secret, clock)
    loops = Background(database, deliver, provider_of(settings)) if background else None
    return State(
        {
            "settings": settings,
            "clock": clock,
            "ids": ids,
            "tokens": tokens,
            "database": database,
            "hub": hub,
            "beacon": beacon,
            "background": loops,
            "rehearsals": Rehearsals(database),
        }
    )


def assemble(parts: State) -> Litestar:
    """The application around these parts: it takes each from its state when it needs it."""
    settings: Settings = parts.settings
    translator = Translator.load()
    parts.update({"translator": translator, "environments": pages.environments(translator)})
    return Litestar(
        route_handlers=[*ROUTERS, _metrics(), _static()],
        state=parts,
        lifespan=[_lifespan],
        dependencies={
            "database": Provide(lambda: parts.database, sync_to_thread=False),
            "settings": Provide(lambda: parts.settings, sync_to_thread=False),
            "clock": Provide(lambda: parts.clock, sync_to_thread=False),
            "hub": Provide(lambda: parts.hub, sync_to_thread=False),
            "rehearsals": Provide(lambda: parts.rehearsals, sync_to_thread=False),
            "principal": Provide(principal, sync_to_thread=False),
            "member": Provide(member, sync_to_thread=False),
        },
        middleware=[
            SecurityHeaders(secure=settings.secure),
            PrometheusConfig(app_name="booking").middleware,
            Authentication(),
        ],
        csrf_config=CSRFConfig(
            secret=settings.key("csrf").hex(),
            cookie_name="__Host-csrf" if settings.secure else "csrf",
            cookie_secure=settings.secure,
            cookie_httponly=True,
            cookie_samesite="lax",
            exclude=["^/api/"],
        ),
        compression_config=CompressionConfig(
            backend="gzip", gzip_compress_level=5, minimum_size=1024, exclude=["^/live/"]
        ),
        exception_handlers={Exception: problems.answer},
        openapi_config=_openapi(),
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
    )


def principal(request: Request[Any, Any, Any]) -> Principal | None:
    """Whoever is signed in."""
    found: Principal | None = request.scope.get("user")
    return found


def member(request: Request[Any, Any, Any]) -> Principal:
    """The member who is signed in.

    Raises:
        Unauthenticated: nobody is; a page leads to the sign-in page and back.
    """
    found: Principal | None = request.scope.get("user")
    if found is None:
        raise Unauthenticated
    return found


@asynccontextmanager
async def _lifespan(app: Litestar) -> AsyncIterator[None]:
    parts = app.state
    given: int | None = parts.settings.ids_node
    parts.ids.node = await parts.database.write(draw_node) if given is None else given
    if parts.beacon is not None:
        parts.beacon.start(parts.ids.node)
    if parts.background is not None:
        parts.background.start()
    try:
        yield
    finally:
        parts.hub.close()
        await parts.rehearsals.stop()
        if parts.background is not None:
            await parts.background.stop()
        if parts.beacon is not None:
            await parts.beacon.stop()
        await parts.database.close()


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="甬工预约 Booking API",
        version=__version__,
        description="Courts, pooled areas, passes and gates of Ningbo's worker culture centres.",
        path="/api/v1/schema",
        render_plugins=[documentation.Document(path="/openapi.json")],
        use_handler_docstrings=True,
    )


def _metrics() -> type[PrometheusController]:
    class Metrics(PrometheusController):
        path = "/metrics"
        include_in_schema = False

    return Metrics


def _static() -> Any:
    return create_static_files_router(
        path="/static",
        directories=[pages.STATIC],
        cache_control=None,
        include_in_schema=False,
        opt={"exclude_from_auth": True},
    )
