"""The close of a day: what is still open, what closing will do, the closing itself, and the days that were closed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency

from booking.clock import Clock
from booking.db import Database, ReadSession
from booking.errors import BookingError, Busy
from booking.rooms.api_figures import within
from booking.rooms.catalogue import House
from booking.rooms.pages.desk import forms
from booking.rooms.pages.desk.access import AnyRequest, address
from booking.rooms.pages.desk.forms import Unfit
from booking.rooms.pages.desk.words import ROOM_STATES, STATES
from booking.rooms.queries.desk import TO_COME, desk_lists
from booking.rooms.queries.figures import closed_days
from booking.rooms.rules.desk import hotel_night, kept_until
from booking.rooms.rules.housekeeping import READY
from booking.rooms.rules.nights import date_of, night_of
from booking.rooms.schemas_desk import CloseDayRequest, DeskRoom
from booking.rooms.schemas_figures import BusinessDayView
from booking.rooms.service.day_close import close_day
from booking.web.formatting import short_date
from booking.web.idempotency import KeyReused, once_form
from booking.web.language import language_of, sentence, words
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal

SHOWN = 14
"""Closed days that are listed."""


class Closing(NamedTuple):
    """The day that is to be closed next.

    Attributes:
        day: it.
        coming: rooms whose guests have not come: marked as no-shows by the closing.
        roomless: those of them that never got a room, whom the closing does not mark.
        overdue: rooms whose guests should have left.
        slept: rooms that are to be cleaned, because guests slept there and stay on.
        closed: the days before, the latest first.
    """

    day: date
    coming: Sequence[DeskRoom]
    roomless: Sequence[DeskRoom]
    overdue: Sequence[DeskRoom]
    slept: int
    closed: Sequence[BusinessDayView]


@get("/front-desk/{place:str}/close")
async def close_page(
    request: AnyRequest,
    house: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
) -> Response[str]:
    """The next day to close."""
    return await _page(request, house, database, clock(), "", 200)


@post("/front-desk/{place:str}/close")
async def close(
    request: AnyRequest,
    house: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Close the day of the form; with its box ticked, whoever did not come is marked so."""
    form = await forms.typed(request)
    key = form.get("idempotency_key", "")
    try:
        wanted = CloseDayRequest(within(forms.day(form, "day")), no_shows=form.get("no_shows") == "yes")
        view = await once_form(
            database, request, member.actor, key, close_day, BusinessDayView, member, house.id, wanted
        )
    except Busy:
        raise
    except (Unfit, KeyReused):
        return redirect(request, address(house, "close"))
    except BookingError as why:
        return await _page(request, house, database, clock(), words(request, why), why.status)
    said = sentence(request, N_("{day} 结好了。"), day=short_date(view.day, locale=language_of(request)))
    return redirect(request, address(house, "close"), said)


async def _page(
    request: AnyRequest, house: House, database: Database, now: datetime, why: str, status: int
) -> Response[str]:
    closing = await database.read(_read, now, house)
    ready_at = kept_until(night_of(closing.day))
    return page(
        request,
        "rooms/desk/close.html",
        status_code=status,
        headers=NOT_KEPT,
        house=house,
        base=address(house),
        closing=closing,
        today=date_of(hotel_night(now)),
        over=now >= ready_at,
        ready_at=ready_at,
        errors={"": why} if why else {},
        no_show_percent=house.policy.no_show_permille // 10,
        states=STATES,
        room_states=ROOM_STATES,
        ready=READY,
    )


def _read(tx: ReadSession, now: datetime, house: House) -> Closing:
    closed = [msgspec.convert(one.figures, BusinessDayView) for one in closed_days(tx, house.id, SHOWN)]
    night = night_of(closed[0].day) + 1 if closed else hotel_night(now) - 1
    lists = desk_lists(tx, now, house.id, night)
    coming = [one for one in lists.arrivals if one.status in TO_COME]
    return Closing(
        day=date_of(night),
        coming=[one for one in coming if one.status == "expected"],
        roomless=[one for one in coming if one.status != "expected"],
        overdue=[one for one in lists.departures if one.status == "in_house"],
        slept=sum(night_of(one.arrival) <= night < night_of(one.departure) for one in lists.in_house),
        closed=closed,
    )


handlers = [close_page, close]
