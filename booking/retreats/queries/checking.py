"""What keeps a draft from being published, all of it at once."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from booking.db import ReadSession
from booking.draws.sources import Source, check_entropy
from booking.errors import BookingError
from booking.retreats.errors_seasons import (
    BatchWithoutRooms,
    ClosesInPast,
    GuaranteesTooMany,
    NoBatches,
    SubsidyUnsourced,
)
from booking.retreats.models import Batch, Season
from booking.retreats.queries.quotas import overrides_of, tree
from booking.retreats.queries.seasons import batches, choices
from booking.retreats.rules.building import ChoiceFacts, rules_of
from booking.retreats.rules.calendar import crossed, misnamed
from booking.rooms.catalogue import House, houses
from booking.rooms.errors import PoolShort
from booking.rooms.models import AllotmentNight
from booking.rooms.rules.nights import Nights, date_of
from booking.rooms.service.terms import check_nights
from booking.web.facts import Day, Instant, Named


class Fault(NamedTuple):
    """Something to change before the season can be published, and the part of the draft where it stands."""

    part: str
    error: BookingError


def faults(tx: ReadSession, now: datetime, season: Season) -> list[Fault]:
    """Everything that is wrong with a draft, in the order of its parts; nothing, and it can be published."""
    offered, known = choices(tx, season.id), batches(tx, season.id)
    house = houses(tx).house(season.place_id)
    found = [
        *_calendar(now, season, known),
        *_batches(now, house, offered, known),
        *_guarantees(offered),
        *_subsidy(season),
        *_sources(season),
    ]
    return found or [*_nights(tx, house, offered), *_rules(tx, season, offered)]


def _calendar(now: datetime, season: Season, known: Sequence[Batch]) -> Iterator[Fault]:
    first = min((batch.arrival for batch in known), default=None)
    for _, error in crossed(season, None if first is None else date_of(first)):
        yield Fault("calendar", error)
    if season.closes_at <= now:
        yield Fault("calendar", ClosesInPast(closes=Instant(season.closes_at)))


def _batches(now: datetime, house: House, offered: Sequence[ChoiceFacts], known: Sequence[Batch]) -> Iterator[Fault]:
    if not known:
        yield Fault("batches", NoBatches())
    filled = {one.batch for one in offered if one.rooms}
    for batch in known:
        if batch.number not in filled:
            yield Fault("batches", BatchWithoutRooms(batch=Named(batch.name, batch.name_en)))
        try:
            check_nights(house, now, Nights(batch.arrival, batch.departure), staff=True)
        except BookingError as error:
            yield Fault("batches", error)


def _guarantees(offered: Sequence[ChoiceFacts]) -> Iterator[Fault]:
    for one in offered:
        kept, beds = sum(one.guarantees.values()), one.rooms * one.beds
        if kept > beds:
            names = {"batch": Named(one.batch_name, one.batch_name_en), "type": Named(one.type_name, one.type_name_en)}
            yield Fault("shares", GuaranteesTooMany(beds=beds, kept=kept, **names))


def _subsidy(season: Season) -> Iterator[Fault]:
    borne = season.subsidy_fen or season.free_categories
    if borne and not (season.subsidy_document and season.subsidy_clause):
        yield Fault("subsidy", SubsidyUnsourced())


def _sources(season: Season) -> Iterator[Fault]:
    for error in misnamed(season.sources, season.freezes_at, season.publishes_at):
        yield Fault("sources", error)
    try:
        check_entropy([Source(*source) for source in season.sources], season.bits)
    except BookingError as error:
        yield Fault("sources", error)


def _nights(tx: ReadSession, house: House, offered: Sequence[ChoiceFacts]) -> Iterator[Fault]:
    """The first night on which the public's pool has fewer rooms left than the batches want, for each type."""
    wanted: dict[tuple[int, int], int] = {}
    for one in offered:
        for night in range(one.arrival, one.departure):
            wanted[one.type_id, night] = wanted.get((one.type_id, night), 0) + one.rooms
    free = _free(tx, house, [night for _, night in wanted])
    short: set[int] = set()
    for (type_id, night), rooms in sorted(wanted.items()):
        left = free.get((type_id, night), 0)
        if left < rooms and type_id not in short:
            short.add(type_id)
            pool = Named(house.public.name, house.public.name_en)
            yield Fault("batches", PoolShort(pool=pool, night=Day(date_of(night)), free=left, asked=rooms))


def _free(tx: ReadSession, house: House, nights: Sequence[int]) -> dict[tuple[int, int], int]:
    row = AllotmentNight
    mine = select(row.type_id, row.night, row.capacity - row.taken).where(
        row.place_id == house.id,
        row.allotment_id == house.public.id,
        row.night.between(min(nights, default=0), max(nights, default=-1)),
    )
    return {(type_id, night): left for type_id, night, left in tx.execute(mine)}


def _rules(tx: ReadSession, season: Season, offered: Sequence[ChoiceFacts]) -> Iterator[Fault]:
    """The rules can be built, as if everybody applied."""
    organisations = tree(tx)
    everybody = {one.code: one.members for one in organisations}
    try:
        rules_of(season, offered, organisations, everybody, overrides_of(tx, season.id))
    except BookingError as error:
        yield Fault("shares", error)
