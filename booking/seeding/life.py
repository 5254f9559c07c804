"""A little life for the demo city: some of its made-up members book courts for today and the coming days.

They book as anybody does, through the commands of the service, and are refused as anybody is. A day fills as it
comes nearer, so a demo that is started again another day looks as lively as on its first.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, update

from booking.clock import half_hour_of, instant_of, local_date, local_instant
from booking.db import Database, Lane, ReadSession, WriteSession, insert
from booking.errors import BookingError
from booking.members.models import Member
from booking.seeding.actors import principal_of
from booking.seeding.dice import Dice, Draws, below
from booking.seeding.models import Load
from booking.seeding.people import MOST_MEMBERS
from booking.seeding.scenes import broken_lamp, game_among_friends, league, set_scenes
from booking.seeding.season import retreat_season
from booking.venues.catalogue import FacilityFacts, Venues, venues
from booking.venues.rules import opening
from booking.venues.rules.opening import Span
from booking.venues.schemas import HoldRequest, PartnerRequest
from booking.venues.service.booking import confirm_booking, hold_slot
from booking.venues.service.terms import kind_on

WISHES = (110, 70, 35, 20, 15, 10, 10)
"""How many try to book for today, for tomorrow, and so on."""
DECIDED_AT = time(20)
"""Yesterday evening: whoever plays today, or this week, has booked by then."""
LIVELY = ("badminton", "basketball", "table_tennis", "billiards", "tennis", "swimming", "gym", "yoga", "reading")
_WORD = 1 << 32

Told = Callable[[int, int], None]
"""Hears how many wishes of how many were heard."""


class Wish(NamedTuple):
    """What one member would like."""

    member_id: int
    request: HoldRequest


async def bring_to_life(database: Database, seed: int, told: Told) -> int:
    """Let made-up members book until each day has its share; answers how many could.

    Args:
        database: a loaded city.
        seed: the same one makes the same wishes.
        told: hears of the progress.
    """
    today = local_date(database.clock())
    days = [(today + timedelta(days=ahead), count) for ahead, count in enumerate(WISHES)]
    members = await database.read(_made_up)
    heard, total, booked = 0, sum(WISHES), 0
    await set_scenes(database, league)
    for day, count in days if members else []:
        made = await database.write_in(Lane.BULK, _begin, day)
        heard += min(made, count)
        for number in range(made, count):
            booked += await _hear(database, Dice(seed, f"life {day}").roll(number), day, number, members)
            heard += 1
            told(heard, total)
    await set_scenes(database, game_among_friends, broken_lamp, retreat_season)
    return booked


def _made_up(tx: ReadSession) -> int:
    """How many members were made up: their ids are their serials."""
    return int(tx.scalar(select(func.max(Member.id)).where(Member.id <= MOST_MEMBERS)) or 0)


async def _hear(database: Database, draws: Draws, day: date, number: int, members: int) -> bool:
    decided_at = local_instant(local_date(database.clock()) - timedelta(days=1), DECIDED_AT)
    try:
        return await database.write_in(Lane.BULK, _fulfil, draws, day, number, members, decided_at)
    except BookingError:
        await database.write_in(Lane.BULK, _count, day, number)
        return False


def _begin(tx: WriteSession, now: datetime, day: date) -> int:
    """How many wishes for a day were heard so far."""
    begun = insert(tx, Load).values(name=_name(day), fingerprint="", chunks=0, started_at=now)
    tx.execute(begun.on_conflict_do_nothing(index_elements=["name"]))
    return int(tx.scalar(select(Load.chunks).where(Load.name == _name(day))))


def _name(day: date) -> str:
    return f"life {day}"


def _count(tx: WriteSession, now: datetime, day: date, number: int) -> bool:
    """Note that a wish was heard; False when another process has done so."""
    mine = update(Load).where(Load.name == _name(day), Load.chunks == number)
    return tx.execute(mine.values(chunks=number + 1)).rowcount == 1


def _fulfil(
    tx: WriteSession, now: datetime, draws: Draws, day: date, number: int, members: int, decided_at: datetime
) -> bool:
    wish = _wish(tx, draws, day, members)
    if not _count(tx, now, day, number) or wish is None:
        return False
    booker = principal_of(tx, wish.member_id)
    held = hold_slot(tx, decided_at, booker, wish.request)
    confirm_booking(tx, decided_at, booker, held.place, held.id)
    return True


def _wish(tx: ReadSession, draws: Draws, day: date, members: int) -> Wish | None:
    """Who would like to play what, when and with whom."""
    who, where, which, when, until, how, court, friend = draws
    known = venues(tx)
    facts = _facility(known, where, which)
    slots = opening.slots(_open(known, facts, day), facts.facility.slot_half_hours) if facts else []
    if facts is None or not slots:
        return None
    first = slots[max(below(when, len(slots)), below(until, len(slots)))]  # the later of two: evenings are full
    span = _longer(known, facts, first, 4 if how & 1 else 2)
    partner = 1 + below(friend, members) if friend % 3 == 0 else None
    named = [] if partner is None else [_partner(tx, partner)]
    kinds = list(facts.kinds)
    return Wish(
        member_id=1 + below(who, members),
        request=HoldRequest(
            place=facts.key[0],
            facility=facts.key[1],
            starts=instant_of(span.starts),
            ends=instant_of(span.ends),
            court_kind=kinds[below(court, len(kinds))] if kinds else "",
            heads=1 + (how >> 1) % 3 if facts.pooled else 1,
            partners=named,
        ),
    )


def _facility(known: Venues, where: int, which: int) -> FacilityFacts | None:
    """A lively one: one time in three of the first place, where the demo's own people work."""
    lively = [
        facts for facts in known.facilities.values() if facts.facility.sport in LIVELY and not facts.policy.eligible
    ]
    home = [facts for facts in lively if facts.key[0] == 1]
    chosen: Sequence[FacilityFacts] = home if home and where < _WORD // 3 else lively
    return chosen[below(which, len(chosen))] if chosen else None


def _open(known: Venues, facts: FacilityFacts, day: date) -> list[Span]:
    return opening.open_spans(facts.opening, day, kind_on(known, half_hour_of(local_instant(day, time(12)))))


def _longer(known: Venues, facts: FacilityFacts, slot: Span, half_hours: int) -> Span:
    """From the start of a slot so long, if it is open so long."""
    day = local_date(instant_of(slot.starts))
    ends = slot.starts + half_hours
    fits = opening.on_grid(_open(known, facts, day), facts.facility.slot_half_hours, slot.starts, ends)
    return Span(slot.starts, ends) if fits else slot


def _partner(tx: ReadSession, member_id: int) -> PartnerRequest:
    row = tx.execute(select(Member.name, Member.number).where(Member.id == member_id)).one()
    return PartnerRequest(name=row.name, number=row.number)
