"""Many commands at once on PostgreSQL: not one deadlock, and the books agree afterwards."""

import asyncio
from collections import Counter
from datetime import datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from booking.db import Database, WriteSession
from booking.errors import BookingError
from booking.rooms.models import Stay
from booking.rooms.schemas import CancelRequest, DatesRequest, MoveRequest
from booking.rooms.schemas_waiting import WaitRequest
from booking.rooms.service.allotments import keep_up, move_allotment
from booking.rooms.service.changing import change_dates
from booking.rooms.service.ending import cancel_stay, restore_stay
from booking.rooms.service.expiry import expire_holds
from booking.rooms.service.offering import offer_due
from booking.rooms.service.stays import confirm_stay, hold_stay
from booking.rooms.service.waiting import join
from tests.databases import postgres_only
from tests.rooms.counting import check
from tests.rooms.house import DOUBLE, HOUSE, TWIN, People, day, populate, room, wish

GUESTS, COMMANDS = 24, 8


async def live(database: Database, people: People, dice: Random, outcomes: Counter[str]) -> None:
    """One guest after another: random ranges of nights in both types, in either order."""
    mine: list[int] = []

    async def attempt(command: Any, *args: Any) -> Any:
        def begun(tx: WriteSession, now: datetime) -> Any:
            outcomes["begun"] += 1
            return command(tx, now, *args)

        outcomes["asked"] += 1
        try:
            done = await database.write(begun)
        except BookingError as refused:
            outcomes[refused.code] += 1
            return None
        outcomes["done"] += 1
        return done

    for _ in range(COMMANDS):
        arrival = dice.randrange(12)
        departure = arrival + dice.randrange(1, 5)
        what = dice.randrange(8)
        if what <= 2 or not mine:
            kinds = dice.sample([TWIN, DOUBLE, TWIN], dice.randrange(1, 4))
            made = await attempt(hold_stay, people.worker, wish(arrival, departure, *map(room, kinds)))
            mine += [made.id] if made else []
        elif what == 3:
            await attempt(confirm_stay, people.worker, HOUSE, dice.choice(mine))
        elif what == 4:
            await attempt(cancel_stay, people.worker, HOUSE, dice.choice(mine), CancelRequest([dice.choice([1, 2])]))
        elif what == 5:
            dates = DatesRequest(day(arrival), day(departure))
            await attempt(change_dates, people.worker, HOUSE, dice.choice(mine), dates)
        elif what == 6:
            await attempt(restore_stay, people.worker, HOUSE, dice.choice(mine))
            kind, who = dice.choice([TWIN, DOUBLE]), dice.choice(people[:2])
            await attempt(
                join, who, WaitRequest(place=HOUSE, type=kind, arrival=day(arrival), departure=day(departure))
            )
            await attempt(offer_due)
        else:
            dates_of = {"first": day(arrival), "until": day(departure)}
            pools = dice.choice([(1, 2), (2, 1)])
            moved = MoveRequest(**dates_of, type=TWIN, rooms=1, origin=pools[0], target=pools[1])
            await attempt(move_allotment, people.desk, HOUSE, moved)
            await attempt(dice.choice([expire_holds, keep_up]))


@postgres_only
async def test_there_is_no_deadlock_and_the_books_agree(database: Database) -> None:
    people = await database.write(populate)
    outcomes: Counter[str] = Counter()
    await asyncio.gather(*(live(database, people, Random(seed), outcomes) for seed in range(GUESTS)))
    assert outcomes["done"] > GUESTS
    assert outcomes["rooms_full"] > 0, "they did compete"
    assert outcomes["begun"] == outcomes["asked"], "no command had to be tried again after a deadlock"
    await database.read(check)


@pytest.mark.drill
@postgres_only
async def test_notices_when_types_are_not_locked(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaves_open(*args: Any) -> None:
        """As if versions were not raised first."""

    for module in ("stays", "ending", "expiry", "allotments", "inventory"):
        monkeypatch.setattr(f"booking.rooms.service.{module}.lock_types", leaves_open)
    with pytest.raises(AssertionError):
        await test_there_is_no_deadlock_and_the_books_agree(database)


@postgres_only
async def test_the_last_room_goes_to_one(database: Database) -> None:
    people = await database.write(populate)

    async def take() -> bool:
        try:
            await database.write(hold_stay, people.worker, wish(3, 6, room(DOUBLE)))
        except BookingError:
            return False
        return True

    assert sum(await asyncio.gather(*(take() for _ in range(20)))) == 4
    held = await database.read(lambda tx: tx.all(select(Stay)))
    assert len(held) == 4
    await database.read(check)


@postgres_only
async def test_one_stay_changed_twice_at_once_is_changed_once_each(database: Database) -> None:
    people = await database.write(populate)
    held = await database.write(hold_stay, people.worker, wish(3, 6))

    async def attempt(command: Any, *args: Any) -> str:
        try:
            return str((await database.write(command, people.worker, HOUSE, held.id, *args)).status)
        except BookingError as refused:
            return refused.code

    done = await asyncio.gather(
        attempt(confirm_stay),
        attempt(cancel_stay, CancelRequest()),
        attempt(change_dates, DatesRequest(day(7), day(9))),
        attempt(confirm_stay),
    )
    assert set(done) <= {"confirmed", "held", "cancelled", "stay_changed", "wrong_stay_status", "nothing_to_cancel"}
    await database.read(check)
