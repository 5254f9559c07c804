"""Other dates for a stay: chosen on the calendar or typed, with the new price before anything is changed."""

from datetime import date, datetime
from typing import Any, NamedTuple

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock
from booking.db import Database, ReadSession
from booking.errors import BookingError, Busy
from booking.rooms import errors
from booking.rooms.catalogue import House, houses
from booking.rooms.errors import StayNotFound
from booking.rooms.models import Stay
from booking.rooms.pages.asking import Asked, here, read_asked
from booking.rooms.pages.months import Shown, two_months
from booking.rooms.pages.seeing import asked_again
from booking.rooms.queries.quoting import payer_of, quoted
from booking.rooms.queries.stays import is_staff, stay_view
from booking.rooms.rules.settling import STANDING
from booking.rooms.schemas import DatesRequest, QuoteRequest, QuoteView, RoomWish, StayView
from booking.rooms.service.changing import change_dates
from booking.web.idempotency import once_form
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import page, redirect
from booking.web.principal import Principal
from booking.web.wire import Id

AnyRequest = Request[Any, Any, Any]


class Read(NamedTuple):
    """A stay, the calendar around it, and what it would cost on the nights that are chosen."""

    view: StayView
    house: House
    calendar: Shown
    quote: QuoteView | None


@get("/stays/{place:int}/{stay:int}/change")
async def choose(
    request: AnyRequest,
    place: FromPath[Id],
    stay: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Choose other dates, and see what they cost."""
    asked = read_asked(request.query_params)
    found = await database.read(_read, clock(), place, stay, asked, member)
    if not found.view.can_change:
        return redirect(request, f"/stays/{place}/{stay}")
    return _page(request, found, asked)


@post("/stays/{place:int}/{stay:int}/change")
async def change(
    request: AnyRequest,
    place: FromPath[Id],
    stay: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Move the stay; refused, it is as it was."""
    form = await request.form()
    asked = read_asked(form)
    own = f"/stays/{place}/{stay}"
    if asked.arrival is None or asked.departure is None:
        return redirect(request, f"{own}/change")
    wanted = DatesRequest(asked.arrival, asked.departure)
    key = str(form.get("idempotency_key", ""))
    try:
        await once_form(database, request, member.actor, key, change_dates, StayView, member, place, stay, wanted)
    except (Busy, StayNotFound):
        raise
    except BookingError as error:
        found = await database.read(_read, clock(), place, stay, asked, member)
        return _page(request, found, asked, error)
    return redirect(request, own, sentence(request, N_("日期改好了，住客码照旧可用。")))


def _read(tx: ReadSession, now: datetime, place: int, stay_id: int, asked: Asked, member: Principal) -> Read:
    view = stay_view(tx, now, place, stay_id, member)
    stay = tx.get(Stay, place_id=place, id=stay_id)
    if stay is None or not (stay.member_id == member.member_id or is_staff(member, place)):
        raise StayNotFound
    house = houses(tx).house(place)
    shown = two_months(tx, now, house, _of_stay(asked, view), member, f"/stays/{place}/{stay_id}/change")
    return Read(view, house, shown, _quote(tx, house, view, stay, asked.arrival, asked.departure))


def _of_stay(asked: Asked, view: StayView) -> Asked:
    """The party as it is booked; the calendar begins at the stay."""
    booked = asked_again(view)
    month = asked.month or (view.arrival.replace(day=1) if asked.arrival is None else None)
    return booked._replace(arrival=asked.arrival, departure=asked.departure, month=month)


def _quote(
    tx: ReadSession, house: House, view: StayView, stay: Stay, arrival: date | None, departure: date | None
) -> QuoteView | None:
    if arrival is None or departure is None:
        return None
    rooms = [RoomWish(type=room.type, heads=room.heads) for room in view.rooms if room.status in STANDING]
    sold = all(room.type in house.types for room in rooms) and bool(rooms)
    if not sold or (departure - arrival).days > house.policy.most_nights:
        return None
    extras = [code for code in stay.extras if code in house.extras]
    request = QuoteRequest(place=house.id, arrival=arrival, departure=departure, rooms=rooms, extras=extras)
    return quoted(house, request, payer_of(tx, stay.member_id if stay.member_price else None))


def _page(request: AnyRequest, found: Read, asked: Asked, error: BookingError | None = None) -> Response[str]:
    own = f"/stays/{found.view.place}/{found.view.id}"
    return page(
        request,
        "rooms/change.html",
        status_code=200 if error is None else error.status,
        path=f"{own}/change" if request.method == "POST" else here(request),
        stay=found.view,
        house=found.house,
        calendar=found.calendar,
        quote=found.quote,
        asked=asked,
        own=own,
        errors={} if error is None else {_field(error): words(request, error)},
    )


def _field(error: BookingError) -> str:
    """Beside which date a refusal is shown; most stand above the form."""
    return "departure" if isinstance(error, errors.DatesCross | errors.ClosedToDeparture) else ""
