"""Days on which a request's own search gives up, so that a booking is pending."""

from datetime import timedelta

import pytest

from booking.db import Database
from booking.venues.rules.assignment import rearrangement
from booking.venues.service import allocation
from tests.venues.bookings import add_booking
from tests.venues.city import TODAY

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests have no time to search: they see only what is free as everybody sits."""
    monkeypatch.setattr(allocation, "QUICK_NODES", 0)
    monkeypatch.setattr(rearrangement, "GREEDY_NODES", 0)


async def crowd(database: Database, *, movable: bool) -> list[int]:
    """Tomorrow from 18 to 20, no court is free throughout; if some may move, one can be.

    Courts 1 and 2 are taken from 18 to 19 and from 19 to 20, the others all the time. Who plays, court by court.
    """
    plan = [(1, 18, 19, False), (2, 19, 20, not movable), (3, 18, 20, True), (4, 18, 20, True)]
    return [
        await database.write(
            add_booking, starts=starts, ends=ends, court=court, pinned=pinned or not movable, day=TOMORROW
        )
        for court, starts, ends, pinned in plan
    ]
