"""Changing a draft, part by part. Whoever changes it says which version they saw; the other officer is told."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import delete, update

from booking.audit.service import record
from booking.db import WriteSession, insert
from booking.retreats.errors import SeasonChanged
from booking.retreats.errors_seasons import BatchTwice, DateOutside, MoreBedsThanSleep, MoreRoomsThanThere
from booking.retreats.models import Batch, BatchRooms, Season
from booking.retreats.queries.seasons import season_of
from booking.retreats.rules.calendar import crossed
from booking.retreats.schemas_seasons import BatchRequest, CalendarPart, RoomsRequest, SeasonEdit, SourcesPart
from booking.retreats.service.drawing.steps import require_status, season_for
from booking.rooms.catalogue import House, houses
from booking.rooms.errors import DatesCross
from booking.rooms.rules.nights import night_of
from booking.web.facts import Day, Named
from booking.web.locale import N_
from booking.web.principal import Principal

EDIT = N_("再改内容")
YEARS = range(2000, 2200)
"""Those that a season may speak of: dates beyond cannot be told in every zone."""


def edit_season(tx: WriteSession, now: datetime, by: Principal, code: str, edit: SeasonEdit) -> Season:
    """Change some parts of a draft, each as a whole; answers it as it is then.

    Raises:
        NotAnOfficer: the actor is none of the whole federation.
        SeasonNotFound: there is none.
        WrongSeasonStatus: it is a draft no longer.
        SeasonChanged: another officer changed it first.
        DateOutside: a date in a year that no season has.
        CalendarCrosses: a date is not after the one before it.
        RoomTypeNotFound, DatesCross, BatchTwice, MoreBedsThanSleep, MoreRoomsThanThere: a batch that cannot be.
    """
    season = season_for(tx, by, code)
    require_status(season, "draft", action=EDIT)
    if any(day.year not in YEARS for day in _dates(edit)):
        raise DateOutside(first=YEARS[0], last=YEARS[-1])
    change(tx, season, edit.version, _values(edit))
    if edit.batches is not None:
        _replace_batches(tx, season, houses(tx).house(season.place_id), edit.batches)
    parts = {name: part for name, part in msgspec.to_builtins(edit).items() if part is not None}
    record(tx, now, actor=by.actor, action="retreat.edited", subject=f"retreat:{season.code}", detail=parts)
    return season_of(tx, code, drafts=True)


def change(tx: WriteSession, season: Season, version: int, values: dict[str, Any]) -> None:
    """Change the row of a season and give it another version, if it is still as whoever asks saw it.

    Raises:
        SeasonChanged: somebody came first.
    """
    mine = (Season.id == season.id, Season.version == version, Season.status == season.status)
    changed = update(Season).where(*mine).values(values | {"version": Season.version + 1})
    if tx.execute(changed).rowcount != 1:
        raise SeasonChanged(title=Named(season.title, season.title_en))
    tx.touch(f"retreat:{season.id}")


def _dates(edit: SeasonEdit) -> Iterator[date]:
    """Every date that an edit names."""
    if edit.calendar is not None:
        yield from (one for one in msgspec.structs.astuple(edit.calendar) if isinstance(one, date))
    for batch in edit.batches or ():
        yield from (batch.arrival, batch.departure)
    if edit.sources is not None:
        yield from (one.day for one in edit.sources.sources)


def _values(edit: SeasonEdit) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for part in (edit.about, edit.shares, edit.eligibility, edit.subsidy):
        if part is not None:
            values |= {name: getattr(part, name) for name in part.__struct_fields__}
    if edit.calendar is not None:
        values |= _calendar(edit.calendar)
    if edit.sources is not None:
        values |= _sources(edit.sources)
    return values


def _calendar(part: CalendarPart) -> dict[str, Any]:
    for _, error in crossed(part):
        raise error
    return {name: getattr(part, name) for name in part.__struct_fields__}


def _sources(part: SourcesPart) -> dict[str, Any]:
    named = [(one.lottery, one.issue, one.day.isoformat(), one.fallback) for one in part.sources]
    return {"bits": part.bits, "sources": named}


def _replace_batches(tx: WriteSession, season: Season, house: House, wanted: list[BatchRequest]) -> None:
    tx.execute(delete(BatchRooms).where(BatchRooms.season_id == season.id))
    tx.execute(delete(Batch).where(Batch.season_id == season.id))
    rows, rooms = [], []
    for number, one in enumerate(wanted, 1):
        _check(house, one)
        nights = {"arrival": night_of(one.arrival), "departure": night_of(one.departure)}
        rows.append({"season_id": season.id, "number": number, "name": one.name, "name_en": one.name_en} | nights)
        rooms += [_room_row(season.id, number, kind) for kind in one.rooms if kind.rooms]
    if rows:
        tx.execute(insert(tx, Batch), rows)
    if rooms:
        tx.execute(insert(tx, BatchRooms), rooms)


def _check(house: House, batch: BatchRequest) -> None:
    name = Named(batch.name, batch.name_en)
    if batch.departure <= batch.arrival:
        raise DatesCross(arrival=Day(batch.arrival), departure=Day(batch.departure))
    if len({one.type for one in batch.rooms}) < len(batch.rooms):
        raise BatchTwice(batch=name)
    for one in batch.rooms:
        kind = house.type(one.type)
        what = Named(kind.name, kind.name_en)
        if one.beds > kind.sleeps:
            raise MoreBedsThanSleep(type=what, sleeps=kind.sleeps, beds=one.beds)
        there = len(house.rooms_of[kind.id])
        if one.rooms > there:
            raise MoreRoomsThanThere(batch=name, type=what, rooms=one.rooms, all=there)


def _room_row(season_id: int, batch: int, one: RoomsRequest) -> dict[str, Any]:
    return {
        "season_id": season_id,
        "batch": batch,
        "type_id": one.type,
        "rooms": one.rooms,
        "beds": one.beds,
        "price_fen": one.price_fen,
        "guarantees": {category: beds for category, beds in sorted(one.guarantees.items()) if beds},
    }
