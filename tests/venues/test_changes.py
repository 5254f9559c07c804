"""Closing courts and lowering capacity: rehearsed, applied, undone; nobody is silently dropped."""

from typing import Any

import pytest
from sqlalchemy import select

from booking.db import Database, ReadSession
from booking.notices.models import InboxMessage
from booking.rehearsal import kinds
from booking.rehearsal.errors import PlanChanged, TakenMeanwhile
from booking.rehearsal.queries import ChangeView
from booking.rehearsal.rules import headline
from booking.rehearsal.service import apply, draft, undo
from booking.venues.errors import ByChange, PoolFull, SlotTaken
from booking.venues.models import Block, Booking, Claim, MemberCounter, PoolCounter
from booking.venues.service.booking import confirm_booking, hold_slot
from booking.venues.service.closing import CLOSE_COURTS
from booking.venues.service.counter import lift_block
from booking.venues.service.ending import cancel_booking
from booking.venues.service.lowering import LOWER_CAPACITY
from booking.web.principal import Principal
from tests.databases import SettableClock
from tests.venues.city import BADMINTON, CENTRE, GYM, PALACE, City, at, build_city
from tests.venues.test_booking import TOMORROW, wish

for kind in (CLOSE_COURTS, LOWER_CAPACITY):
    kinds.register(kind)


@pytest.fixture
async def city(database: Database) -> City:
    return await build_city(database)


async def book(database: Database, who: Principal, starts: float, ends: float, **more: Any) -> int:
    held = await database.write(hold_slot, who, wish(starts, ends, **more))
    await database.write(confirm_booking, who, CENTRE, held.id)
    return held.id


async def closing(database: Database, city: City, courts: list[int], **more: Any) -> int:
    request: dict[str, Any] = {
        "facility": BADMINTON,
        "courts": courts,
        "starts": at(8, TOMORROW).isoformat(),
        "ends": at(22, TOMORROW).isoformat(),
        "reason": "地板检修",
    }
    return await database.write(
        draft, place_id=CENTRE, kind="venues.close_courts", request=request | more, by=city.manager.member_id
    )


async def applied(database: Database, city: City, change: int) -> ChangeView:
    return await database.write(apply, place_id=CENTRE, change_id=change, by=city.manager.member_id)


async def undone(database: Database, city: City, change: int) -> ChangeView:
    return await database.write(undo, place_id=CENTRE, change_id=change, by=city.manager.member_id)


def everything(tx: ReadSession) -> dict[str, Any]:
    """What undoing must bring back to the letter."""
    return {
        "claims": sorted(
            tuple(row)
            for row in tx.execute(select(Claim.facility_id, Claim.half_hour, Claim.unit_id, Claim.booking_id))
        ),
        "bookings": {
            row.id: (row.status, row.court_id, row.starts, row.price_fen)
            for row in tx.all(select(Booking).where(Booking.source != "offer"))
        },
        "limits": sorted(tuple(row) for row in tx.execute(select(MemberCounter))),
        "pools": sorted(
            tuple(row)
            for row in tx.execute(select(PoolCounter.half_hour, PoolCounter.taken).where(PoolCounter.taken > 0))
        ),
    }


def told(tx: ReadSession) -> list[tuple[int, str]]:
    rows = tx.execute(select(InboxMessage.member_id, InboxMessage.kind).where(InboxMessage.kind.like("venues.%")))
    return sorted((member, kind) for member, kind in rows)


