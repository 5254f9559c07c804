"""The figures of a house from its books: what is sold, for how much, by whom, and what is still to come."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, select

from booking.clock import local_date
from booking.db import ReadSession
from booking.rooms.catalogue import House, houses
from booking.rooms.models import LONGEST_STAY, BusinessDay, RoomNight, Stay, StayRoom
from booking.rooms.rules import figures as rules
from booking.rooms.rules.figures import NightCount, Sold
from booking.rooms.rules.nights import Nights, date_of, night_of
from booking.rooms.schemas_figures import Figures, ForecastNight, ForecastView, NightFigures, PickedUp, SourceFigures

SOLD = ("expected", "in_house", "departed")
"""States in which a room of a stay takes a room night."""
GIVEN_UP = ("cancelled", "no_show", "displaced")


def figures(tx: ReadSession, place_id: int, nights: Nights) -> Figures:
    """Occupancy, rates, length of stay and sources of some nights, past or to come: two statements.

    Raises:
        NoRoomsHere: the place has no rooms.
    """
    house = houses(tx).house(place_id)
    rooms = [room for room in sold(tx, house, nights) if room.ended is None]
    counted = count(tx, house, rooms, nights)
    arriving = [room for room in rooms if nights.arrival <= room.arrival < nights.departure]
    sources = rules.by_source(rooms, nights.arrival, nights.departure)
    return Figures(
        first=date_of(nights.arrival),
        until=date_of(nights.departure),
        occupancy=rules.occupancy(counted),
        average_rate_fen=rules.average_daily_rate(counted),
        revpar_fen=rules.revpar(counted),
        average_nights=rules.average_length_of_stay(arriving),
        fen=sum(night.fen for night in counted),
        nights=[_night(night) for night in counted],
        sources=[SourceFigures(source, *counts) for source, counts in sources.items()],
    )


def forecast(tx: ReadSession, now: datetime, place_id: int, days: int) -> ForecastView:
    """What the nights from today on will sell, see `rules.figures.forecast`: three statements.

    Raises:
        NoRoomsHere: the place has no rooms.
    """
    house = houses(tx).house(place_id)
    today = night_of(local_date(now))
    window = Nights(today - rules.WEEK * rules.LOOKED_BACK - days, today + days)
    rooms = sold(tx, house, window)
    out = out_of_order(tx, house, window)
    first = tx.scalar(select(func.min(Stay.created_at)).where(Stay.place_id == house.id))
    known = today if first is None else night_of(local_date(first))
    return ForecastView(
        [
            _forecast(rooms, night, today, len(house.rooms) - out.get(night, 0), known)
            for night in range(today, today + days)
        ]
    )


def _forecast(rooms: list[Sold], night: int, today: int, in_order: int, known: int) -> ForecastNight:
    same_weekday = [room for room in rooms if (night - room.arrival) % rules.WEEK < room.departure - room.arrival]
    told = rules.forecast(same_weekday, night, today, in_order, known)
    return ForecastNight(
        day=date_of(night),
        in_order=in_order,
        on_books=told.on_books,
        pick_up=told.pick_up,
        expected=told.expected,
        occupancy=told.expected / in_order if in_order else 0.0,
        weeks=told.weeks,
        booked=[PickedUp(date_of(day), count) for day, count in rules.pick_up(rooms, night).items()],
    )


def sold(tx: ReadSession, house: House, nights: Nights) -> list[Sold]:
    """Every room of an agreed stay that has, or had until it was given up, one of these nights."""
    known = and_(Stay.place_id == StayRoom.place_id, Stay.id == StayRoom.stay_id)
    columns = (StayRoom.arrival, StayRoom.departure, StayRoom.night_fen, StayRoom.status, StayRoom.ended_at)
    within = (
        StayRoom.arrival.between(nights.arrival - LONGEST_STAY, nights.departure - 1),
        StayRoom.departure > nights.arrival,
    )
    agreed = Stay.folio_id.is_not(None) | Stay.status.in_(("confirmed", "stayed"))
    wanted = select(*columns, Stay.source, Stay.created_at).join(Stay, known)
    wanted = wanted.where(StayRoom.place_id == house.id, *within, StayRoom.status.in_((*SOLD, *GIVEN_UP)), agreed)
    return [_sold(row) for row in tx.execute(wanted)]


def _sold(row: Row[Any]) -> Sold:
    ended = None
    if row.status in GIVEN_UP:
        came_not = row.status == "no_show" or row.ended_at is None
        ended = row.arrival if came_not else night_of(local_date(row.ended_at))
    made = night_of(local_date(row.created_at))
    return Sold(row.arrival, row.departure, made, ended, row.source, tuple(row.night_fen))


def count(tx: ReadSession, house: House, rooms: Iterable[Sold], nights: Nights) -> list[NightCount]:
    """Each night with what is sold of it; rooms that were given up are left out by the caller."""
    out = out_of_order(tx, house, nights)
    return rules.count_nights(rooms, nights.arrival, nights.departure, len(house.rooms), out)


def out_of_order(tx: ReadSession, house: House, nights: Nights) -> Mapping[int, int]:
    """How many rooms outages take, by night."""
    within = RoomNight.night.between(nights.arrival, nights.departure - 1)
    counted = select(RoomNight.night, func.count().label("rooms")).where(
        RoomNight.place_id == house.id, within, RoomNight.outage_id.is_not(None)
    )
    return {row.night: row.rooms for row in tx.execute(counted.group_by(RoomNight.night))}


def closed_days(tx: ReadSession, place_id: int, limit: int = 31) -> list[BusinessDay]:
    """The days that were closed, the latest first."""
    mine = select(BusinessDay).where(BusinessDay.place_id == place_id)
    return tx.all(mine.order_by(BusinessDay.night.desc()).limit(limit))


def _night(night: NightCount) -> NightFigures:
    return NightFigures(
        day=date_of(night.night),
        rooms=night.rooms,
        out_of_order=night.out_of_order,
        sold=night.sold,
        occupancy=rules.occupancy([night]),
        fen=night.fen,
        average_rate_fen=rules.average_daily_rate([night]),
        revpar_fen=rules.revpar([night]),
    )
