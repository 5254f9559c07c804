"""Who is affected by taking rooms offline, and what happens to each: as few displaced as can be."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select

from booking.db import ReadSession
from booking.rehearsal.rules import Effect, Plan, Search
from booking.rooms.catalogue import House, RoomNotFound, houses
from booking.rooms.errors import NoNightsLeft
from booking.rooms.errors_desk import AlreadyOut, OutageOver, OutageTooLong
from booking.rooms.models import LONGEST_STAY, AllotmentNight, RoomNight, Stay, StayRoom
from booking.rooms.queries import assigning
from booking.rooms.rules import assignment
from booking.rooms.rules.assignment import Block, ClosingPlan, Fate
from booking.rooms.rules.nights import Nights, date_of
from booking.rooms.schemas import OutageRequest
from booking.rooms.service import terms
from booking.rooms.service.inventory import tonight
from booking.rooms.service.offline.steps import Closing, Displaced, Given, Moved, Steps, stay_rooms
from booking.rooms.service.offline.telling import Teller
from booking.web.facts import Day

LONGEST = 92
"""Nights of one outage."""


def plan_outage(tx: ReadSession, now: datetime, place_id: int, request: OutageRequest) -> Plan:
    """What taking rooms offline does: who moves to which room, who is displaced, who lives there and stays.

    A room in which guests live closes once they have left. Whoever is displaced gets back all that was paid for the
    room; the message names the nearest dates or type that are free and not part of this.

    Raises:
        NoRoomsHere, RoomNotFound: the request names what is not there.
        OutageOver, OutageTooLong: of its nights.
        AlreadyOut: rooms are out of order already.
        NoNightsLeft: stays whose rooms are still being sought would lose their nights.
    """
    house = houses(tx).house(place_id)
    rooms, nights = _checked(tx, now, house, request)
    kinds = {house.rooms[room].type_id for room in rooms}
    window = Nights(nights.arrival - LONGEST_STAY, nights.departure + LONGEST_STAY)
    shot = assigning.snapshot(tx, house, kinds, window)
    living = [stay for stay in shot.stays if stay.arrived and stay.room in rooms and stay.departure > nights.arrival]
    closings = list(_closings(rooms, nights, living))
    touched = [stay.id for stay in shot.stays if stay.room in rooms]
    known = stay_rooms(tx, house, touched)
    planned = assignment.plan_closing(
        shot, [Block(one.room, one.first, one.until) for one in closings], lambda stay: known[stay.id].price_fen
    )
    known |= stay_rooms(tx, house, (fate.stay for fate in planned.fates if fate.stay not in known))
    steps = _steps(tx, house, planned, known, closings)
    effects = _effects(tx, now, house, request, planned, known, [stay.id for stay in living])
    search: Search = "unneeded" if not planned.fates else "optimal" if planned.fewest else "timed_out"
    return Plan(effects=tuple(effects), steps=msgspec.to_builtins(steps), search=search)


def _checked(tx: ReadSession, now: datetime, house: House, request: OutageRequest) -> tuple[list[int], Nights]:
    nights, rooms = request.nights, sorted(set(request.rooms))
    if any(room not in house.rooms for room in rooms):
        raise RoomNotFound
    if not 1 <= nights.departure - nights.arrival <= LONGEST:
        raise OutageTooLong(most=LONGEST, asked=nights.departure - nights.arrival)
    if nights.arrival < tonight(now):
        raise OutageOver(first=Day(date_of(tonight(now))), asked=Day(request.first))
    within = RoomNight.night.between(nights.arrival, nights.departure - 1)
    out = select(RoomNight.room_id).where(
        RoomNight.place_id == house.id, within, RoomNight.outage_id.is_not(None), RoomNight.room_id.in_(rooms)
    )
    already = sorted({house.rooms[row.room_id].number for row in tx.execute(out)})
    if already:
        raise AlreadyOut(rooms=already)
    return rooms, nights


def _closings(rooms: Sequence[int], nights: Nights, living: Iterable[assignment.Stay]) -> Iterator[Closing]:
    """The nights that each room is out: none while guests live in it."""
    leaving: dict[int | None, int] = defaultdict(int)
    for stay in living:
        leaving[stay.room] = max(leaving[stay.room], stay.departure)
    for room in rooms:
        first = max(nights.arrival, leaving[room])
        if first < nights.departure:
            yield Closing(room, first, nights.departure)


def _steps(
    tx: ReadSession, house: House, planned: ClosingPlan, known: dict[int, StayRoom], closings: Sequence[Closing]
) -> Steps:
    moves = [Moved(fate.stay, fate.origin, fate.room) for fate in planned.fates if fate.room is not None]
    gone = [fate for fate in planned.fates if fate.room is None]
    stays = _stays(tx, house, {known[fate.stay].stay_id for fate in gone})
    displaced = [_displaced(fate, known[fate.stay], stays) for fate in gone]
    gives = _gives(tx, house, closings, [(known[fate.stay], stays) for fate in gone])
    return Steps(tuple(closings), tuple(moves), tuple(displaced), tuple(gives))


def _displaced(fate: Fate, room: StayRoom, stays: dict[int, Stay]) -> Displaced:
    agreed = stays[room.stay_id].status == "confirmed"
    return Displaced(fate.stay, room.stay_id, fate.origin, room.pinned, agreed)


def _stays(tx: ReadSession, house: House, ids: Iterable[int]) -> dict[int, Stay]:
    found = select(Stay).where(Stay.place_id == house.id, Stay.id.in_(sorted(ids))).order_by(Stay.id)
    return {stay.id: stay for stay in tx.all(found)}


def _gives(
    tx: ReadSession, house: House, closings: Sequence[Closing], gone: Iterable[tuple[StayRoom, dict[int, Stay]]]
) -> Iterator[Given]:
    """Which pool gives how many rooms each night, once the displaced have given back theirs: the public's last."""
    closing = Counter(
        (house.rooms[one.room].type_id, night) for one in closings for night in range(one.first, one.until)
    )
    back = Counter(
        (room.given_type_id, night, stays[room.stay_id].allotment_id)
        for room, stays in gone
        for night in range(room.arrival, room.departure)
    )
    pools: dict[tuple[int, int], list[AllotmentNight]] = defaultdict(list)
    for row in _pools(tx, house, closing):
        pools[row.type_id, row.night].append(row)
    for kind, night in sorted(closing):
        left = closing[kind, night]
        for row in sorted(pools[kind, night], key=lambda one: (one.allotment_id == house.public.id, one.allotment_id)):
            part = min(left, row.capacity - row.taken + back[kind, night, row.allotment_id])
            if part > 0:
                left -= part
                yield Given(kind, night, row.allotment_id, part)
        if left and pools[kind, night]:
            raise NoNightsLeft(type=terms.named(house.type(kind)), night=Day(date_of(night)))


