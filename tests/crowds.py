"""Many people who want the same thing at the same moment: their tokens, and a place too small for them."""

from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import update

from booking.clock import local_date, local_instant
from booking.db import WriteSession
from booking.members.models import Account, Member, SignIn
from booking.members.rules.sign_ins import TOKEN_BYTES, TOKEN_PREFIXES, token_hash
from booking.places.catalogue import catalogue_changed
from booking.venues.models import Court, Facility, OpeningRule, Policy, Unit
from tests.venues.city import CENTRE, POLICY, add, populate

ONLY_COURT = 14
"""A badminton hall of one court."""
POOL = 15
"""A pool of `POOL_PLACES` heads."""
POOL_PLACES = 100
FIRST_MEMBER = 1000


class Crowd(NamedTuple):
    """Bearer tokens, one a member, and the day that they are after."""

    tokens: list[str]
    day: date

    def starts(self, hour: int) -> datetime:
        """The instant of an hour of that day."""
        return local_instant(self.day, time(hour))


def gather(tx: WriteSession, now: datetime, count: int) -> Crowd:
    """The small city with a hall of one court and a pool, and so many members who are signed in."""
    populate(tx, now)
    # The servers that race know no other time than the machine's.
    tx.execute(update(Policy).where(Policy.id == POLICY).values(effective_from=date(2000, 1, 1)))
    _small_places(tx)
    numbers = range(FIRST_MEMBER, FIRST_MEMBER + count)
    shared = {"sex": "male", "organisation_id": 1}
    add(tx, Member, [shared | {"id": at, "number": f"m{at}", "name": f"职工{at}"} for at in numbers])
    add(tx, Account, [{"member_id": number, "password_hash": "-", "activated_at": now} for number in numbers])
    tokens = [TOKEN_PREFIXES["bearer"] + tx.tokens.url_safe(TOKEN_BYTES) for _ in numbers]
    add(tx, SignIn, [_signed_in(*of, now) for of in zip(numbers, tokens, strict=True)])
    catalogue_changed(tx)
    return Crowd(tokens, local_date(now) + timedelta(days=2))


def _signed_in(member_id: int, token: str, now: datetime) -> dict[str, Any]:
    until = now + timedelta(days=30)
    shown = {"kind": "bearer", "label": "test", "created_at": now, "seen_at": now, "expires_at": until}
    return {"token_hash": token_hash(token), "id": member_id, "member_id": member_id} | shown


def _small_places(tx: WriteSession) -> None:
    shared = {"place_id": CENTRE, "zone_id": 1, "policy_id": POLICY}
    only = {"id": ONLY_COURT, "code": "only", "name": "小馆", "name_en": "Small hall", "sport": "badminton"}
    pool = {"id": POOL, "code": "pool", "name": "泳池", "name_en": "Pool", "sport": "gym"}
    add(tx, Facility, [shared | only | {"kind": "exclusive", "slot_half_hours": 2, "capacity": 0}])
    add(tx, Facility, [shared | pool | {"kind": "pooled", "slot_half_hours": 2, "capacity": POOL_PLACES}])
    for facility in (ONLY_COURT, POOL):
        always = {"id": 1, "days": "1234567", "opens": time(8), "closes": time(22)}
        add(tx, OpeningRule, [always | {"place_id": CENTRE, "facility_id": facility}])
    hall = {"place_id": CENTRE, "facility_id": ONLY_COURT, "id": 1}
    add(tx, Unit, [hall | {"code": "u1"}])
    court = {"code": "1", "name": "1号场", "name_en": "Court 1", "kind": "court", "units": [1], "accessible": True}
    add(tx, Court, [hall | court | {"features": []}])
