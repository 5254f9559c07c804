"""The hotel put in better order overnight: nobody pinned moves, nobody loses anything, and a booking goes first."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from booking.audit.models import AuditEntry
from booking.db import Database, WriteSession
from booking.rooms import planner
from booking.rooms.models import StayRoom
from booking.rooms.rules.assignment import Assignment, Group, Move, Room, Snapshot, Stay, exact, nightly
from booking.rooms.rules.assignment.nightly import Better, improve, load_of
from booking.rooms.rules.assignment.solver import SolverMissing
from booking.rooms.service import nightly as service
from booking.rooms.service.stays import confirm_stay, hold_stay
from tests.databases import SettableClock, sqlite_only
from tests.rooms.counting import check, check_boards
from tests.rooms.house import HOUSE, TWIN, People, populate, room, wish

ROOMS = tuple(Room(at, 1, frozenset(one for one in (at - 1, at + 1) if 1 <= one <= 6)) for at in range(1, 7))
SECTIONS = {at: ("A", at // 4) for at in range(1, 7)}


@st.composite
def hotels(draw: st.DrawFn) -> Snapshot:
    """Six rooms, stays that live in them, some pinned, some of them pairs."""
    stays: list[Stay] = []
    for at in range(1, 7):
        night = 0
        while night < 8:
            night += draw(st.integers(0, 3))
            length = draw(st.integers(1, 3))
            pin = draw(st.sampled_from(["", "", "", "chosen", "arrived"]))
            stays.append(
                Stay(len(stays) + 1, 1, night, night + length, at, chosen=pin == "chosen", arrived=pin == "arrived")
            )
            night += length
    same: dict[tuple[int, int], list[int]] = {}
    for stay in stays:
        same.setdefault((stay.arrival, stay.departure), []).append(stay.id)
    groups = tuple(Group((ids[0], ids[1])) for ids in same.values() if len(ids) > 1 and draw(st.booleans()))
    return Snapshot(0, 20, ROOMS, tuple(stays), groups)


def solvers() -> Iterator[bool]:
    yield True
    yield False


def missing(*_: Any, **__: Any) -> Assignment:
    raise SolverMissing


class TestImprove:
    @pytest.mark.parametrize("solver", list(solvers()))
    @settings(max_examples=12, deadline=None)
    @given(shot=hotels())
    def test_nobody_pinned_moves_and_nothing_gets_worse(self, shot: Snapshot, solver: bool) -> None:
        with pytest.MonkeyPatch.context() as patch:
            if not solver:
                patch.setattr(nightly, "assign_exactly", missing)
            better = improve(shot, SECTIONS, 1.0)
        rooms = {stay.id: stay.room for stay in shot.stays} | {move.stay: move.target for move in better.moves}
        pinned = {stay.id for stay in shot.stays if stay.pinned}
        assert not pinned & {move.stay for move in better.moves}
        assert not better.after.unplaced
        assert set(better.before.kept) <= set(better.after.kept)
        taken = [(rooms[stay.id], night) for stay in shot.stays for night in range(stay.arrival, stay.departure)]
        assert len(taken) == len(set(taken)), "no room twice on a night"
        if len(better.after.kept) == len(better.before.kept):
            assert better.load_after <= better.load_before - nightly.MOVE * bool(better.moves)

    def test_a_pair_that_lives_apart_is_brought_together(self) -> None:
        shot = Snapshot(0, 9, ROOMS, (Stay(1, 1, 1, 4, 1), Stay(2, 1, 1, 4, 4)), (Group((1, 2)),))
        better = improve(shot, SECTIONS, 5.0)
        assert better.after.kept == ((1, 2),)
        assert better.exact

    def test_work_is_spread_over_the_floors(self) -> None:
        shot = Snapshot(0, 9, ROOMS, tuple(Stay(at, 1, 2, 5, at) for at in range(1, 4)))
        better = improve(shot, SECTIONS, 5.0)
        assert better.load_after < better.load_before
        assert len(better.moves) == 1

    def test_load_counts_arrivals_and_departures(self) -> None:
        load = load_of({1: 1}, [Stay(1, 1, 2, 5, 1)], SECTIONS)
        assert dict(load.counts) == {(2, ("A", 0)): 1, (5, ("A", 0)): 1}
        assert exact.WINDOWS


@pytest.fixture
async def people(database: Database) -> People:
    return await database.write(populate)


async def book(database: Database, people: People, first: int, last: int, **more: Any) -> int:
    stay = await database.write(hold_stay, people.desk, wish(first, last, *[room(heads=2)] * 2, **more))
    await database.write(confirm_stay, people.desk, HOUSE, stay.id)
    return stay.id


async def order(database: Database, clock: SettableClock) -> service.Order:
    return await database.read(service.order_of, clock.now, HOUSE, TWIN)


def moving(asked: service.Order) -> Better:
    """A plan that moves one stay to a free room, for no good reason."""
    stay = asked.snapshot.stays[0]
    held = {one.room for one in asked.snapshot.stays}
    free = next(one.id for one in asked.snapshot.rooms if one.id not in held)
    assert stay.room is not None
    nothing = Assignment({}, (), (), (), (), proved=False)
    return Better((Move(stay.id, stay.room, free),), nothing, nothing, 0, 0, exact=False)


class TestApply:
    async def test_moves_are_made_and_written_down(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        await book(database, people, 2, 4)
        asked = await order(database, clock)
        better = moving(asked)
        assert await database.write(service.apply, asked, better)
        (move,) = better.moves
        assert (await database.read(lambda tx: tx.get(StayRoom, place_id=HOUSE, id=move.stay))).room_id == move.target  # type: ignore[union-attr]
        await database.read(check)
        await database.write(check_boards)
        wanted = select(AuditEntry).where(AuditEntry.action == "rooms.optimised")
        (entry,) = await database.read(lambda tx: tx.all(wanted))
        assert entry.detail["moves"] == [[move.stay, move.origin, move.target]]

    async def test_a_booking_that_came_between_goes_first(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        await book(database, people, 2, 4)
        asked = await order(database, clock)
        better = moving(asked)
        await book(database, people, 6, 8)
        assert not await database.write(service.apply, asked, better)
        (move,) = better.moves
        assert (await database.read(lambda tx: tx.get(StayRoom, place_id=HOUSE, id=move.stay))).room_id == move.origin  # type: ignore[union-attr]

    async def test_once_a_night(self, database: Database, people: People, clock: SettableClock) -> None:
        assert not await database.read(service.is_due, clock.now), "at noon the house has other things to do"
        night = datetime(2026, 11, 25, 18, 30, tzinfo=UTC)
        assert await database.read(service.is_due, night)
        clock.now = night
        assert await database.write(service.begin) == [HOUSE]
        assert await database.write(service.begin) == []
        assert not await database.read(service.is_due, night)


@sqlite_only
async def test_a_whole_night(database: Database, people: People, clock: SettableClock) -> None:
    """Two rooms that want to be near each other were put apart by others who have left since."""
    clock.now = datetime(2026, 11, 25, 18, 30, tzinfo=UTC)
    stay = await book(database, people, 3, 5, together="near")

    def part(tx: WriteSession, now: datetime) -> None:
        mine = (StayRoom.stay_id == stay, StayRoom.number == 2)
        tx.execute(update(StayRoom).where(*mine).values(pinned=""))
        asked = service.order_of(tx, now, HOUSE, TWIN)
        one, other = ((stay.id, stay.room or 0) for stay in asked.snapshot.stays)
        far = max(asked.sections, key=lambda at: abs(at - one[1]))
        nothing = Assignment({}, (), (), (), (), proved=False)
        service.apply(tx, now, asked, Better((Move(*other, far),), nothing, nothing, 0, 0, exact=False))

    await database.write(part)
    assert await planner.optimise(database) >= 1
    rooms = await database.read(lambda tx: tx.all(select(StayRoom).where(StayRoom.stay_id == stay)))
    assert abs((rooms[0].room_id or 0) - (rooms[1].room_id or 0)) == 1
    assert await planner.optimise(database) == 0, "not twice in a night"
