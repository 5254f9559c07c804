"""Any sequence of commands keeps the books straight: claims, counters, limits and money agree with the bookings."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from booking.db import ReadSession
from booking.errors import BookingError
from booking.payments.queries import balance
from booking.rehearsal import kinds
from booking.rehearsal.service import apply, draft, undo
from booking.venues.models import Block, Booking, Claim, Court, MemberCounter, PoolCounter
from booking.venues.rules.settling import has_expired
from booking.venues.schemas import BlockRequest, ChangeRequest, HoldRequest, WalkInRequest
from booking.venues.service.booking import confirm_booking, hold_slot
from booking.venues.service.changing import change_booking
from booking.venues.service.closing import CLOSE_COURTS
from booking.venues.service.counter import block_courts, book_at_counter, lift_block
from booking.venues.service.ending import cancel_booking, restore_booking
from booking.venues.service.lowering import LOWER_CAPACITY
from booking.web.principal import Principal
from tests.databases import Driver
from tests.venues.city import BADMINTON, BASKETBALL, CENTRE, GYM, TODAY, City, at, populate

TOMORROW = TODAY + timedelta(days=1)
LIVE = ("held", "confirmed")
HOURS = st.integers(16, 21)
FACILITIES = st.sampled_from([(BADMINTON, "court"), (BASKETBALL, "full"), (BASKETBALL, "half"), (GYM, "")])

for kind in (CLOSE_COURTS, LOWER_CAPACITY):
    kinds.register(kind)


class Bookings(RuleBasedStateMachine):
    driver: Driver
    city: City

    @initialize()
    def begin(self) -> None:
        self.driver.wipe()
        self.city = self.driver.run(populate)
        self.bookings: list[tuple[Principal, int]] = []
        self.blocks: list[int] = []
        self.changes: list[int] = []

    def member(self, who: int) -> Principal:
        return self.city[who % 3]

    def attempt(self, command: Any, *args: Any, **kwargs: Any) -> Any:
        """A command may be refused; then it must have changed nothing, which the invariants see."""
        with suppress(BookingError):
            return self.driver.run(command, *args, **kwargs)

    @rule(who=st.integers(0, 2), of=FACILITIES, starts=HOURS, length=st.integers(1, 2), court=st.integers(0, 6))
    def hold(self, who: int, of: tuple[int, str], starts: int, length: int, court: int) -> None:
        request = HoldRequest(
            place=CENTRE,
            facility=of[0],
            starts=at(starts, TOMORROW),
            ends=at(min(22, starts + length), TOMORROW),
            court_kind=of[1],
            court=court if court and of[0] == BADMINTON else None,
            heads=1 + court if of[0] == GYM else 1,
        )
        held = self.attempt(hold_slot, self.member(who), request)
        if held is not None:
            self.bookings.append((self.member(who), held.id))

    @rule(of=FACILITIES, starts=HOURS, court=st.integers(0, 4))
    def walk_in(self, of: tuple[int, str], starts: int, court: int) -> None:
        request = WalkInRequest(
            facility=of[0],
            starts=at(starts, TOMORROW),
            ends=at(starts + 1, TOMORROW),
            court_kind=of[1],
            court=court if court and of[0] == BADMINTON else None,
            contact_name="客人",
        )
        made = self.attempt(book_at_counter, self.city.manager, CENTRE, request)
        if made is not None:
            self.bookings.append((self.city.manager, made.id))

    @rule(which=st.integers(0, 50), what=st.sampled_from([confirm_booking, cancel_booking, restore_booking]))
    def turn(self, which: int, what: Any) -> None:
        if self.bookings:
            who, booking = self.bookings[which % len(self.bookings)]
            self.attempt(what, who, CENTRE, booking)

    @rule(which=st.integers(0, 50), starts=HOURS, court=st.integers(0, 4))
    def change(self, which: int, starts: int, court: int) -> None:
        if self.bookings:
            who, booking = self.bookings[which % len(self.bookings)]
            request = ChangeRequest(starts=at(starts, TOMORROW), ends=at(starts + 1, TOMORROW), court=court or None)
            self.attempt(change_booking, who, CENTRE, booking, request)

    @rule(court=st.integers(1, 4), starts=HOURS)
    def keep_for_a_league(self, court: int, starts: int) -> None:
        request = BlockRequest(
            facility=BADMINTON,
            title="联赛",
            courts=[court],
            starts=at(starts, TOMORROW),
            ends=at(starts + 1, TOMORROW),
        )
        made = self.attempt(block_courts, self.city.manager, CENTRE, request)
        self.blocks += [view.id for view in made or []]

    @rule(which=st.integers(0, 20))
    def lift(self, which: int) -> None:
        if self.blocks:
            self.attempt(lift_block, self.city.manager, CENTRE, self.blocks[which % len(self.blocks)])

    @rule(courts=st.sets(st.integers(1, 4)), starts=HOURS, offers=st.booleans())
    def close(self, courts: set[int], starts: int, offers: bool) -> None:
        self.change_of("venues.close_courts", BADMINTON, starts, courts=sorted(courts), offers=offers)

    @rule(capacity=st.integers(0, 10), starts=HOURS, offers=st.booleans())
    def lower(self, capacity: int, starts: int, offers: bool) -> None:
        self.change_of("venues.lower_capacity", GYM, starts, capacity=capacity, offers=offers)

    def change_of(self, kind: str, facility: int, starts: int, **more: Any) -> None:
        hours = {"starts": at(starts, TOMORROW).isoformat(), "ends": at(22, TOMORROW).isoformat()}
        request = {"facility": facility, "reason": "检修"} | hours | more
        by = self.city.manager.member_id
        drafted = self.attempt(draft, place_id=CENTRE, kind=kind, request=request, by=by)
        if drafted is not None and self.attempt(apply, place_id=CENTRE, change_id=drafted, by=by) is not None:
            self.changes.append(drafted)

    @rule(which=st.integers(0, 20))
    def undo_a_change(self, which: int) -> None:
        if self.changes:
            change = self.changes[which % len(self.changes)]
            self.attempt(undo, place_id=CENTRE, change_id=change, by=self.city.manager.member_id)

    @rule(minutes=st.sampled_from([4, 11]))
    def wait(self, minutes: int) -> None:
        self.driver.clock.advance(minutes=minutes)

    @invariant()
    def the_books_agree(self) -> None:
        if hasattr(self, "city"):
            self.driver.read(check)


def check(tx: ReadSession) -> None:
    """Every primitive equals what the bookings and blocks say, recounted from nothing."""
    bookings = tx.all(select(Booking))
    courts = {(court.place_id, court.facility_id, court.id): court.units for court in tx.all(select(Court))}
    live = [booking for booking in bookings if booking.status in LIVE]
    cells: Counter[tuple[Any, ...]] = Counter()
    for booking in live:
        if booking.court_id is not None:
            for unit in courts[booking.place_id, booking.facility_id, booking.court_id]:
                for half_hour in range(booking.starts, booking.ends):
                    cells[booking.place_id, booking.facility_id, half_hour, unit, booking.id] += 1
    stored = {
        (claim.place_id, claim.facility_id, claim.half_hour, claim.unit_id, claim.booking_id)
        for claim in tx.all(select(Claim))
        if claim.booking_id is not None
    }
    assert stored == set(cells), "each live booking holds exactly its court's units, nothing else does"
    kept = {claim.block_id for claim in tx.all(select(Claim)) if claim.block_id is not None}
    standing = {block.id for block in tx.all(select(Block)) if block.lifted_at is None}
    assert kept <= standing, "a lifted block keeps nothing"
    check_counters(tx, bookings)
    check_money(tx, bookings)


def check_counters(tx: ReadSession, bookings: list[Booking]) -> None:
    heads: Counter[tuple[int, int, int]] = Counter()
    limits: Counter[tuple[int, str, str]] = Counter()
    for booking in bookings:
        if booking.status in LIVE and booking.court_kind is None:
            for slot in range(booking.starts, booking.ends, 2):
                heads[booking.place_id, booking.facility_id, slot] += booking.party
        if booking.status in LIVE and booking.member_id is not None:
            for rule_, period, amount in booking.limits:
                limits[booking.member_id, rule_, period] += amount
    pools = {(row.place_id, row.facility_id, row.half_hour): row for row in tx.all(select(PoolCounter))}
    assert {key: row.taken for key, row in pools.items() if row.taken} == dict(heads)
    assert all(row.taken <= row.capacity for row in pools.values())
    counted = {(row.member_id, row.rule, row.period): row.taken for row in tx.all(select(MemberCounter))}
    assert {key: taken for key, taken in counted.items() if taken} == {k: v for k, v in limits.items() if v}


def check_money(tx: ReadSession, bookings: list[Booking]) -> None:
    for booking in bookings:
        if booking.folio_id is not None:
            owed = balance(tx, booking.place_id, booking.folio_id).owed
            assert owed == (booking.price_fen if booking.status == "confirmed" else 0), booking.status


def drive(driver: Driver, examples: int, steps: int, phases: Sequence[Phase] = tuple(Phase)) -> None:
    Bookings.driver = driver
    run_state_machine_as_test(
        Bookings,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_any_sequence_of_commands_keeps_the_books_straight(driver: Driver) -> None:
    drive(driver, 25, 25)


@pytest.mark.drill
def test_any_long_sequence_of_commands_keeps_the_books_straight(driver: Driver) -> None:
    drive(driver, 80, 50)


def forgets(*args: Any, **kwargs: Any) -> int:
    return 0


@pytest.mark.parametrize(
    "target",
    [
        "booking.venues.service.claims.give_back_limit",
        "booking.venues.service.claims.give_back_heads",
        "booking.venues.service.claims.release",
        "booking.venues.service.money.reverse",
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_notices_a_command_that_forgets(driver: Driver, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    monkeypatch.setattr(target, forgets)
    with pytest.raises(AssertionError):
        drive(driver, 60, 40, phases=[Phase.generate])


def test_has_expired_is_what_the_rules_say() -> None:
    booking = Booking(status="held", hold_expires_at=at(12))
    assert has_expired(booking, at(12))
    assert not has_expired(booking, at(11.5))