class TestCloseCourts:
    async def test_moves_everyone_to_an_equal_court_at_the_same_hours(self, database: Database, city: City) -> None:
        chosen = await book(database, city.worker, 18, 19, court=2)
        open_ = await book(database, city.partner, 18, 19)
        before = await database.read(everything)
        change = await closing(database, city, [1, 2])
        view = await applied(database, city, change)
        assert view.headline.displaced == 0
        stored = await database.read(lambda tx: {row.id: row for row in tx.all(select(Booking))})
        assert stored[chosen].court_id in (3, 4)
        assert stored[open_].court_id in (3, 4)
        assert await database.read(told) == [(city.worker.member_id, "venues.moved")], "an untold court moves unsaid"
        await undone(database, city, change)
        assert await database.read(everything) == before

    async def test_offers_the_nearest_place_to_those_it_displaces(self, database: Database, city: City) -> None:
        bookings = [await book(database, who, 18, 19, court=at_) for who, at_ in ((city.worker, 1), (city.rival, 2))]
        before = await database.read(everything)
        change = await closing(database, city, [1, 2, 3, 4])
        view = await applied(database, city, change)
        assert view.headline.displaced == view.headline.offered == 2
        offers = await database.read(lambda tx: tx.all(select(Booking).where(Booking.source == "offer")))
        assert {offer.place_id for offer in offers} == {PALACE}
        assert {offer.status for offer in offers} == {"held"}
        stored = await database.read(lambda tx: {row.id: row.status for row in tx.all(select(Booking))})
        assert {stored[booking] for booking in bookings} == {"displaced"}
        assert [kind for _, kind in await database.read(told)] == ["venues.displaced_offered"] * 2
        await undone(database, city, change)
        assert await database.read(everything) == before

    async def test_an_accepted_offer_stands_in_the_way_of_undoing(self, database: Database, city: City) -> None:
        await book(database, city.worker, 18, 19, court=1)
        change = await closing(database, city, [])
        await applied(database, city, change)
        offer = (await database.read(lambda tx: tx.all(select(Booking).where(Booking.source == "offer"))))[0]
        await database.write(confirm_booking, city.worker, offer.place_id, offer.id)
        with pytest.raises(TakenMeanwhile):
            await undone(database, city, change)

    async def test_is_refused_when_the_plan_is_no_longer_the_one_that_was_shown(
        self, database: Database, city: City
    ) -> None:
        change = await closing(database, city, [1])
        await book(database, city.worker, 18, 19, court=1)
        with pytest.raises(PlanChanged) as found:
            await applied(database, city, change)
        assert headline(found.value.plan).affected == 1

    async def test_a_closed_court_is_not_booked(self, database: Database, city: City) -> None:
        await applied(database, city, await closing(database, city, [1, 2, 3]))
        held = await database.write(hold_slot, city.worker, wish(18, 19))

        def units(tx: ReadSession) -> set[int]:
            return set(tx.execute(select(Claim.unit_id).where(Claim.booking_id == held.id)).scalars())

        assert await database.read(units) == {4}

    async def test_those_who_play_already_play_on(self, database: Database, city: City, clock: SettableClock) -> None:
        playing = await book(database, city.worker, 18, 20, court=1)
        later = await book(database, city.rival, 20, 21, court=1)
        clock.now = at(18.5, TOMORROW)
        hours = {"starts": at(18.5, TOMORROW).isoformat(), "ends": at(22, TOMORROW).isoformat()}
        change = await closing(database, city, [], **hours)
        view = await applied(database, city, change)
        assert (view.headline.kept, view.headline.affected) == (1, 1)
        named = {effect.outcome: effect.subject.rpartition(":")[2] for effect in view.plan.effects}
        assert (named["kept"], named["offered"]) == (str(playing), str(later))
        stored = await database.read(lambda tx: {row.id: row for row in tx.all(select(Booking))})
        assert (stored[playing].status, stored[playing].court_id) == ("confirmed", 1)
        assert stored[later].status == "displaced"
        with pytest.raises(SlotTaken):
            await database.write(hold_slot, city.partner, wish(20, 21))
        await undone(database, city, change)
        assert (await database.read(everything))["bookings"][later][0] == "confirmed"

    async def test_its_block_is_not_lifted_by_hand(self, database: Database, city: City) -> None:
        change = await closing(database, city, [1])
        await applied(database, city, change)
        before = await database.read(everything)
        block = (await database.read(lambda tx: tx.all(select(Block))))[0]
        with pytest.raises(ByChange) as refused:
            await database.write(lift_block, city.manager, CENTRE, block.id)
        assert refused.value.params == {"title": "地板检修", "change": change}
        assert await database.read(everything) == before

    async def test_undoing_leaves_alone_who_cancelled_meanwhile(self, database: Database, city: City) -> None:
        moved = await book(database, city.worker, 18, 19, court=1)
        change = await closing(database, city, [1])
        await applied(database, city, change)
        await database.write(cancel_booking, city.worker, CENTRE, moved)
        await undone(database, city, change)
        stored = await database.read(lambda tx: tx.get(Booking, place_id=CENTRE, id=moved))
        assert stored is not None
        assert stored.status == "cancelled"
        assert (await database.read(everything))["claims"] == []


class TestLowerCapacity:
    async def lowering(self, database: Database, city: City, capacity: int, **more: Any) -> int:
        request = {
            "facility": GYM,
            "capacity": capacity,
            "starts": at(8, TOMORROW).isoformat(),
            "ends": at(22, TOMORROW).isoformat(),
            "reason": "消防检查",
        }
        return await database.write(
            draft, place_id=CENTRE, kind="venues.lower_capacity", request=request | more, by=city.manager.member_id
        )

    async def test_the_last_to_book_yield(self, database: Database, city: City) -> None:
        first = await book(database, city.worker, 18, 19, facility=GYM, heads=4)
        last = await book(database, city.rival, 18, 19, facility=GYM, heads=4)
        before = await database.read(everything)
        change = await self.lowering(database, city, 5)
        view = await applied(database, city, change)
        assert view.headline.displaced == 1
        stored = await database.read(lambda tx: {row.id: row.status for row in tx.all(select(Booking))})
        assert (stored[first], stored[last]) == ("confirmed", "displaced")
        with pytest.raises(Exception, match="pool_full"):
            await database.write(hold_slot, city.partner, wish(18, 19, facility=GYM, heads=2))
        await database.write(hold_slot, city.partner, wish(19, 20, facility=GYM, heads=5))
        await undone(database, city, change)
        after = await database.read(everything)
        assert after["bookings"].items() >= before["bookings"].items()
        await database.write(hold_slot, city.manager, wish(18, 19, facility=GYM, heads=2))

    async def test_those_who_are_in_already_stay(self, database: Database, city: City, clock: SettableClock) -> None:
        inside = await book(database, city.worker, 18, 20, facility=GYM, heads=4)
        later = await book(database, city.rival, 19, 20, facility=GYM, heads=2)
        clock.now = at(18.25, TOMORROW)
        view = await applied(database, city, await self.lowering(database, city, 0))
        assert (view.headline.kept, view.headline.displaced) == (1, 1)
        stored = await database.read(lambda tx: {row.id: row.status for row in tx.all(select(Booking))})
        assert (stored[inside], stored[later]) == ("confirmed", "displaced")
        with pytest.raises(PoolFull):
            await database.write(hold_slot, city.partner, wish(19, 20, facility=GYM))

    async def test_closing_a_pool_takes_nobody(self, database: Database, city: City) -> None:
        await applied(database, city, await self.lowering(database, city, 0))
        with pytest.raises(Exception, match="pool_full"):
            await database.write(hold_slot, city.partner, wish(18, 19, facility=GYM))
