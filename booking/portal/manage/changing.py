"""Moving a booking at the desk: to other hours of its facility, or to another court."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock, half_hour_of, instant_of, local_date
from booking.db import Database, ReadSession
from booking.errors import BookingError
from booking.places.models import CalendarDay, Place
from booking.portal.manage.access import AnyRequest
from booking.portal.manage.board import Day, shown_day, strip
from booking.portal.manage.bookings import Seen, look
from booking.portal.manage.queries.openings import Start, starts_on
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.errors import BookingNotFound
from booking.venues.schemas import ChangeRequest, Id
from booking.venues.service.changing import change_booking
from booking.web import forms
from booking.web.forms import Refused, Shown
from booking.web.language import sentence
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal


class _Choices(NamedTuple):
    """What a booking could be moved to on a day."""

    seen: Seen
    facts: FacilityFacts
    starts: list[Start]
    calendar: Mapping[date, CalendarDay]


async def _page(
    request: AnyRequest,
    at: Place,
    booking: int,
    database: Database,
    clock: Clock,
    member: Principal,
    form: Shown,
    day: date | None = None,
    status_code: int = 200,
) -> Response[str]:
    now = clock()

    def choices(tx: ReadSession) -> _Choices:
        seen = look(tx, now, at.id, booking, member)
        if not seen.booking.can_change:
            raise BookingNotFound
        facts = venues(tx).facility(at.id, seen.booking.facility)
        length = seen.desk.ends - seen.desk.starts
        chosen = day or local_date(seen.booking.starts)
        kind = seen.booking.court_kind or ""
        found = starts_on(tx, now, facts, chosen, length, seen.desk.party, booking, kind)
        return _Choices(seen, facts, found, venues(tx).places.calendar)

    found = await database.read(choices)
    chosen = day or local_date(found.seen.booking.starts)
    return page(
        request,
        "portal/manage/change_booking.html",
        status_code=status_code,
        headers=NOT_KEPT,
        at=at,
        seen=found.seen,
        facts=found.facts,
        starts=found.starts,
        courts=[found.facts.courts[court] for court in found.facts.kinds.get(found.seen.booking.court_kind or "", ())],
        day=chosen,
        days=strip(chosen, now, f"/manage/{at.code}/bookings/{booking}/change", found.calendar),
        form=form.values,
        errors=form.errors,
    )


@get("/manage/{place:str}/bookings/{booking:int}/change")
async def change_page(
    request: AnyRequest,
    at: NamedDependency[Place],
    booking: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
    day: Day = None,
) -> Response[str]:
    """The hours and courts that a booking could be moved to."""
    chosen = None if day is None else shown_day(day, clock())
    return await _page(request, at, booking, database, clock, member, forms.shown(), chosen)


@post("/manage/{place:str}/bookings/{booking:int}/change", status_code=200)
async def change(
    request: AnyRequest,
    at: NamedDependency[Place],
    booking: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Move it; refused, it stays as it was."""
    form = await forms.typed(request)
    begins = form.get("starts", "")
    half_hour = int(begins) if begins.isdecimal() and len(begins) < 10 else 0
    court = int(form["court"]) if form.get("court", "").isdecimal() and len(form["court"]) < 16 else None
    try:
        if not half_hour:
            raise Refused({"starts": forms.Unfit(N_("请选一项。"))})
        seen = await database.read(look, clock(), at.id, booking, member)
        ends = half_hour + half_hour_of(seen.booking.ends) - half_hour_of(seen.booking.starts)
        wanted = ChangeRequest(starts=instant_of(half_hour), ends=instant_of(ends), court=court)
        await database.write(change_booking, member, at.id, booking, wanted)
    except (Refused, BookingError) as why:
        shown, status = forms.again(request, form, why), forms.status_of(why)
        day = local_date(instant_of(half_hour)) if half_hour else None
        return await _page(request, at, booking, database, clock, member, shown, day, status)
    said = sentence(request, N_("已改好，客人会收到通知。"))
    return redirect(request, f"/manage/{at.code}/bookings/{booking}", said)


handlers = [change_page, change]
