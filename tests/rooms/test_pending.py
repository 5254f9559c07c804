"""Stays whose rooms take longer to find than a request: pending first, then answered for good."""

import asyncio
import multiprocessing
import time
from typing import Any

import pytest
from sqlalchemy import select

from booking.apart import apart
from booking.db import Database
from booking.rooms import planner
from booking.rooms.models import RoomSearch, StayRoom
from booking.rooms.queries.stays import stay_view
from booking.rooms.rules.assignment import Impossible, Outcome, OutOfTime, Overfull
from booking.rooms.schemas import CancelRequest, StayView
from booking.rooms.service import allocation
from booking.rooms.service.ending import cancel_stay
from booking.rooms.service.stays import confirm_stay, hold_stay
from tests.databases import SettableClock
from tests.rooms.counting import check
from tests.rooms.house import HOUSE, People, populate, room, wish


@pytest.fixture
async def people(database: Database) -> People:
    return await database.write(populate)


@pytest.fixture
async def waiting(database: Database, people: People, monkeypatch: pytest.MonkeyPatch) -> StayView:
    """A stay of two rooms, one of them chosen, for which a request had no time."""

    def out_of_time(*args: Any) -> Outcome:
        return OutOfTime()

    with monkeypatch.context() as slow:
        slow.setattr("booking.rooms.rules.assignment.rearrange", out_of_time)
        return await database.write(hold_stay, people.worker, wish(2, 4, room(), room(room=7)))


def answers(monkeypatch: pytest.MonkeyPatch, outcome: Outcome | None = None) -> None:
    """Let the planner solve in this process, or answer this."""

    async def solve(question: allocation.Question, seconds: int) -> Outcome:
        return outcome or planner.find(question, seconds)

    monkeypatch.setattr(planner, "solve", solve)


async def seen(database: Database, people: People, stay: StayView) -> StayView:
    return await database.read(stay_view, database.clock(), HOUSE, stay.id, people.worker)


async def test_it_counts_and_has_no_room_yet(database: Database, waiting: StayView) -> None:
    assert (waiting.status, [one.status for one in waiting.rooms]) == ("pending", ["pending", "pending"])
    await database.read(check)


async def test_the_planner_holds_it_for_its_booker(
    database: Database, people: People, waiting: StayView, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch)
    assert await planner.turn(database) == 1
    held = await seen(database, people, waiting)
    assert (held.status, held.rooms[1].room) == ("held", "A007")
    assert await database.read(lambda tx: tx.all(select(RoomSearch))) == []
    assert await planner.turn(database) == 0
    await database.read(check)


async def test_or_confirms_it_if_its_booker_has(
    database: Database, people: People, waiting: StayView, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch)
    assert (await database.write(confirm_stay, people.worker, HOUSE, waiting.id)).status == "pending"
    await planner.turn(database)
    assert (await seen(database, people, waiting)).status == "confirmed"
    await database.read(check)


async def test_refuses_what_is_proved_impossible_and_charges_nothing(
    database: Database, people: People, waiting: StayView, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, Impossible(Overfull((), (), 0)))
    assert await planner.turn(database) == 1
    refused = await seen(database, people, waiting)
    assert (refused.status, refused.ended_reason, refused.price_fen) == ("refused", "rooms_full", 0)
    await database.read(check)


@pytest.mark.parametrize(("outcome", "others"), [(None, 7), (Impossible(Overfull((), (), 0)), 1)])
async def test_seeks_again_when_somebody_else_took_rooms_meanwhile(
    database: Database,
    people: People,
    waiting: StayView,
    monkeypatch: pytest.MonkeyPatch,
    outcome: Outcome | None,
    others: int,
) -> None:
    """A proof of a hotel that has changed is none; a plan is one as long as its rooms are free."""

    async def solve(question: allocation.Question, seconds: int) -> Outcome:
        found = outcome or planner.find(question, seconds)
        for _ in range(others):
            await database.write(hold_stay, people.model, wish(2, 4))
        return found

    monkeypatch.setattr(planner, "solve", solve)
    assert await planner.turn(database) == 0
    assert (await seen(database, people, waiting)).status == "pending"
    answers(monkeypatch)
    assert await planner.turn(database) == 1
    assert (await seen(database, people, waiting)).status == "held"
    await database.read(check)


async def test_a_plan_that_others_did_not_touch_is_carried_out(
    database: Database, people: People, waiting: StayView, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def solve(question: allocation.Question, seconds: int) -> Outcome:
        found = planner.find(question, seconds)
        await database.write(hold_stay, people.model, wish(5, 6))
        return found

    monkeypatch.setattr(planner, "solve", solve)
    assert await planner.turn(database) == 1
    assert (await seen(database, people, waiting)).status == "held"
    await database.read(check)


async def test_out_of_time_it_is_sought_for_longer_until_there_is_an_answer(
    database: Database, people: People, waiting: StayView, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[int] = []

    async def solve(question: allocation.Question, seconds: int) -> Outcome:
        given.append(seconds)
        return OutOfTime()

    monkeypatch.setattr(planner, "solve", solve)
    for again in (False, *[True] * 6):
        assert await planner.turn(database, again=not again) == 0, "each in its own loop"
        assert await planner.turn(database, again=again) == 0
        clock.advance(minutes=10)
    assert given == [30, 60, 120, 240, 480, 960, 960]
    assert (await seen(database, people, waiting)).status == "pending", "neither proved nor planned"
    answers(monkeypatch)
    assert await planner.turn(database, again=True) == 1
    assert (await seen(database, people, waiting)).status == "held"


async def test_the_end_of_its_day_ends_it(
    database: Database, people: People, waiting: StayView, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, OutOfTime())
    clock.advance(days=3)
    assert await planner.turn(database) == 1
    assert (await seen(database, people, waiting)).ended_reason == "too_late"
    await database.read(check)


async def test_can_be_given_up_while_it_waits(
    database: Database, people: People, waiting: StayView, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch)
    part = await database.write(cancel_stay, people.worker, HOUSE, waiting.id, CancelRequest([1]))
    assert part.status == "pending"
    await planner.turn(database)
    rooms = await database.read(lambda tx: tx.all(select(StayRoom).order_by(StayRoom.number)))
    assert [(one.status, one.room_id) for one in rooms] == [("cancelled", None), ("expected", 7)]
    await database.write(cancel_stay, people.worker, HOUSE, waiting.id, CancelRequest())
    await database.read(check)


async def test_a_search_runs_in_a_process_of_its_own(database: Database, people: People, waiting: StayView) -> None:
    assert await planner.turn(database) == 1
    assert (await seen(database, people, waiting)).status == "held"


async def test_a_search_can_be_cut_short() -> None:
    begun = time.monotonic()
    searching = asyncio.create_task(apart(time.sleep, 60))
    await asyncio.sleep(0.5)
    searching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await searching
    assert time.monotonic() - begun < 10
    assert multiprocessing.active_children() == []


async def test_what_goes_wrong_in_a_search_is_said_where_it_was_asked() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await apart(int, "one")
