"""Another time for a booking: a day, the hours that are free on it, and one tap."""

from datetime import datetime
from typing import Any, NamedTuple

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock, local_date
from booking.db import Database, ReadSession
from booking.errors import BookingError, Busy
from booking.venues.catalogue import FacilityFacts, Venues, venues
from booking.venues.pages.strip import strip
from booking.venues.pages.words import address, read_day, read_wall, wall
from booking.venues.queries.bookings import booking_view
from booking.venues.queries.moving import Start, starts_for
from booking.venues.schemas import BookingView, ChangeRequest
from booking.venues.service.changing import change_booking
from booking.web.idempotency import once_form
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import page, redirect
from booking.web.principal import Principal

AnyRequest = Request[Any, Any, Any]


class _Shown(NamedTuple):
    """What the page for another time shows."""

    known: Venues
    booking: BookingView
    facts: FacilityFacts
    starts: list[Start]


@get("/bookings/{place:int}/{booking:int}/change")
async def choose_time(
    request: AnyRequest,
    place: FromPath[int],
    booking: FromPath[int],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """Other hours for a booking."""
    return await _page(request, database, clock(), member, place, booking)


@post("/bookings/{place:int}/{booking:int}/change")
async def change(
    request: AnyRequest,
    place: FromPath[int],
    booking: FromPath[int],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Move a booking; refused, it stays where it was."""
    form = await request.form()
    starts = read_wall(str(form.get("at", "")))
    view = await database.read(booking_view, clock(), place, booking, member)
    if starts is None:
        missing = {"at": sentence(request, N_("请先选一个时间。"))}
        return await _page(request, database, clock(), member, place, booking, missing, status=422)
    wish = ChangeRequest(starts=starts, ends=starts + (view.ends - view.starts))
    key = str(form.get("idempotency_key", ""))
    try:
        await once_form(database, request, member.actor, key, change_booking, BookingView, member, place, booking, wish)
    except Busy:
        raise
    except BookingError as error:
        said = {"at": words(request, error)}
        return await _page(request, database, clock(), member, place, booking, said, status=error.status)
    return redirect(request, f"/bookings/{place}/{booking}", sentence(request, N_("时间改好了，入场证跟着改了。")))


async def _page(
    request: AnyRequest,
    database: Database,
    now: datetime,
    member: Principal,
    place: int,
    booking: int,
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    def read(tx: ReadSession) -> _Shown:
        view = booking_view(tx, now, place, booking, member)
        day = read_day(request.query_params.get("day", ""), local_date(view.starts))
        known = venues(tx)
        facts = known.facility(view.place, view.facility)
        return _Shown(known, view, facts, starts_for(tx, now, view, day, member.categories))

    shown = await database.read(read)
    own = f"/bookings/{place}/{booking}/change"
    day = read_day(request.query_params.get("day", ""), local_date(shown.booking.starts))
    return page(
        request,
        "portal/change.html",
        status_code=status,
        booking=shown.booking,
        starts=[(wall(start.starts), start) for start in shown.starts],
        days=strip(request, shown.known, now, day, lambda one: address(own, day=one), shown.facts.policy),
        action=address(own, day=day),
        errors=errors or {},
    )


router = Router(path="/", route_handlers=[choose_time, change], include_in_schema=False)
