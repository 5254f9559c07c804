"""My bookings: the list, one booking with its passes, and what can still be done with it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock, half_hour_of
from booking.db import Database, ReadSession, WriteSession
from booking.errors import BookingError, Busy
from booking.notices import calendar
from booking.settings import Settings
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.errors import BookingNotFound, CursorUnknown
from booking.venues.pages.instead import Link, alternative_links
from booking.venues.pages.words import KIND_NAMES, address
from booking.venues.queries.bookings import Cursor, booking_view, bookings_of
from booking.venues.queries.calendar import calendar_events
from booking.venues.schemas import BookingView
from booking.venues.service.booking import (
    STATUS_NAMES,
    cancel_booking,
    confirm_booking,
    restore_booking,
)
from booking.web.idempotency import once_form
from booking.web.language import language_of, sentence, translator_of, words
from booking.web.locale import N_
from booking.web.pages import page, redirect
from booking.web.principal import Principal

AnyRequest = Request[Any, Any, Any]
Command = Callable[[WriteSession, datetime, Principal, int, int], BookingView]
STATUS_KINDS = {"held": "wait", "confirmed": "good", "attended": "good", "displaced": "bad", "no_show": "warn"}
"""How each status looks; the others are neutral."""
STATUSES: dict[str, Any] = {"status_names": STATUS_NAMES, "status_kinds": STATUS_KINDS, "kind_names": KIND_NAMES}


@get("/bookings")
async def my_bookings(
    request: AnyRequest,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """What is ahead, or what is over."""
    past = request.query_params.get("tab") == "past"
    shown = await database.read(bookings_of, clock(), member, upcoming=not past, after=_cursor(request))
    further = address("/bookings", tab="past" if past else None, cursor=shown.next) if shown.next else None
    return page(request, "portal/bookings.html", past=past, bookings=shown.items, further=further, **STATUSES)


@get("/bookings/{place:int}/{booking:int}")
async def one_booking(
    request: AnyRequest,
    place: FromPath[int],
    booking: FromPath[int],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """One booking."""
    return await _shown(request, database, clock(), member, place, booking)


@get("/bookings/{place:int}/{booking:int}/calendar.ics")
async def booking_file(
    request: AnyRequest,
    place: FromPath[int],
    booking: FromPath[int],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """A booking as a file for a calendar program."""
    language = language_of(request)
    events = await database.read(
        calendar_events,
        clock(),
        member.member_id,
        locale=language,
        translate=translator_of(request).gettext,
        site=settings.public_url,
        booking=(place, booking),
    )
    if not events:
        raise BookingNotFound
    headers = {"Content-Disposition": f'attachment; filename="booking-{booking}.ics"', "Cache-Control": "private"}
    return Response(content=calendar.single(events[0], language), media_type="text/calendar", headers=headers)


@post("/bookings/{place:int}/{booking:int}/confirm")
async def confirm(
    request: AnyRequest,
    place: FromPath[int],
    booking: FromPath[int],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Make a hold a booking."""
    return await _act(request, database, clock(), member, place, booking, confirm_booking, N_("您的场地已约好。"))


@post("/bookings/{place:int}/{booking:int}/cancel")
async def cancel(
    request: AnyRequest,
    place: FromPath[int],
    booking: FromPath[int],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Give a booking up; it can be taken back at once."""
    return await _act(request, database, clock(), member, place, booking, cancel_booking, N_("预约已取消。"))


@post("/bookings/{place:int}/{booking:int}/restore")
async def restore(
    request: AnyRequest,
    place: FromPath[int],
    booking: FromPath[int],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Take a cancellation back."""
    return await _act(request, database, clock(), member, place, booking, restore_booking, N_("预约恢复了。"))


async def _act(
    request: AnyRequest,
    database: Database,
    now: datetime,
    member: Principal,
    place: int,
    booking: int,
    command: Command,
    said: str,
) -> Response[Any]:
    """Run a command on a booking and go back to it; refused, the page says why and what else would do."""
    key = str((await request.form()).get("idempotency_key", ""))
    try:
        if key:
            view = await once_form(database, request, member.actor, key, command, BookingView, member, place, booking)
        else:  # an undo button of a message: these commands may be sent twice
            view = await database.write(command, member, place, booking)
    except (Busy, BookingNotFound):
        raise
    except BookingError as error:
        offered = alternative_links(request, now, error.params.get("alternatives", []))
        return await _shown(
            request, database, now, member, place, booking, words(request, error), offered, error.status
        )
    own = f"/bookings/{place}/{booking}"
    return redirect(request, own, sentence(request, said), undo=f"{own}/restore" if view.can_restore else "")


async def _shown(
    request: AnyRequest,
    database: Database,
    now: datetime,
    member: Principal,
    place: int,
    booking: int,
    refused: str = "",
    alternatives: list[Link] | None = None,
    status: int = 200,
) -> Response[str]:
    def read(tx: ReadSession) -> tuple[BookingView, FacilityFacts | None]:
        view = booking_view(tx, now, place, booking, member)
        return view, venues(tx).facilities.get((view.place, view.facility))

    view, facts = await database.read(read)
    mine = next((player for player in view.partners if player.is_you), None)
    seconds = 0 if view.hold_expires_at is None else int((view.hold_expires_at - now).total_seconds()) + 1
    return page(
        request,
        "portal/booking.html",
        status_code=status,
        path=f"/bookings/{place}/{booking}",
        booking=view,
        facts=facts,
        mine=mine,
        seconds=max(seconds, 0),
        begun=half_hour_of(now) >= half_hour_of(view.starts),
        refused=refused,
        alternatives=alternatives or [],
        **STATUSES,
    )


def _cursor(request: AnyRequest) -> Cursor | None:
    text = request.query_params.get("cursor", "")
    try:
        return Cursor.read(text) if text else None
    except CursorUnknown:
        return None


router = Router(
    path="/",
    route_handlers=[
        my_bookings,
        one_booking,
        booking_file,
        confirm,
        cancel,
        restore,
    ],
    include_in_schema=False,
)
