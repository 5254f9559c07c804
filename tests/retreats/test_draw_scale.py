"""Draw day of twenty thousand applications: seconds, and as many statements for each thousand."""

import random
import time
from datetime import date, datetime
from typing import Any

import pytest

from booking.db import Database, WriteSession
from booking.draws.verifying import STEPS, verify
from booking.members.models import Member, MemberCategory
from booking.retreats import drawing
from booking.retreats.models import Applicant, Application
from booking.retreats.queries.steps import contents
from tests.databases import SettableClock
from tests.retreats.draws import Day, after_draws, at_freeze, draw_day, numbers_in
from tests.retreats.season import ARRIVALS, CODE, ENTERPRISES, SEASON
from tests.rooms.house import DOUBLE, TWIN, add

APPLICATIONS = 20_000
AT_ONCE = 5000
SECONDS = 30.0
"""For each step: an order of magnitude above what it takes on two cores alone."""


def crowd(tx: WriteSession, now: datetime) -> None:
    """So many members, each with an application of their own; every tenth with unpaid dues."""
    dice = random.Random(20_000)
    homes = list(ENTERPRISES)
    wishes = [[batch, kind] for batch in range(1, len(ARRIVALS) + 1) for kind in (TWIN, DOUBLE)]
    members: list[dict[str, Any]] = []
    categories: list[dict[str, Any]] = []
    applications: list[dict[str, Any]] = []
    applicants: list[dict[str, Any]] = []
    for number in range(APPLICATIONS):
        at, made = 100_000 + number, dice.getrandbits(63)
        paid = date(2026, 1, 1) if number % 10 == 0 else date(2027, 12, 31)
        sex = "male" if number % 2 else "female"
        home = {"organisation_id": dice.choice(homes), "dues_paid_until": paid}
        members.append({"id": at, "number": f"c{at}", "name": "众人", "sex": sex} | home)
        if number % 3 == 0:
            categories.append({"member_id": at, "category": "frontline", "verified_at": now})
        when = {"created_at": now, "changed_at": now, "sequence": 0, "reason": ""}
        wish = {"wishes": dice.sample(wishes, 4), "companions": [], "rooms": 0, "salt": dice.randbytes(16)}
        applications.append({"season_id": SEASON, "id": made, "status": "entered"} | when | wish)
        mine = {"season_id": SEASON, "application_id": made, "number": 0}
        applicants.append({"member_id": at, "joined_at": now} | mine)
    for table, rows in ((Member, members), (MemberCategory, categories), (Application, applications)):
        for start in range(0, len(rows), AT_ONCE):
            add(tx, table, rows[start : start + AT_ONCE])
    for start in range(0, len(applicants), AT_ONCE):
        add(tx, Applicant, applicants[start : start + AT_ONCE])


@pytest.mark.drill
async def test_twenty_thousand(database: Database, clock: SettableClock) -> None:
    day: Day = await database.write(draw_day)
    await database.write(crowd)
    at_freeze(clock, day.season)

    async def timed(name: str, work: Any) -> Any:
        begun = time.monotonic()
        done = await work
        took = time.monotonic() - begun
        assert took < SECONDS, name
        return done

    made = await timed("freeze", drawing.freeze(database, day.officer, CODE))
    assert (len(made.season.units), len(made.excluded)) == (18_032, 2_000)
    after_draws(clock, day.season)
    await numbers_in(database, day)
    computed = await timed("draw", drawing.draw(database, day.officer, CODE))
    assert len(computed.won) > 20
    report = verify(await database.read(contents, SEASON, notary=True))
    assert (report.faults, len(report.checked)) == ([], len(STEPS))
