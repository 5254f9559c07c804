"""Rooms out of order: chosen by floor or by number, rehearsed before anything happens; what is out, given back."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import select

from booking.clock import Clock, local_date
from booking.db import Database, ReadSession
from booking.errors import BookingError
from booking.rehearsal.service import draft, rehearse
from booking.rooms.catalogue import House
from booking.rooms.errors_desk import AlreadyOut, OutageOver, OutageTooLong
from booking.rooms.errors_manage import NoRoomChosen, RoomsUnknown
from booking.rooms.models import Outage, Room
from booking.rooms.pages.asking import read_date
from booking.rooms.pages.manage.access import AnyRequest, address
from booking.rooms.pages.manage.lines import wings
from booking.rooms.rules.nights import date_of
from booking.rooms.schemas import OutageRequest
from booking.rooms.service.inventory import tonight
from booking.rooms.service.offline import TAKE_OFFLINE
from booking.rooms.service.outages import lift_outage
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal
from booking.web.wire import Id

MOST_SHOWN = 60
"""Outages on the page."""
LONGEST_REASON = 60
_SEPARATORS = re.compile(r"[\s,;，；、]+")


class Shown(NamedTuple):
    """An outage with the rooms that it takes."""

    outage: Outage
    first: date
    until: date
    rooms: list[Room]


class Form(NamedTuple):
    """What is to go out of order, as it was typed."""

    floors: frozenset[str] = frozenset()
    rooms: frozenset[str] = frozenset()
    numbers: str = ""
    first: str = ""
    until: str = ""
    reason: str = ""

    @property
    def ids_ticked(self) -> frozenset[int]:
        """The rooms that were ticked one by one."""
        return frozenset(int(room) for room in self.rooms if room.isascii() and room.isdecimal() and len(room) < 17)

    def ids(self, house: House) -> list[int]:
        """The rooms that it means.

        Raises:
            NoRoomChosen: none.
            RoomsUnknown: a number is on no door.
        """
        by_number = {room.number.lower(): room.id for room in house.rooms.values()}
        asked = [number for number in _SEPARATORS.split(self.numbers) if number]
        unknown = [number for number in asked if number.lower() not in by_number]
        if unknown:
            raise RoomsUnknown(numbers=unknown[:20])
        chosen = {by_number[number.lower()] for number in asked}
        chosen |= {
            room.id
            for room in house.rooms.values()
            if f"{room.wing}-{room.floor}" in self.floors or room.id in self.ids_ticked
        }
        if not chosen:
            raise NoRoomChosen
        return sorted(chosen)


@get("/manage/{place:str}/rooms/outages")
async def outages(
    request: AnyRequest,
    house: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """What is out of order, now and later."""
    shown = await database.read(_standing, clock(), house)
    return page(
        request,
        "rooms/manage/outages.html",
        headers=NOT_KEPT,
        house=house,
        outages=shown,
        manages=member.holds("venue_manager", house.id),
    )


def _standing(tx: ReadSession, now: datetime, house: House) -> list[Shown]:
    ahead = select(Outage).where(
        Outage.place_id == house.id, Outage.lifted_at.is_(None), Outage.until_night > tonight(now)
    )
    found = tx.all(ahead.order_by(Outage.from_night, Outage.id).limit(MOST_SHOWN))
    return [
        Shown(
            one,
            date_of(one.from_night),
            date_of(one.until_night),
            sorted((house.rooms[room] for room in one.rooms if room in house.rooms), key=lambda room: room.number),
        )
        for one in found
    ]


@post("/manage/{place:str}/rooms/outages/{outage:int}/lift")
async def lift(
    request: AnyRequest,
    house: NamedDependency[House],
    outage: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Give the rooms of an outage back."""
    try:
        await database.write(lift_outage, member, house.id, outage)
    except BookingError as error:
        return redirect(request, address(house, "outages"), words(request, error), kind="bad")
    return redirect(request, address(house, "outages"), sentence(request, N_("恢复了，这些房又可以订了。")))


@get("/manage/{place:str}/rooms/offline")
async def offline(request: AnyRequest, managed: NamedDependency[House], clock: NamedDependency[Clock]) -> Response[str]:
    """Say which rooms, when and why."""
    return _page(request, managed, Form(first=str(local_date(clock()))))


@post("/manage/{place:str}/rooms/offline", status_code=200)
async def rehearse_offline(
    request: AnyRequest,
    managed: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Find out who is affected, and show it; nothing happens yet."""
    form = _read(await request.form())
    errors = _missing(request, form)
    try:
        rooms = form.ids(managed)
        if errors:
            return _page(request, managed, form, errors, 422)
        stored = msgspec.to_builtins(
            OutageRequest(
                first=date.fromisoformat(form.first),
                until=date.fromisoformat(form.until),
                rooms=rooms,
                reason=form.reason,
            )
        )
        plan = await database.read(rehearse, clock(), managed.id, TAKE_OFFLINE.name, stored)
    except BookingError as error:
        return _page(request, managed, form, {_field(error): words(request, error)} | errors, error.status)
    change = await database.write(
        draft, place_id=managed.id, kind=TAKE_OFFLINE.name, request=stored, by=member.member_id, plan=plan
    )
    return redirect(request, f"/manage/{managed.place.code}/changes/{change}")


def _read(form: FormMultiDict) -> Form:
    def texts(name: str) -> Iterable[str]:
        return (value for value in form.getall(name, []) if isinstance(value, str))

    def text(name: str, longest: int) -> str:
        typed = " ".join(texts(name))[:longest]
        return "".join(letter if letter.isprintable() else " " for letter in typed).strip()

    return Form(
        frozenset(texts("floors")),
        frozenset(texts("rooms")),
        text("numbers", 4000),
        text("first", 10),
        text("until", 10),
        text("reason", LONGEST_REASON),
    )


def _missing(request: AnyRequest, form: Form) -> dict[str, str]:
    """What to write in the fields that cannot be used as they are."""
    found = {name: N_("请选一个日期。") for name in ("first", "until") if read_date(getattr(form, name)) is None}
    if not form.reason:
        found["reason"] = N_("请写上原因，受影响的客人会看到。")
    return {name: sentence(request, text) for name, text in found.items()}


def _field(error: BookingError) -> str:
    match error:
        case NoRoomChosen() | RoomsUnknown() | AlreadyOut():
            return "numbers"
        case OutageOver():
            return "first"
        case OutageTooLong():
            return "until"
        case _:
            return ""


def _page(
    request: AnyRequest,
    house: House,
    form: Form,
    errors: dict[str, str] | None = None,
    status_code: int = 200,
) -> Response[str]:
    rooms = sorted(house.rooms.values(), key=lambda room: room.number)
    return page(
        request,
        "rooms/manage/offline.html",
        status_code=status_code,
        headers=NOT_KEPT,
        house=house,
        form=form,
        errors=errors or {},
        wings=[
            (wing, [(floor, [room for room in rooms if (room.wing, room.floor) == (wing, floor)]) for floor in on])
            for wing, on in wings(house)
        ],
        most=LONGEST_REASON,
    )


handlers = [outages, lift, offline, rehearse_offline]
