"""What the demo's own people have been up to: a league, a broken lamp, a game among friends.

Each scene is set once, by the commands of the service; where the city has no place for one, it is left out.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import msgspec
from sqlalchemy import select

from booking.clock import half_hour_of, instant_of, local_date, local_instant
from booking.db import Database, Lane, ReadSession, WriteSession, insert
from booking.errors import BookingError
from booking.members.models import Account, RoleGrant
from booking.rehearsal import kinds
from booking.rehearsal.service import apply, draft
from booking.seeding.actors import principal_of
from booking.seeding.models import Load
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.rules import opening
from booking.venues.rules.opening import Span
from booking.venues.schemas import BlockRequest, HoldRequest, PartnerRequest
from booking.venues.service.booking import confirm_booking, hold_slot
from booking.venues.service.closing import CLOSE_COURTS, CloseCourts
from booking.venues.service.counter import block_courts
from booking.venues.service.ending import cancel_booking
from booking.venues.service.terms import kind_on
from booking.web.principal import Principal

Scene = Callable[[WriteSession, datetime], None]


class Home(NamedTuple):
    """The place where the demo's first manager works, and its hall with the most courts."""

    manager: Principal
    place: int
    hall: FacilityFacts


async def set_scenes(database: Database, *scenes: Scene) -> None:
    """Set these scenes, those that were not set before."""
    kinds.register(CLOSE_COURTS)
    for scene in scenes:
        try:
            await database.write_in(Lane.BULK, _once, scene)
        except BookingError:
            continue  # no room for it, as for anybody


def _once(tx: WriteSession, now: datetime, scene: Scene) -> None:
    row = {"name": f"life {scene.__name__}", "fingerprint": "", "chunks": 1, "started_at": now, "completed_at": now}
    noted = insert(tx, Load).values(row).on_conflict_do_nothing(index_elements=["name"])
    if tx.execute(noted).rowcount == 1:
        scene(tx, now)


def league(tx: WriteSession, now: datetime) -> None:
    """Two courts of the hall belong to the works' league on one evening of each week."""
    home = _home(tx)
    if home is None:
        return
    day = local_date(now) + timedelta(days=2)
    evening = _evening(tx, home.hall, day)
    if evening is not None:
        request = BlockRequest(
            facility=home.hall.key[1],
            title="园区职工联赛",
            courts=sorted(home.hall.courts)[-2:],
            starts=instant_of(evening.starts),
            ends=instant_of(evening.ends),
            weekly_until=day + timedelta(weeks=3),
        )
        block_courts(tx, now, home.manager, home.place, request)


def broken_lamp(tx: WriteSession, now: datetime) -> None:
    """A court of the hall closes tomorrow evening: who had it is moved, or told."""
    home = _home(tx)
    if home is None:
        return
    evening = _evening(tx, home.hall, local_date(now) + timedelta(days=1))
    if evening is not None:
        request = CloseCourts(
            facility=home.hall.key[1],
            courts=[min(home.hall.courts)],
            starts=instant_of(evening.starts),
            ends=instant_of(evening.ends),
            reason="更换灯具",
        )
        asked = msgspec.to_builtins(request)
        by = home.manager.member_id
        change = draft(tx, now, place_id=home.place, kind=CLOSE_COURTS.name, request=asked, by=by)
        apply(tx, now, place_id=home.place, change_id=change, by=by)


def game_among_friends(tx: WriteSession, now: datetime) -> None:
    """The demo worker plays table tennis with a friend tomorrow, and has called off the day after.

    The limits of the ball courts stay untouched, for whoever tries the demo.
    """
    home, friends = _home(tx), _friends(tx)
    if home is None or len(friends) < 2:
        return
    tables = [facts for facts in venues(tx).by_place[home.place] if facts.facility.sport == "table_tennis"]
    for facts in tables[:1]:
        for ahead in (1, 2):
            evening = _evening(tx, facts, local_date(now) + timedelta(days=ahead))
            if evening is None:
                continue
            request = HoldRequest(
                place=home.place,
                facility=facts.key[1],
                starts=instant_of(evening.starts),
                ends=instant_of(evening.starts + 2),
                partners=[PartnerRequest(friends[1].name, friends[1].number)],
            )
            held = hold_slot(tx, now, friends[0], request)
            confirm_booking(tx, now, friends[0], home.place, held.id)
            if ahead == 2:
                cancel_booking(tx, now, friends[0], home.place, held.id)


def _home(tx: ReadSession) -> Home | None:
    managing = select(RoleGrant).where(RoleGrant.role == "venue_manager", RoleGrant.scope_kind == "place")
    grant = next(iter(tx.all(managing.order_by(RoleGrant.scope_id, RoleGrant.member_id).limit(1))), None)
    halls = venues(tx).by_place.get(grant.scope_id, ()) if grant else ()
    if grant is None or not halls:
        return None
    hall = max(halls, key=lambda facts: (facts.facility.sport == "badminton", len(facts.courts)))
    return Home(principal_of(tx, grant.member_id), grant.scope_id, hall) if len(hall.courts) > 2 else None


def _friends(tx: ReadSession) -> list[Principal]:
    """The demo accounts without a role."""
    staff = select(RoleGrant.member_id)
    members = tx.execute(select(Account.member_id).where(Account.member_id.not_in(staff)).order_by(Account.member_id))
    return [principal_of(tx, member_id) for member_id in members.scalars()]


def _evening(tx: ReadSession, facts: FacilityFacts, day: date) -> Span | None:
    """The two hours before the last one of a day."""
    noon = half_hour_of(local_instant(day, time(12)))
    spans = opening.open_spans(facts.opening, day, kind_on(venues(tx), noon))
    if not spans or spans[-1].ends - spans[-1].starts < 6:
        return None
    return Span(spans[-1].ends - 6, spans[-1].ends - 2)
