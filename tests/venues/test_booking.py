"""A member's booking from hold to end, on both databases."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from booking.clock import instant_of
from booking.db import Database, ReadSession
from booking.errors import BookingError
from booking.members.queries.standing import points_of
from booking.notices.models import InboxMessage
from booking.payments.queries import balance
from booking.venues.catalogue import venues
from booking.venues.errors import (
    AlreadyBegun,
    BookingNotFound,
    CourtTaken,
    HoldExpired,
    LimitReached,
    NotOpenThen,
    NotYetBookable,
    OffGrid,
    PartnerNotFound,
    PoolFull,
    SlotTaken,
    WrongLength,
    WrongStatus,
)
from booking.venues.models import Booking, Claim, MemberCounter, Partner, PoolCounter
from booking.venues.schemas import ChangeRequest, HoldRequest, PartnerRequest, WalkInRequest
from booking.venues.service import allocation
from booking.venues.service.booking import confirm_booking, hold_slot
from booking.venues.service.changing import change_booking
from booking.venues.service.counter import book_at_counter, mark_no_show, take_back_no_show
from booking.venues.service.ending import cancel_booking, restore_booking
from booking.web.facts import Day
from tests.databases import SettableClock
from tests.venues.city import BADMINTON, BASKETBALL, CENTRE, GYM, TODAY, City, at, build_city, half_hour

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
async def city(database: Database) -> City:
    return await build_city(database)


def wish(starts: float, ends: float, *, day: date = TOMORROW, facility: int = BADMINTON, **more: Any) -> HoldRequest:
    """A wish for a badminton court tomorrow."""
    return HoldRequest(place=CENTRE, facility=facility, starts=at(starts, day), ends=at(ends, day), **more)


def claims(tx: ReadSession) -> list[tuple[int, int, int | None]]:
    return [
        tuple(row)
        for row in tx.execute(select(Claim.half_hour, Claim.unit_id, Claim.booking_id).order_by(Claim.half_hour))
    ]


def counters(tx: ReadSession) -> dict[tuple[int, str], int]:
    rows = tx.execute(select(MemberCounter.member_id, MemberCounter.rule, MemberCounter.taken))
    return {(member, rule): taken for member, rule, taken in rows}


async def refused(awaitable: Any, error: type[BookingError]) -> dict[str, Any]:
    """What a refusal says; fails when there is none."""
    with pytest.raises(error) as found:
        await awaitable
    return found.value.params


class TestHold:
    async def test_claims_each_half_hour_of_a_real_court(self, database: Database, city: City) -> None:
        held = await database.write(hold_slot, city.worker, wish(18, 19))
        rows = await database.read(claims)
        assert [(hour, booking) for hour, _, booking in rows] == [
            (half_hour(18, TOMORROW), held.id),
            (half_hour(18.5, TOMORROW), held.id),
        ]
        assert held.status == "held"
        assert held.court is None, "a court that may still move is not told"
        assert held.price_fen == 800, "the frontline price"

    async def test_tells_a_chosen_court(self, database: Database, city: City) -> None:
        held = await database.write(hold_slot, city.worker, wish(18, 19, court=3))
        assert held.court == 3
        assert {unit for _, unit, _ in await database.read(claims)} == {3}

    async def test_its_price_is_frozen_with_its_lines(self, database: Database, city: City) -> None:
        held = await database.write(hold_slot, city.partner, wish(16, 18))
        stored = await database.read(lambda tx: tx.get(Booking, place_id=CENTRE, id=held.id))
        assert stored is not None
        assert stored.price_fen == 2 * 500 + 2 * 1000
        assert [line["half_hours"] for line in stored.quote["lines"]] == [2, 2]

    @pytest.mark.parametrize(
        ("request_", "error", "numbers"),
        [
            (wish(18.25, 19), OffGrid, {"minutes": 30}),
            (wish(18.5, 19.5, facility=GYM), OffGrid, {"minutes": 60}),
            (wish(19, 18), OffGrid, {"minutes": 30}),
            (wish(7, 9), NotOpenThen, {"hours": ["08:00–22:00"]}),
            (wish(10, 15), WrongLength, {"most": "2", "asked": "5", "nearest": "2"}),
            (wish(8, 9, day=TODAY), AlreadyBegun, {}),
            (wish(18, 19, day=TODAY + timedelta(8)), NotYetBookable, {"days": 7, "last": Day(TODAY + timedelta(7))}),
            (wish(18, 19, partners=[PartnerRequest(name="周敏", number="m999")]), PartnerNotFound, {"number": "m999"}),
        ],
    )
    async def test_refuses_with_its_rule_and_numbers(
        self, database: Database, city: City, request_: HoldRequest, error: type[BookingError], numbers: dict[str, Any]
    ) -> None:
        params = await refused(database.write(hold_slot, city.worker, request_), error)
        assert numbers.items() <= params.items()
        assert await database.read(claims) == []
        assert await database.read(counters) == {}

    async def test_a_full_hour_is_refused_with_what_is_near(self, database: Database, city: City) -> None:
        for court in (1, 2, 3, 4):
            await database.write(
                book_at_counter,
                city.manager,
                CENTRE,
                WalkInRequest(
                    facility=BADMINTON,
                    starts=at(18, TOMORROW),
                    ends=at(19, TOMORROW),
                    court=court,
                    contact_name="客人",
                ),
            )
        params = await refused(database.write(hold_slot, city.worker, wish(18, 19)), SlotTaken)
        assert (params["wanted"], params["possible"]) == (5, 4)
        assert params["alternatives"]
        assert await database.read(counters) == {}, "a refused wish takes nothing of the limits"

    async def test_a_chosen_court_held_by_one_who_may_move_is_given(self, database: Database, city: City) -> None:
        moved = await database.write(hold_slot, city.rival, wish(18, 19))
        before = await database.read(lambda tx: tx.get(Booking, place_id=CENTRE, id=moved.id))
        assert before is not None
        chosen = await database.write(hold_slot, city.worker, wish(18, 19, court=before.court_id))
        after = await database.read(lambda tx: tx.get(Booking, place_id=CENTRE, id=moved.id))
        assert after is not None
        assert chosen.court == before.court_id != after.court_id
        units = {booking: unit for _, unit, booking in await database.read(claims)}
        assert units == {chosen.id: before.court_id, moved.id: after.court_id}

    async def test_a_chosen_court_held_by_one_who_chose_it_too_is_refused(self, database: Database, city: City) -> None:
        await database.write(hold_slot, city.rival, wish(18, 19, court=2))
        await refused(database.write(hold_slot, city.worker, wish(18, 19, court=2)), CourtTaken)

    async def test_an_expired_hold_makes_room_and_gives_back_its_limits(
        self, database: Database, city: City, clock: SettableClock
    ) -> None:
        gone = await database.write(hold_slot, city.rival, wish(18, 19, court=2))
        clock.advance(minutes=11)
        held = await database.write(hold_slot, city.worker, wish(18, 19, court=2))
        assert {booking for *_, booking in await database.read(claims)} == {held.id}
        stored = await database.read(lambda tx: tx.get(Booking, place_id=CENTRE, id=gone.id))
        assert stored is not None
        assert stored.status == "expired"
        assert set((await database.read(counters)).values()) <= {0, 1, 2}
        assert (await database.read(counters))[city.rival.member_id, "badminton:day"] == 0
        await refused(database.write(confirm_booking, city.rival, CENTRE, gone.id), HoldExpired)

    async def test_halves_and_the_full_court_exclude_each_other(self, database: Database, city: City) -> None:
        full = wish(18, 19, facility=BASKETBALL, court_kind="full")
        half = wish(18, 19, facility=BASKETBALL, court_kind="half")
        await database.write(hold_slot, city.worker, full)
        await database.write(hold_slot, city.partner, half)
        await database.write(hold_slot, city.rival, half)
        await refused(database.write(hold_slot, city.manager, half), SlotTaken)
        await refused(database.write(hold_slot, city.manager, full), SlotTaken)

    async def test_two_halves_in_two_halls_move_together_for_a_full_court(self, database: Database, city: City) -> None:
        for member, court in ((city.worker, 3), (city.partner, 5)):
            held = await database.write(
                hold_slot, member, wish(18, 19, facility=BASKETBALL, court_kind="half", court=court)
            )
            await database.write(unpin, held.id)
        full = await database.write(hold_slot, city.rival, wish(18, 19, facility=BASKETBALL, court_kind="full"))
        assert full.status == "held"
        rows = await database.read(claims)
        assert len({(hour, unit) for hour, unit, _ in rows}) == len(rows) == 8

    async def test_a_pool_takes_heads_until_it_is_full(self, database: Database, city: City) -> None:
        await database.write(hold_slot, city.worker, wish(18, 19, facility=GYM, heads=7))
        params = await refused(database.write(hold_slot, city.rival, wish(18, 19, facility=GYM, heads=4)), PoolFull)
        assert (params["heads"], params["left"], params["capacity"]) == (4, 3, 10)
        await database.write(hold_slot, city.rival, wish(18, 19, facility=GYM, heads=3))

    async def test_limits_of_a_day_count_across_the_sport(self, database: Database, city: City) -> None:
        await database.write(hold_slot, city.worker, wish(18, 20))
        params = await refused(database.write(hold_slot, city.worker, wish(10, 11)), LimitReached)
        assert params["taken"] == 4
        assert params["asked"] == 2
        assert [way.name for way in params["instead"]] == [
            "取消 明天 11月26日 18:00–20:00 的预约",
            "选 后天 11月27日 起的日子",
        ]

    async def test_what_is_left_of_a_limit_is_offered(self, database: Database, city: City) -> None:
        await database.write(hold_slot, city.worker, wish(18, 19.5))
        params = await refused(database.write(hold_slot, city.worker, wish(10, 11)), LimitReached)
        assert [way.name_en for way in params["instead"]][-1] == "book only 0.5 h"

    async def test_a_limit_of_the_week_leads_to_the_next(
        self, database: Database, city: City, clock: SettableClock
    ) -> None:
        for day in (0, 1, 2):
            await database.write(hold_slot, city.worker, wish(18, 19, day=TODAY + timedelta(days=day)))
        asked = wish(18, 19, day=TODAY + timedelta(days=3))
        params = await refused(database.write(hold_slot, city.worker, asked), LimitReached)
        assert params["instead"][-1].name_en == "choose a day from Mon 30 Nov"
        assert len(params["instead"]) == 4


def unpin(tx: Any, now: Any, booking_id: int) -> None:
    tx.execute(update(Booking).where(Booking.id == booking_id).values(pinned=False))


class TestConfirm:
    async def test_issues_a_pass_to_each_who_plays_and_tells_them(self, database: Database, city: City) -> None:
        request = wish(18, 19, partners=[PartnerRequest(name="周敏", number="m102"), PartnerRequest(name="小陈")])
        held = await database.write(hold_slot, city.worker, request)
        booked = await database.write(confirm_booking, city.worker, CENTRE, held.id)
        assert booked.status == "confirmed"
        assert [partner.name for partner in booked.partners] == ["林晓", "周敏", "小陈"]
        assert len({partner.pass_id for partner in booked.partners} - {None}) == 3
        told = await database.read(lambda tx: set(tx.execute(select(InboxMessage.member_id)).scalars()))
        assert told == {city.worker.member_id, city.partner.member_id}

    async def test_charges_its_price_once(self, database: Database, city: City) -> None:
        held = await database.write(hold_slot, city.partner, wish(18, 19))
        await database.write(confirm_booking, city.partner, CENTRE, held.id)
        await database.write(confirm_booking, city.partner, CENTRE, held.id)
        stored = await database.read(lambda tx: tx.get(Booking, place_id=CENTRE, id=held.id))
        assert stored is not None
        assert stored.folio_id is not None
        owed = await database.read(balance, CENTRE, stored.folio_id)
        assert owed.owed == 2000

    async def test_someone_elses_booking_is_not_there(self, database: Database, city: City) -> None:
        held = await database.write(hold_slot, city.worker, wish(18, 19))
        await refused(database.write(confirm_booking, city.rival, CENTRE, held.id), BookingNotFound)

    async def test_a_hold_that_ran_out_is_refused_even_before_anyone_took_its_place(
        self, database: Database, city: City, clock: SettableClock
    ) -> None:
        held = await database.write(hold_slot, city.worker, wish(18, 19))
        clock.advance(minutes=11)
        await refused(database.write(confirm_booking, city.worker, CENTRE, held.id), HoldExpired)


@pytest.fixture
def booked(database: Database, city: City) -> Callable[..., Any]:
    async def book(request: HoldRequest) -> Any:
        held = await database.write(hold_slot, city.partner, request)
        return await database.write(confirm_booking, city.partner, CENTRE, held.id)

    return book


class TestCancel:
    async def test_frees_the_court_the_limits_and_the_money(
        self, database: Database, city: City, booked: Callable[..., Any]
    ) -> None:
        view = await booked(wish(18, 19))
        ended = await database.write(cancel_booking, city.partner, CENTRE, view.id)
        assert ended.status == "cancelled"
        assert await database.read(claims) == []
        assert set((await database.read(counters)).values()) == {0}
        stored = await database.read(lambda tx: tx.get(Booking, place_id=CENTRE, id=view.id))
        assert stored is not None
        assert stored.folio_id is not None
        assert (await database.read(balance, CENTRE, stored.folio_id)).owed == 0

    async def test_after_the_cut_off_it_counts(
        self, database: Database, city: City, booked: Callable[..., Any], clock: SettableClock
    ) -> None:
        view = await booked(wish(18, 19))
        clock.now = at(17, TOMORROW)
        await database.write(cancel_booking, city.partner, CENTRE, view.id)
        assert await database.read(claims) == []
        assert (await database.read(counters))[city.partner.member_id, "badminton:day"] == 2
        assert await database.read(points_of, city.partner.member_id, clock.now) == 1

    async def test_twice_is_refused(self, database: Database, city: City, booked: Callable[..., Any]) -> None:
        view = await booked(wish(18, 19))
        await database.write(cancel_booking, city.partner, CENTRE, view.id)
        await refused(database.write(cancel_booking, city.partner, CENTRE, view.id), WrongStatus)

    async def test_can_be_taken_back_while_nobody_took_the_place(
        self, database: Database, city: City, booked: Callable[..., Any]
    ) -> None:
        view = await booked(wish(18, 19))
        await database.write(cancel_booking, city.partner, CENTRE, view.id)
        restored = await database.write(restore_booking, city.partner, CENTRE, view.id)
        assert restored.status == "confirmed"
        assert len(await database.read(claims)) == 2
        assert (await database.read(counters))[city.partner.member_id, "badminton:day"] == 2
        stored = await database.read(lambda tx: tx.get(Booking, place_id=CENTRE, id=view.id))
        assert stored is not None
        assert stored.folio_id is not None
        assert (await database.read(balance, CENTRE, stored.folio_id)).owed == 2000

    async def test_taken_back_after_the_cut_off_it_costs_nothing_more(
        self, database: Database, city: City, booked: Callable[..., Any], clock: SettableClock
    ) -> None:
        view = await booked(wish(18, 19))
        clock.now = at(17, TOMORROW)
        await database.write(cancel_booking, city.partner, CENTRE, view.id)
        await database.write(restore_booking, city.partner, CENTRE, view.id)
        assert (await database.read(counters))[city.partner.member_id, "badminton:day"] == 2
        assert await database.read(points_of, city.partner.member_id, clock.now) == 0

    async def test_a_hold_that_was_given_up_does_not_come_back_as_a_booking(
        self, database: Database, city: City
    ) -> None:
        held = await database.write(hold_slot, city.partner, wish(18, 19))
        await database.write(cancel_booking, city.partner, CENTRE, held.id)
        await refused(database.write(restore_booking, city.partner, CENTRE, held.id), WrongStatus)

    async def test_cannot_be_taken_back_later(
        self, database: Database, city: City, booked: Callable[..., Any], clock: SettableClock
    ) -> None:
        view = await booked(wish(18, 19))
        await database.write(cancel_booking, city.partner, CENTRE, view.id)
        clock.advance(minutes=11)
        await refused(database.write(restore_booking, city.partner, CENTRE, view.id), WrongStatus)


class TestChange:
    async def test_moves_place_price_and_version(
        self, database: Database, city: City, booked: Callable[..., Any]
    ) -> None:
        view = await booked(wish(18, 19))
        request = ChangeRequest(starts=at(10, TOMORROW), ends=at(11, TOMORROW))
        changed = await database.write(change_booking, city.partner, CENTRE, view.id, request)
        assert changed.starts == at(10, TOMORROW)
        assert changed.price_fen == 1000
        assert changed.version > view.version
        assert [hour for hour, *_ in await database.read(claims)] == [
            half_hour(10, TOMORROW),
            half_hour(10.5, TOMORROW),
        ]
        stored = await database.read(lambda tx: tx.get(Booking, place_id=CENTRE, id=view.id))
        assert stored is not None
        assert stored.folio_id is not None
        assert (await database.read(balance, CENTRE, stored.folio_id)).owed == 1000

    async def test_refused_it_stays_as_it_was(self, database: Database, city: City, booked: Callable[..., Any]) -> None:
        view = await booked(wish(18, 19))
        before = await database.read(claims), await database.read(counters)
        request = ChangeRequest(starts=at(7, TOMORROW), ends=at(8, TOMORROW))
        await refused(database.write(change_booking, city.partner, CENTRE, view.id, request), NotOpenThen)
        assert (await database.read(claims), await database.read(counters)) == before

    async def test_by_staff_it_is_priced_and_counted_for_its_own_member(self, database: Database, city: City) -> None:
        held = await database.write(hold_slot, city.worker, wish(18, 19))
        view = await database.write(confirm_booking, city.worker, CENTRE, held.id)
        request = ChangeRequest(starts=at(18, TOMORROW), ends=at(19.5, TOMORROW))
        changed = await database.write(change_booking, city.manager, CENTRE, view.id, request)
        assert changed.price_fen == 3 * 400, "frontline workers pay 4 yuan the half hour"
        assert (await database.read(counters))[city.worker.member_id, "badminton:day"] == 3

    async def test_staff_too_are_told_of_the_members_limit(self, database: Database, city: City) -> None:
        await database.write(hold_slot, city.worker, wish(9, 10))
        held = await database.write(hold_slot, city.worker, wish(18, 19))
        longer = ChangeRequest(starts=at(18, TOMORROW), ends=at(19.5, TOMORROW))
        said = await refused(database.write(change_booking, city.manager, CENTRE, held.id, longer), LimitReached)
        assert (said["limit"], said["taken"], said["asked"]) == (4, 2, 3)

    async def test_what_was_booked_at_the_counter_still_takes_no_limit(self, database: Database, city: City) -> None:
        request = WalkInRequest(
            facility=BADMINTON, starts=at(18, TOMORROW), ends=at(19, TOMORROW), member_number="m101"
        )
        view = await database.write(book_at_counter, city.manager, CENTRE, request)
        later = ChangeRequest(starts=at(19, TOMORROW), ends=at(20, TOMORROW))
        await database.write(change_booking, city.manager, CENTRE, view.id, later)
        assert await database.read(counters) == {}

    async def test_an_overlapping_shift_does_not_stand_in_its_own_way(
        self, database: Database, city: City, booked: Callable[..., Any]
    ) -> None:
        view = await booked(wish(18, 20, court=1))
        request = ChangeRequest(starts=at(19, TOMORROW), ends=at(21, TOMORROW), court=1)
        changed = await database.write(change_booking, city.partner, CENTRE, view.id, request)
        assert changed.court == 1


class TestNoShow:
    async def test_gives_points_until_it_is_taken_back(
        self, database: Database, city: City, booked: Callable[..., Any], clock: SettableClock
    ) -> None:
        view = await booked(wish(18, 19))
        await refused(database.write(mark_no_show, city.manager, CENTRE, view.id), WrongStatus)
        clock.now = at(18.5, TOMORROW)
        await database.write(mark_no_show, city.manager, CENTRE, view.id)
        assert await database.read(points_of, city.partner.member_id, clock.now) == 2
        await database.write(take_back_no_show, city.manager, CENTRE, view.id)
        assert await database.read(points_of, city.partner.member_id, clock.now) == 0


class TestAllocationMutants:
    async def test_a_booking_that_may_not_move_any_more_keeps_its_court(
        self, database: Database, city: City, clock: SettableClock
    ) -> None:
        """Kills the mutant of `may_move` that forgets that a court was told an hour before."""
        told = await database.write(hold_slot, city.rival, wish(18, 19))
        await database.write(confirm_booking, city.rival, CENTRE, told.id)
        clock.now = at(17.25, TOMORROW)
        stored = await database.read(lambda tx: tx.get(Booking, place_id=CENTRE, id=told.id))
        assert stored is not None
        await refused(database.write(hold_slot, city.partner, wish(18, 19, court=stored.court_id)), CourtTaken)

    async def test_the_snapshot_passes_over_expired_holds(
        self, database: Database, city: City, clock: SettableClock
    ) -> None:
        await database.write(hold_slot, city.rival, wish(18, 19))
        clock.advance(minutes=11)

        def look(tx: ReadSession) -> allocation.Snapshot:
            facts = venues(tx).facility(CENTRE, BADMINTON)
            return allocation.snapshot(tx, clock.now, facts, half_hour(18, TOMORROW), half_hour(19, TOMORROW))

        seen = await database.read(look)
        assert seen.day.holdings == ()
        assert len(seen.expired) == 1
        assert instant_of(seen.expired[0].starts) == at(18, TOMORROW)
        assert await database.read(lambda tx: tx.scalar(select(PoolCounter.taken))) is None
        assert await database.read(lambda tx: len(tx.all(select(Partner)))) == 1
