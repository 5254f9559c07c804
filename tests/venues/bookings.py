"""Bookings in the small city, written as rows: for tests of what is read, not of how one books."""

from collections.abc import Iterable
from datetime import date, datetime

from booking.db import WriteSession, insert
from booking.venues.models import Booking, Claim, Partner, PoolCounter
from booking.web.principal import Principal
from tests.venues.city import BADMINTON, CENTRE, POLICY, TODAY, add, half_hour


def add_booking(
    tx: WriteSession,
    now: datetime,
    *,
    starts: float,
    ends: float,
    facility: int = BADMINTON,
    place: int = CENTRE,
    court: int | None = 1,
    units: Iterable[int] | None = None,
    kind: str | None = "court",
    by: Principal | None = None,
    partners: Iterable[Principal] = (),
    day: date = TODAY,
    status: str = "confirmed",
    pinned: bool = False,
    party: int = 1,
    hold_expires_at: datetime | None = None,
) -> int:
    """A booking with its claims (units default to the court's own number), or with its heads when `court` is None."""
    booking = tx.ids.next()
    first, last = half_hour(starts, day), half_hour(ends, day)
    row = {
        "place_id": place,
        "id": booking,
        "facility_id": facility,
        "status": status,
        "member_id": None if by is None else by.member_id,
        "contact_name": "柜台客人" if by is None else "",
        "contact_phone": "",
        "court_kind": None if court is None else kind,
        "court_id": court,
        "pinned": pinned,
        "starts": first,
        "ends": last,
        "party": party,
        "policy_id": POLICY,
        "price_fen": 2000,
        "quote": {"fen": 2000, "usual_fen": 2000, "lines": []},
        "limits": [],
        "source": "page",
        "sequence": 0,
        "created_at": now,
        "changed_at": now,
        "hold_expires_at": hold_expires_at,
        "ended_reason": "",
    }
    add(tx, Booking, [row])
    people = ([] if by is None else [by]) + list(partners)
    add(
        tx,
        Partner,
        [
            {"place_id": place, "booking_id": booking, "number": at, "member_id": who.member_id, "name": who.name}
            for at, who in enumerate(people)
        ],
    )
    if status not in ("held", "confirmed"):
        return booking
    if court is not None:
        take(tx, now, place=place, facility=facility, units=units or [court], first=first, last=last, booking=booking)
    else:
        for slot in range(first, last, 2):
            row = {"place_id": place, "facility_id": facility, "half_hour": slot, "taken": party, "capacity": 10}
            counted = insert(tx, PoolCounter).values(row)
            key = ["place_id", "facility_id", "half_hour"]
            tx.execute(counted.on_conflict_do_update(index_elements=key, set_={"taken": PoolCounter.taken + party}))
    return booking


def take(
    tx: WriteSession,
    now: datetime,
    *,
    place: int,
    facility: int,
    units: Iterable[int],
    first: int,
    last: int,
    booking: int | None = None,
    block: int | None = None,
) -> None:
    """Claim units for a range of half hours, for a booking or a block."""
    rows = [
        {
            "place_id": place,
            "facility_id": facility,
            "half_hour": half_hour,
            "unit_id": unit,
            "booking_id": booking,
            "block_id": block,
        }
        for half_hour in range(first, last)
        for unit in units
    ]
    add(tx, Claim, rows)
