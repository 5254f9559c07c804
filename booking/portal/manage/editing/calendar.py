"""The calendar: public holidays, and weekend days that are worked in exchange."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from booking.clock import Clock, local_date
from booking.db import Database
from booking.errors import BookingError
from booking.places.catalogue import places
from booking.places.schemas import CalendarDayRequest
from booking.places.service import require_administrator
from booking.portal.manage.access import AnyRequest
from booking.portal.manage.words import CALENDAR_KINDS
from booking.venues.service.hours import mark_day
from booking.web import forms
from booking.web.forms import Refused, Shown
from booking.web.language import sentence
from booking.web.locale import N_
from booking.web.pages import page, redirect
from booking.web.principal import Principal


async def _page(
    request: AnyRequest, database: Database, clock: Clock, form: Shown, status_code: int = 200
) -> Response[str]:
    known = await database.read(places)
    first = local_date(clock()).replace(month=1, day=1)
    return page(
        request,
        "portal/manage/calendar.html",
        status_code=status_code,
        marked=sorted((day for day in known.calendar.values() if day.day >= first), key=lambda one: one.day),
        form=form.values,
        errors=form.errors,
        kinds=CALENDAR_KINDS,
    )


@get("/manage/calendar")
async def calendar_page(
    request: AnyRequest,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """The marked days of this year and later."""
    require_administrator(member)
    return await _page(request, database, clock, forms.shown({"kind": "holiday"}))


@post("/manage/calendar", status_code=200)
async def mark(
    request: AnyRequest,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Mark a day, or take its mark away."""
    form = await forms.typed(request)
    try:
        wanted = forms.read(CalendarDayRequest, form)
        await database.write(mark_day, member, wanted)
    except (Refused, BookingError) as why:
        return await _page(request, database, clock, forms.again(request, form, why), forms.status_of(why))
    said = N_("记号已去掉。") if wanted.kind == "none" else N_("已记入日历，开放时间和价格跟着变。")
    return _back(request, said)


def _back(request: AnyRequest, said: str) -> Redirect:
    return redirect(request, "/manage/calendar", sentence(request, said))


handlers = [calendar_page, mark]
