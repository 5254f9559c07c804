"""A stay from hold to end."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from booking.checkin.models import Pass
from booking.db import Database, ReadSession
from booking.payments.queries import balance
from booking.rooms import errors
from booking.rooms.models import Guest, Stay, StayRoom
from booking.rooms.queries.offering import quote
from booking.rooms.rules.nights import Nights
from booking.rooms.schemas import CancelRequest, DatesRequest, GuestRequest, QuoteRequest, RestrictionRequest, StayView
from booking.rooms.service.allotments import keep_up, set_over_limit, set_restrictions
from booking.rooms.service.changing import change_dates
from booking.rooms.service.ending import cancel_stay, no_show, restore_stay
from booking.rooms.service.expiry import expire_holds
from booking.rooms.service.stays import confirm_stay, hold_stay
from booking.web.principal import Principal
from tests.databases import SettableClock
from tests.rooms.counting import check
from tests.rooms.house import ACCESSIBLE, DOUBLE, HOUSE, TONIGHT, TWIN, People, day, populate, room, wish

ALL = CancelRequest()


@pytest.fixture
async def people(database: Database) -> People:
    return await database.write(populate)


async def book(database: Database, who: Principal, arrival: int, departure: int, *rooms: Any, **more: Any) -> StayView:
    held = await database.write(hold_stay, who, wish(arrival, departure, *rooms, **more))
    return await database.write(confirm_stay, who, HOUSE, held.id)


async def rooms_of(database: Database, stay: StayView) -> list[StayRoom]:
    mine = select(StayRoom).where(StayRoom.stay_id == stay.id).order_by(StayRoom.number)
    return await database.read(lambda tx: tx.all(mine))


async def owed(database: Database, stay: StayView) -> int:
    def read(tx: ReadSession) -> int:
        found = tx.get(Stay, place_id=HOUSE, id=stay.id)
        assert found is not None
        return 0 if found.folio_id is None else balance(tx, HOUSE, found.folio_id).owed

    return await database.read(read)


class TestQuote:
    async def test_a_member_pays_less_than_a_guest_and_a_weekend_more(self, database: Database, people: People) -> None:
        request = QuoteRequest(
            place=HOUSE, arrival=day(1), departure=day(3), rooms=[room(heads=2)], extras=["full-board"]
        )
        asked = await database.read(quote, database.clock(), people.worker, request)
        assert [night.fen for night in asked.rooms[0].nights] == [20000, 25000]
        assert asked.fen == 45000 + 4 * 9000
        assert asked.guest_fen == 64000 + 4 * 12000 == (await database.read(quote, database.clock(), None, request)).fen
        assert asked.deposit_fen == asked.fen // 5
        assert asked.free_until == day(1) - timedelta(days=4)

    async def test_a_model_worker_has_a_price_of_their_own(self, database: Database, people: People) -> None:
        request = QuoteRequest(place=HOUSE, arrival=day(1), departure=day(3), rooms=[room()])
        assert (await database.read(quote, database.clock(), people.model, request)).fen == 20000


class TestHold:
    async def test_holds_rooms_that_nobody_is_told(self, database: Database, people: People) -> None:
        held = await database.write(hold_stay, people.worker, wish(2, 4, room(), room(DOUBLE, 2)))
        assert (held.status, held.price_fen, len(held.rooms)) == ("held", 50000 + 60000, 2)
        assert [one.room for one in held.rooms] == [None, None]
        assert all(one.room_id is not None for one in await rooms_of(database, held))
        assert await owed(database, held) == 0
        await database.read(check)

    async def test_a_chosen_room_is_told_and_kept(self, database: Database, people: People) -> None:
        held = await database.write(hold_stay, people.worker, wish(2, 4, room(room=7)))
        assert held.rooms[0].room == "A007"
        with pytest.raises(errors.RoomTaken) as refused:
            await database.write(hold_stay, people.model, wish(3, 5, room(room=7)))
        assert refused.value.params["alternatives"]

    async def test_whoever_may_move_makes_room_for_a_chosen_one(self, database: Database, people: People) -> None:
        stay = await book(database, people.worker, 2, 4)
        (before,) = await rooms_of(database, stay)
        await book(database, people.model, 3, 5, room(room=before.room_id))
        (after,) = await rooms_of(database, stay)
        assert after.room_id != before.room_id
        await database.read(check)

    async def test_needs_are_met(self, database: Database, people: People) -> None:
        held = await database.write(hold_stay, people.worker, wish(2, 4, room(ACCESSIBLE, needs=["accessible"])))
        odd = await database.write(hold_stay, people.worker, wish(2, 4, room(needs=["sea_view"])))
        assert (await rooms_of(database, held))[0].room_id in (31, 32)
        assert ((await rooms_of(database, odd))[0].room_id or 0) % 2 == 1

    async def test_adjacent_rooms_are_next_door(self, database: Database, people: People) -> None:
        held = await database.write(hold_stay, people.worker, wish(2, 4, room(), room(), room(), together="adjacent"))
        numbers = [one.room_id or 0 for one in await rooms_of(database, held)]
        assert [abs(a - b) for a, b in pairwise(numbers)] == [1, 1]

    async def test_full_says_which_nights_and_what_fits_instead(self, database: Database, people: People) -> None:
        for _ in range(9):
            await book(database, people.worker, 5, 6)
        with pytest.raises(errors.RoomsFull) as refused:
            await database.write(hold_stay, people.model, wish(4, 7))
        params = refused.value.params
        assert [night.day for night in params["nights"]] == [day(5)]
        assert (params["wanted"], params["possible"]) == (10, 9)
        nearest = [(one.type, one.arrival) for one in params["alternatives"]]
        assert nearest == [(2, day(4)), (3, day(4)), (1, day(6)), (1, day(2)), (1, day(7)), (1, day(1))]
        await database.read(check)

    async def test_overbooks_only_where_a_manager_says_so(self, database: Database, people: People) -> None:
        await database.write(set_over_limit, people.desk, HOUSE, TWIN, Nights(TONIGHT + 5, TONIGHT + 6), 1)
        stay = [await book(database, people.worker, 5, 6) for _ in range(10)][-1]
        assert [one.status for one in stay.rooms] == ["overbooked"]
        with pytest.raises(errors.RoomsFull):
            await database.write(hold_stay, people.model, wish(5, 6))
        await database.write(cancel_stay, people.worker, HOUSE, stay.id, ALL)
        await database.read(check)

    async def test_whoever_was_overbooked_gets_the_room_that_comes_free(
        self, database: Database, people: People
    ) -> None:
        await database.write(set_over_limit, people.desk, HOUSE, TWIN, Nights(TONIGHT + 5, TONIGHT + 6), 1)
        first, *_, last = [await book(database, people.worker, 5, 6) for _ in range(10)]
        assert await database.write(keep_up) == 4, "four nights are released, but not that one"
        assert (await rooms_of(database, last))[0].status == "overbooked"
        await database.write(cancel_stay, people.worker, HOUSE, first.id, ALL)
        assert await database.write(keep_up) == 1
        (seated,) = await rooms_of(database, last)
        assert (seated.status, seated.room_id is not None) == ("expected", True)
        await database.read(check)

    @pytest.mark.parametrize(
        ("request_", "error"),
        [
            (wish(3, 3), errors.DatesCross),
            (wish(-1, 3), errors.NotOnSale),
            (wish(58, 61), errors.NotOnSale),
            (wish(1, 16), errors.TooManyNights),
            (wish(1, 2, *[room()] * 5), errors.TooManyRooms),
            (wish(1, 2, room(heads=4)), errors.TooManyHeads),
            (wish(1, 2, room(), room(heads=1).__class__(type=TWIN)), errors.GuestsUnnamed),
            (wish(1, 2, room().__class__(type=TWIN, guests=[GuestRequest("林", "m102")])), errors.GuestNotFound),
        ],
    )
    async def test_refuses_what_its_rules_do(
        self, database: Database, people: People, request_: Any, error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            await database.write(hold_stay, people.worker, request_)
        await database.read(check)

    async def test_restrictions_hold(self, database: Database, people: People) -> None:
        request = RestrictionRequest(first=day(5), until=day(6), least_nights=3, closed_to_departure=True)
        await database.write(set_restrictions, people.desk, HOUSE, request)
        with pytest.raises(errors.StayTooShort):
            await database.write(hold_stay, people.worker, wish(5, 7))
        with pytest.raises(errors.ClosedToDeparture):
            await database.write(hold_stay, people.worker, wish(4, 5))
        await database.write(hold_stay, people.worker, wish(5, 8))

    async def test_only_staff_book_from_other_pools(self, database: Database, people: People) -> None:
        with pytest.raises(errors.NotStaff):
            await database.write(hold_stay, people.worker, wish(5, 7, allotment=2))
        held = await database.write(hold_stay, people.desk, wish(5, 7, room(), allotment=2))
        assert held.price_fen == 64000, "a guest's price"
        with pytest.raises(errors.RoomsFull):
            await database.write(hold_stay, people.desk, wish(5, 7, room(), allotment=2))

    async def test_an_expired_hold_makes_room(self, database: Database, people: People, clock: SettableClock) -> None:
        held = [await database.write(hold_stay, people.worker, wish(5, 7)) for _ in range(9)]
        clock.advance(minutes=31)
        await database.write(hold_stay, people.model, wish(6, 8))
        with pytest.raises(errors.StayHoldExpired):
            await database.write(confirm_stay, people.worker, HOUSE, held[0].id)
        assert await database.write(expire_holds) == 0
        await database.read(check)

    async def test_the_background_ends_holds_too(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        await database.write(hold_stay, people.worker, wish(5, 7, room(), room(DOUBLE)))
        clock.advance(minutes=31)
        assert await database.write(expire_holds) == 1
        await database.read(check)


class TestConfirm:
    async def test_charges_and_gives_each_guest_a_pass(self, database: Database, people: People) -> None:
        stay = await book(database, people.worker, 2, 4, room(heads=2), room(DOUBLE, 1), extras=["full-board"])
        assert stay.status == "confirmed"
        assert await owed(database, stay) == stay.price_fen == 50000 + 60000 + 3 * 2 * 9000
        passes = await database.read(lambda tx: tx.all(select(Pass).order_by(Pass.id)))
        assert [one.holder for one in passes] == ["王大海", "李小山", "王大海"]
        assert [one.zones for one in passes] == [[1, 3], [1, 3], [2, 3]]
        assert passes[0].valid_from.isoformat() == "2026-11-27T06:00:00+00:00"
        assert passes[0].valid_until.isoformat() == "2026-11-29T04:00:00+00:00"

    async def test_twice_changes_nothing(self, database: Database, people: People) -> None:
        stay = await book(database, people.worker, 2, 4)
        again = await database.write(confirm_stay, people.worker, HOUSE, stay.id)
        assert again == stay

    async def test_is_the_bookers_alone(self, database: Database, people: People) -> None:
        held = await database.write(hold_stay, people.worker, wish(2, 4))
        with pytest.raises(errors.StayNotFound):
            await database.write(confirm_stay, people.model, HOUSE, held.id)

    async def test_a_member_among_the_guests_has_a_pass_of_their_own(self, database: Database, people: People) -> None:
        wanted = room().__class__(type=TWIN, guests=[GuestRequest("林模范", "m102"), GuestRequest("林小", pays=True)])
        await book(database, people.worker, 2, 4, wanted)
        passes = await database.read(lambda tx: tx.all(select(Pass).order_by(Pass.id)))
        assert [one.member_id for one in passes] == [102, None]
        named = await database.read(lambda tx: tx.all(select(Guest).order_by(Guest.number)))
        assert [guest.pays for guest in named] == [False, True]


class TestCancel:
    @pytest.mark.parametrize(("ahead", "permille"), [(4, 0), (3, 200), (2, 200), (1, 500), (0, 500)])
    async def test_costs_what_the_ladder_says(
        self, database: Database, people: People, ahead: int, permille: int
    ) -> None:
        stay = await book(database, people.model, ahead, ahead + 2)
        assert stay.cancel_fee_fen == 20000 * permille // 1000
        over = await database.write(cancel_stay, people.model, HOUSE, stay.id, ALL)
        assert over.status == "cancelled"
        assert over.price_fen == await owed(database, over) == stay.cancel_fee_fen
        statuses = await database.read(lambda tx: [one.status for one in tx.all(select(Pass))])
        assert statuses == ["canceled"]
        await database.read(check)

    async def test_single_rooms_leave_the_others(self, database: Database, people: People) -> None:
        stay = await book(database, people.worker, 1, 2, room(), room(DOUBLE), room(), extras=["full-board"])
        part = await database.write(cancel_stay, people.worker, HOUSE, stay.id, CancelRequest([2]))
        assert part.status == "confirmed"
        assert [one.status for one in part.rooms] == ["expected", "cancelled", "expected"]
        assert part.price_fen == await owed(database, part) == 2 * 20000 + 15000 + 2 * 9000
        with pytest.raises(errors.NothingToCancel):
            await database.write(cancel_stay, people.worker, HOUSE, stay.id, CancelRequest([2]))
        await database.read(check)

    async def test_a_hold_costs_nothing_and_is_not_restored(self, database: Database, people: People) -> None:
        held = await database.write(hold_stay, people.worker, wish(0, 2))
        over = await database.write(cancel_stay, people.worker, HOUSE, held.id, ALL)
        assert (over.price_fen, over.can_restore) == (0, False)
        with pytest.raises(errors.WrongStayStatus):
            await database.write(restore_stay, people.worker, HOUSE, held.id)


class TestRestore:
    async def test_takes_a_cancellation_back_without_its_fee(self, database: Database, people: People) -> None:
        stay = await book(database, people.worker, 1, 3, room(), room(DOUBLE))
        await database.write(cancel_stay, people.worker, HOUSE, stay.id, ALL)
        back = await database.write(restore_stay, people.worker, HOUSE, stay.id)
        assert (back.status, back.price_fen) == ("confirmed", stay.price_fen)
        assert await owed(database, back) == stay.price_fen
        statuses = await database.read(lambda tx: {one.status for one in tx.all(select(Pass))})
        assert statuses == {"issued"}
        await database.read(check)

    async def test_only_what_the_last_cancellation_gave_up(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        stay = await book(database, people.worker, 5, 6, room(), room(), room())
        await database.write(cancel_stay, people.worker, HOUSE, stay.id, CancelRequest([1]))
        clock.advance(minutes=1)
        await database.write(cancel_stay, people.worker, HOUSE, stay.id, CancelRequest([3]))
        back = await database.write(restore_stay, people.worker, HOUSE, stay.id)
        assert [one.status for one in back.rooms] == ["cancelled", "expected", "expected"]

    async def test_not_after_ten_minutes(self, database: Database, people: People, clock: SettableClock) -> None:
        stay = await book(database, people.worker, 5, 6)
        await database.write(cancel_stay, people.worker, HOUSE, stay.id, ALL)
        clock.advance(minutes=10, seconds=1)
        with pytest.raises(errors.WrongStayStatus):
            await database.write(restore_stay, people.worker, HOUSE, stay.id)

    async def test_not_once_others_have_the_rooms(self, database: Database, people: People) -> None:
        stay = await book(database, people.worker, 5, 6, room(DOUBLE))
        await database.write(cancel_stay, people.worker, HOUSE, stay.id, ALL)
        for _ in range(4):
            await book(database, people.model, 5, 6, room(DOUBLE))
        with pytest.raises(errors.RoomsFull):
            await database.write(restore_stay, people.worker, HOUSE, stay.id)
        await database.read(check)


class TestChangeDates:
    async def test_moves_the_stay_its_money_and_its_passes(self, database: Database, people: People) -> None:
        stay = await book(database, people.worker, 5, 7)
        (before,) = await rooms_of(database, stay)
        moved = await database.write(change_dates, people.worker, HOUSE, stay.id, DatesRequest(day(6), day(9)))
        (after,) = await rooms_of(database, moved)
        assert (moved.arrival, moved.departure) == (day(6), day(9))
        assert moved.price_fen == await owed(database, moved) == 60000
        assert after.room_id == before.room_id
        (ticket,) = await database.read(lambda tx: tx.all(select(Pass)))
        assert ticket.valid_until.date() == date(2026, 12, 4)
        await database.read(check)

    async def test_refused_it_stays_as_it_was(self, database: Database, people: People) -> None:
        stay = await book(database, people.worker, 5, 7, room(DOUBLE))
        for _ in range(4):
            await book(database, people.model, 8, 9, room(DOUBLE))
        with pytest.raises(errors.RoomsFull):
            await database.write(change_dates, people.worker, HOUSE, stay.id, DatesRequest(day(7), day(9)))
        after = await database.read(lambda tx: tx.get(Stay, place_id=HOUSE, id=stay.id))
        assert after is not None
        assert after.sequence == stay.version
        await database.read(check)

    async def test_not_after_the_hold_is_over(self, database: Database, people: People, clock: SettableClock) -> None:
        held = await database.write(hold_stay, people.worker, wish(5, 7))
        clock.advance(minutes=31)
        with pytest.raises(errors.StayHoldExpired):
            await database.write(change_dates, people.worker, HOUSE, held.id, DatesRequest(day(6), day(8)))


class TestNoShow:
    async def test_keeps_the_price_and_frees_the_nights(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        stay = await book(database, people.model, 0, 3)
        with pytest.raises(errors.StillExpected):
            await database.write(no_show, people.desk, HOUSE, stay.id)
        clock.advance(days=1)
        with pytest.raises(errors.NotStaff):
            await database.write(no_show, people.model, HOUSE, stay.id)
        over = await database.write(no_show, people.desk, HOUSE, stay.id)
        assert (over.status, over.price_fen) == ("no_show", 30000)
        assert await owed(database, over) == 30000
        await database.read(check)