def _pools(tx: ReadSession, house: House, closing: Iterable[tuple[int, int]]) -> list[AllotmentNight]:
    wanted = sorted(closing)
    if not wanted:
        return []
    row = AllotmentNight
    nights = [night for _, night in wanted]
    within = row.night.between(min(nights), max(nights))
    return tx.all(select(row).where(row.place_id == house.id, row.type_id.in_({kind for kind, _ in wanted}), within))


def _effects(
    tx: ReadSession,
    now: datetime,
    house: House,
    request: OutageRequest,
    planned: ClosingPlan,
    known: dict[int, StayRoom],
    living: Iterable[int],
) -> list[Effect]:
    everyone = {fate.stay: known[fate.stay] for fate in planned.fates} | {stay: known[stay] for stay in living}
    stays = _stays(tx, house, {room.stay_id for room in everyone.values()})
    teller = Teller(tx, now, house, request, stays, list(everyone.values()))
    gone = [known[fate.stay] for fate in planned.fates if fate.room is None]
    effects = [
        teller.moved(known[fate.stay], fate.origin, fate.room) for fate in planned.fates if fate.room is not None
    ]
    effects += teller.displaced(gone, {house.rooms[room].type_id for room in request.rooms})
    effects += [teller.kept(known[stay]) for stay in living]
    return effects
